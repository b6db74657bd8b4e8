import { execFileSync } from 'node:child_process';
import type { KeyObject } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A self-signed X.509 certificate in PEM, made by OpenSSL for one run. `more` are arguments of `openssl req`. */
export function certificateFor(
  { privateKey }: { privateKey: KeyObject },
  commonName: string,
  more: readonly string[] = [],
): string {
  const folder = mkdtempSync(join(tmpdir(), 'watchword-certificate-'));
  try {
    const key = join(folder, 'key.pem');
    writeFileSync(key, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
    const args = ['req', '-x509', '-new', '-key', key, '-subj', `/CN=${commonName}`, '-days', '2'];
    return execFileSync('openssl', [...args, ...more], {
      stdio: ['ignore', 'pipe', 'ignore'],
    }).toString();
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** A certificate and that of the authority which signed it, in PEM, made by OpenSSL for one run. */
export function chainFor(
  leafKey: { privateKey: KeyObject },
  authorityKey: { privateKey: KeyObject },
): { readonly leaf: string; readonly authority: string } {
  const folder = mkdtempSync(join(tmpdir(), 'watchword-chain-'));
  try {
    const authority = certificateFor(authorityKey, 'authority.example');
    const [ca, caKey] = [join(folder, 'ca.pem'), join(folder, 'ca.key')];
    writeFileSync(ca, authority);
    writeFileSync(caKey, authorityKey.privateKey.export({ type: 'pkcs8', format: 'pem' }), {
      mode: 0o600,
    });
    const leaf = certificateFor(leafKey, 'leaf.example', ['-CA', ca, '-CAkey', caKey]);
    return { leaf, authority };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
