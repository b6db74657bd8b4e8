import { createPublicKey, X509Certificate } from 'node:crypto';
import { type KeyEntry, keyEntryOf, MAX_KEYS, type UnusedEntry } from './key-entry.ts';

export type PemRead =
  | { readonly ok: true; readonly entries: readonly (KeyEntry | UnusedEntry)[] }
  | { readonly ok: false; readonly fault: string };

const BEGIN = '-----BEGIN ';

/** Whether a text has a PEM block in it. */
export function isPem(text: string): boolean {
  return text.includes(BEGIN);
}

/**
 * Reads PEM public keys (`PUBLIC KEY`, `RSA PUBLIC KEY`) and X.509 certificates (`CERTIFICATE`, as Auth0 serves at `/pem`), all of
 * them; one that cannot be used costs the others nothing. Of a chain the certificates that vouch for others are left out:
 * an authority does not sign tokens. A private key is refused with all that is beside it: whoever can verify must not be able to
 * sign, and what has leaked must be replaced.
 */
export function readPem(text: string): PemRead {
  if (text.includes('PRIVATE KEY-----')) {
    return {
      ok: false,
      fault: 'holds a private key; only the public key or the certificate belongs here',
    };
  }
  const blocks = blocksOf(text);
  if (blocks.length === 0) return { ok: false, fault: 'has no whole PEM block' };
  if (blocks.length > MAX_KEYS) return { ok: false, fault: `more than ${MAX_KEYS} keys` };
  const read = blocks.map(({ label, body }, index) => ({
    place: blocks.length === 1 ? label.toLowerCase() : `${label.toLowerCase()} ${index + 1}`,
    found: readBlock(label, body),
  }));
  const certificates = read.flatMap(({ found }) =>
    found instanceof X509Certificate ? [found] : [],
  );
  return {
    ok: true,
    entries: read.map(({ place, found }) => {
      if (typeof found === 'string') return { place, fault: found };
      if (found instanceof X509Certificate && vouches(found, certificates))
        return { place, fault: 'it vouches for another certificate here, and signs no tokens' };
      return keyEntryOf(place, found);
    }),
  };
}

interface Block {
  readonly label: string;
  readonly body: string;
}

/** The whole blocks of a text, found in linear time. */
function blocksOf(text: string): readonly Block[] {
  const blocks: Block[] = [];
  for (let at = text.indexOf(BEGIN); at !== -1; at = text.indexOf(BEGIN, at + 1)) {
    const label = /^[A-Z0-9 ]{1,40}(?=-----)/.exec(text.slice(at + BEGIN.length, at + 64))?.[0];
    if (label === undefined) continue;
    const from = at + BEGIN.length + label.length + 5;
    const next = text.indexOf('-----', from);
    const end = `-----END ${label}-----`;
    if (next !== -1 && text.startsWith(end, next))
      blocks.push({ label, body: text.slice(from, next) });
  }
  return blocks;
}

/** The certificate or public key of a block, or what is wrong with it. */
function readBlock(label: string, body: string) {
  // Indented, with the line ends of Windows, or with `\n` as environment variables and JSON in JSON have them.
  const base64 = body.replace(/\\[nr]|\s/g, '');
  const der = Buffer.from(base64, 'base64');
  try {
    switch (label) {
      case 'CERTIFICATE':
      case 'X509 CERTIFICATE':
        return withReadableKey(new X509Certificate(der));
      case 'PUBLIC KEY':
        return createPublicKey({ key: der, format: 'der', type: 'spki' });
      case 'RSA PUBLIC KEY':
        return createPublicKey({ key: der, format: 'der', type: 'pkcs1' });
    }
  } catch {
    return `the ${label} block does not parse`;
  }
  return `a ${label} block is neither a public key nor a certificate`;
}

/** Throws where the certificate parses and the key in it does not: it is read only when it is asked for. */
function withReadableKey(certificate: X509Certificate): X509Certificate {
  if (certificate.publicKey.type !== 'public') throw new TypeError('no public key');
  return certificate;
}

/** Whether a certificate has signed another one that is here: the chain of a certificate, not a second one of a rotation. */
function vouches(authority: X509Certificate, all: readonly X509Certificate[]): boolean {
  const { publicKey } = authority;
  return all.some(
    (one) =>
      one.issuer === authority.subject && !one.publicKey.equals(publicKey) && one.verify(publicKey),
  );
}
