import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { describe, test } from 'node:test';
import type { KeyEntry } from '../../src/keys/key-entry.ts';
import { isPem, readPem } from '../../src/keys/pem.ts';
import { certificateFor, chainFor } from '../support/certificate.ts';

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const other = generateKeyPairSync('rsa', { modulusLength: 2048 });
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const ed = generateKeyPairSync('ed25519');
const { n } = rsa.publicKey.export({ format: 'jwk' });

const spki = (key: typeof rsa.publicKey) => key.export({ type: 'spki', format: 'pem' }).toString();
const PKCS1 = rsa.publicKey.export({ type: 'pkcs1', format: 'pem' }).toString();
const SPKI = spki(rsa.publicKey);
const CERTIFICATE = certificateFor(rsa, 'first.example');

/** What is wrong with a text, or with each of its blocks. */
function fault(text: string): string {
  const read = readPem(text);
  if (!read.ok) return read.fault;
  return read.entries.map((entry) => ('fault' in entry ? entry.fault : 'accepted')).join();
}

function keysOf(text: string): readonly KeyEntry[] {
  const read = readPem(text);
  assert.ok(read.ok);
  return read.entries.flatMap((entry) => ('fault' in entry ? [] : [entry]));
}

describe('public keys are read', () => {
  for (const [title, text] of [
    ['as PUBLIC KEY', SPKI],
    ['as RSA PUBLIC KEY', PKCS1],
    ['with text around them', `Subject: a\n${SPKI}\nand more\n`],
    ['with line ends of Windows', SPKI.replaceAll('\n', '\r\n')],
    ['without a line end at the end', SPKI.trimEnd()],
    ['indented', SPKI.replace(/^/gm, '    ')],
    [
      'with its line ends written out, as environment variables have them',
      SPKI.replaceAll('\n', '\\n'),
    ],
    ['in one line', SPKI.replaceAll('\n', '').replace(/(-----)(?=[^-])(?!BEGIN|END)/, '$1 ')],
  ] as const) {
    test(title, () => {
      const keys = keysOf(text);
      assert.equal(keys.length, 1);
      assert.equal(keys[0]?.jwk.n, n);
      assert.equal(keys[0]?.certificate, null);
    });
  }

  test('of every kind, several in one file', () => {
    const keys = keysOf([rsa, ec, ed].map(({ publicKey }) => spki(publicKey)).join('\n'));
    assert.deepEqual(
      keys.map(({ jwk }) => [jwk.kty, jwk.crv]),
      [
        ['RSA', undefined],
        ['EC', 'P-256'],
        ['OKP', 'Ed25519'],
      ],
    );
  });

  test('and are public: nothing else of a key comes out', () => {
    assert.deepEqual(Object.keys(keysOf(SPKI)[0]?.jwk ?? {}).sort(), ['e', 'kty', 'n']);
  });
});

describe('a certificate', () => {
  test('gives its key, its subject and its dates', () => {
    const [key] = keysOf(CERTIFICATE);
    assert.equal(key?.jwk.n, n);
    const { subject = '', notBefore = 0, notAfter = 0 } = key?.certificate ?? {};
    assert.equal(subject, 'CN=first.example');
    assert.equal((notAfter - notBefore) / 86_400_000, 2);
    assert.ok(notBefore <= Date.now() && Date.now() <= notAfter);
  });

  test('is one of several of a rotation: all of them count', () => {
    const keys = keysOf(`${CERTIFICATE}${certificateFor(other, 'second.example')}`);
    assert.deepEqual(
      keys.map(({ certificate }) => certificate?.subject),
      ['CN=first.example', 'CN=second.example'],
    );
  });

  test('that was renewed with its key vouches for nothing', () => {
    assert.equal(keysOf(`${CERTIFICATE}${certificateFor(rsa, 'first.example')}`).length, 2);
  });

  test('of an authority that is there for its chain signs no tokens', () => {
    const { leaf, authority } = chainFor(rsa, other);
    for (const text of [leaf + authority, authority + leaf]) {
      assert.deepEqual(
        keysOf(text).map(({ certificate }) => certificate?.subject),
        ['CN=leaf.example'],
      );
      assert.match(fault(text), /it vouches for another certificate/);
    }
  });
});

