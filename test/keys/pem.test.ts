import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { describe, test } from 'node:test';
import { isPem, readPem } from '../../src/keys/pem.ts';
import { certificateFor } from '../support/certificate.ts';

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const other = generateKeyPairSync('rsa', { modulusLength: 2048 });
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const ed = generateKeyPairSync('ed25519');
const { n } = rsa.publicKey.export({ format: 'jwk' });

const spki = (key: typeof rsa.publicKey) => key.export({ type: 'spki', format: 'pem' }).toString();
const PKCS1 = rsa.publicKey.export({ type: 'pkcs1', format: 'pem' }).toString();
const SPKI = spki(rsa.publicKey);
const CERTIFICATE = certificateFor(rsa, 'first.example');

function fault(text: string): string {
  const read = readPem(text);
  return read.ok ? 'accepted' : read.fault;
}

describe('public keys are read', () => {
  for (const [title, text] of [
    ['as PUBLIC KEY', SPKI],
    ['as RSA PUBLIC KEY', PKCS1],
    ['with text around them', `Subject: a\n${SPKI}\nand more\n`],
    ['with line ends of Windows', SPKI.replaceAll('\n', '\r\n')],
    ['without a line end at the end', SPKI.trimEnd()],
  ] as const) {
    test(title, () => {
      const read = readPem(text);
      assert.ok(read.ok);
      assert.equal(read.keys.length, 1);
      const [key] = read.keys;
      assert.equal(key?.jwk.n, n);
      assert.deepEqual([key?.subject, key?.notBefore, key?.notAfter], [null, null, null]);
    });
  }

  test('of every kind, several in one file', () => {
    const read = readPem([rsa, ec, ed].map(({ publicKey }) => spki(publicKey)).join('\n'));
    assert.ok(read.ok);
    assert.deepEqual(
      read.keys.map(({ jwk }) => [jwk.kty, jwk.crv]),
      [
        ['RSA', undefined],
        ['EC', 'P-256'],
        ['OKP', 'Ed25519'],
      ],
    );
  });

  test('and are public: nothing else of a key comes out', () => {
    const read = readPem(SPKI);
    assert.ok(read.ok);
    assert.deepEqual(Object.keys(read.keys[0]?.jwk ?? {}).sort(), ['e', 'kty', 'n']);
  });
});

describe('a certificate', () => {
  test('gives its key, its subject and its dates', () => {
    const read = readPem(CERTIFICATE);
    assert.ok(read.ok);
    const [key] = read.keys;
    assert.equal(key?.jwk.n, n);
    assert.equal(key?.subject, 'CN=first.example');
    const days = ((key?.notAfter ?? 0) - (key?.notBefore ?? 0)) / 86_400_000;
    assert.equal(days, 2);
    assert.ok((key?.notBefore ?? 0) <= Date.now() && Date.now() <= (key?.notAfter ?? 0));
  });

  test('of a chain is the first one: the others only vouch for it', () => {
    const read = readPem(`${CERTIFICATE}${certificateFor(other, 'authority.example')}`);
    assert.ok(read.ok);
    assert.deepEqual(
      read.keys.map(({ subject }) => subject),
      ['CN=first.example'],
    );
  });
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
    ['a request for a certificate', block('CERTIFICATE REQUEST', 'AAAA'), /does not parse/],
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