describe('a key of RSASSA-PSS', () => {
  const pss = (more: object) =>
    generateKeyPairSync('rsa-pss', { modulusLength: 2048, ...more }).publicKey;
  for (const [title, more, only] of [
    ['without parameters is for every PS algorithm and for no RS', {}, ['PS256', 'PS384', 'PS512']],
    [
      'of one hash is for that one',
      { hashAlgorithm: 'sha384', mgf1HashAlgorithm: 'sha384', saltLength: 48 },
      ['PS384'],
    ],
    [
      'whose mask has another hash is for none',
      { hashAlgorithm: 'sha256', mgf1HashAlgorithm: 'sha1', saltLength: 32 },
      [],
    ],
    [
      'whose salt is longer than its hash is for none',
      { hashAlgorithm: 'sha256', mgf1HashAlgorithm: 'sha256', saltLength: 64 },
      [],
    ],
  ] as const) {
    test(title, () => {
      const [key] = keysOf(spki(pss(more)));
      assert.equal(key?.jwk.kty, 'RSA');
      assert.equal(Buffer.from(key?.jwk.n ?? '', 'base64url').length, 256);
      assert.deepEqual(key?.only, only);
    });
  }
});

describe('one block that is of no use costs the others nothing', () => {
  const odd = generateKeyPairSync('ec', { namedCurve: 'brainpoolP256r1' }).publicKey;
  for (const [title, text, says] of [
    ['a block of zeros', block('PUBLIC KEY', 'AAAA'), /^the PUBLIC KEY block does not parse/],
    ['a curve without a name in JOSE', spki(odd), /fits a key of type ec on brainpoolP256r1/],
    ['a request', block('CERTIFICATE REQUEST', 'AAAA'), /neither a public key nor a certificate/],
  ] as const) {
    test(title, () => {
      const both = readPem(`${text}${SPKI}`);
      assert.ok(both.ok);
      assert.equal(keysOf(`${text}${SPKI}`).length, 1);
      assert.match(fault(`${text}${SPKI}`), says);
    });
  }
});

describe('what can sign, or is no key, is refused', () => {
  const privateKey = rsa.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  for (const [title, text, says] of [
    ['a private key', privateKey, /holds a private key/],
    [
      'a private key of PKCS #1',
      rsa.privateKey.export({ type: 'pkcs1', format: 'pem' }).toString(),
      /holds a private key/,
    ],
    [
      'an encrypted private key',
      rsa.privateKey
        .export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' })
        .toString(),
      /holds a private key/,
    ],
    ['a private key behind a public one', `${SPKI}${privateKey}`, /holds a private key/],
    ['nothing', '', /no whole PEM block/],
    ['other text', 'ssh-rsa AAAA', /no whole PEM block/],
    ['a block without its end', SPKI.slice(0, -20), /no whole PEM block/],
    ['a block with another end', SPKI.replace('END PUBLIC', 'END OTHER'), /no whole PEM block/],
    ['a block of zeros', block('PUBLIC KEY', 'AAAA'), /PUBLIC KEY block does not parse/],
    ['an empty block', block('PUBLIC KEY', ''), /PUBLIC KEY block does not parse/],
    ['a certificate of zeros', block('CERTIFICATE', 'AAAA'), /CERTIFICATE block does not parse/],
    ['a request for a certificate', block('CERTIFICATE REQUEST', 'AAAA'), /neither a public key/],
  ] as const) {
    test(title, () => assert.match(fault(text), says));
  }

  test('in words that do not quote it', () => {
    assert.ok(!fault(privateKey).includes(privateKey.slice(40, 60)));
  });
});

test('a text is PEM where a block begins in it', () => {
  assert.equal(isPem(SPKI), true);
  assert.equal(isPem('{"keys":[]}'), false);
  assert.equal(isPem(''), false);
});

function block(label: string, body: string): string {
  return `-----BEGIN ${label}-----\n${body}\n-----END ${label}-----\n`;
}
