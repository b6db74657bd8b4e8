import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { describe, test } from 'node:test';
import type { JWK } from 'jose';
import { ALGORITHM_NAMES, isSymmetric } from '../../src/keys/algorithm.ts';
import { parseKeyDocument } from '../../src/keys/key-document.ts';
import { type KeySet, readKeySet } from '../../src/keys/key-set.ts';
import { certificateFor } from '../support/certificate.ts';

/* Key documents as issuers and tools write them (issue 10, point 3). */

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const key = rsa.publicKey.export({ format: 'jwk' }) as JWK;
const SPKI = rsa.publicKey.export({ type: 'spki', format: 'pem' }).toString();
const CERTIFICATE = certificateFor(rsa, 'issuer.example');
const EC_CERTIFICATE = certificateFor(ec, 'issuer.example');
const x5c = (pem: string): readonly string[] => [pem.replace(/-----[^-]+-----|\s/g, '')];
const PRIVATE = rsa.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();

const WANTED = {
  algorithms: ALGORITHM_NAMES.filter((name) => !isSymmetric(name)),
  allowDevKeys: false,
};

/** Reads a document as it comes over the network or out of a file. */
async function read(content: unknown, now = Date.now()) {
  const bytes =
    content instanceof Buffer
      ? content
      : Buffer.from(typeof content === 'string' ? content : JSON.stringify(content));
  const parsed = parseKeyDocument(bytes);
  return parsed.ok ? readKeySet(parsed.document, WANTED, now) : parsed;
}

async function setOf(content: unknown): Promise<KeySet> {
  const found = await read(content);
  assert.ok(found.ok, found.ok ? '' : found.fault);
  return found.set;
}

async function faultOf(content: unknown, now?: number): Promise<string> {
  const found = await read(content, now);
  return found.ok ? 'used' : found.fault;
}

describe('keys are read', () => {
  const named = { ...key, kid: 'a' };
  const utf16 = Buffer.from(`\ufeff${JSON.stringify({ keys: [named] })}`, 'utf16le');
  for (const [title, content, kids] of [
    [
      'of a JWK Set whose members are null',
      { keys: [{ ...named, alg: null, use: null, key_ops: null, x5c: null, d: null }] },
      ['a'],
    ],
    ['of a key whose kid is null', { keys: [{ ...key, kid: null }] }, []],
    ['of one JWK that is in no set', named, ['a']],
    [
      'of a map from kid to certificate, as of Firebase',
      { a: CERTIFICATE, b: EC_CERTIFICATE },
      ['a', 'b'],
    ],
    ['of a map from kid to public key, as of IAP', { a: SPKI }, ['a']],
    ['of PEM in JSON under a word that names nothing', { publicKey: SPKI }, []],
    [
      'of a certificate alone',
      { keys: [{ kty: 'RSA', kid: 'a', use: 'sig', x5c: x5c(CERTIFICATE) }] },
      ['a'],
    ],
    [
      'of a certificate alone, for an EC key',
      { keys: [{ kty: 'EC', kid: 'a', x5c: x5c(EC_CERTIFICATE) }] },
      ['a'],
    ],
    ['beside their certificate', { keys: [{ ...named, x5c: x5c(CERTIFICATE) }] }, ['a']],
    ['beside a certificate that does not parse', { keys: [{ ...named, x5c: ['AAAA'] }] }, ['a']],
    ['behind a byte order mark', `\ufeff${JSON.stringify({ keys: [named] })}`, ['a']],
    ['in UTF-16, as a shell of Windows writes', utf16, ['a']],
    [
      'with the line ends of Windows',
      JSON.stringify({ keys: [named] }, null, 2).replaceAll('\n', '\r\n'),
      ['a'],
    ],
    ['of PEM behind a byte order mark', `\ufeff${SPKI}`, []],
    ['of PEM as a JSON text', JSON.stringify(SPKI), []],
    ['of several certificates in one file', `${CERTIFICATE}\n${EC_CERTIFICATE}`, []],
  ] as const) {
    test(title, async () => assert.deepEqual([...(await setOf(content)).kids].sort(), kids));
  }
});

describe('one bad entry costs only itself', () => {
  const good = { ...key, kid: 'good' };
  for (const [title, entry, says] of [
    ['null', null, /keys\[0\]: it is null, not a key/],
    ['a text', SPKI, /it is a string, not a key/],
    ['a number', 5, /it is a number/],
    ['a list', [], /it is a list/],
    ['nothing', {}, /no accepted algorithm fits kty 'undefined'/],
    [
      'an unknown kty',
      { kty: 'AKP', kid: 'x' },
      /keys\[0\] \(kid "x"\): no accepted algorithm fits kty 'AKP'/,
    ],
    [
      'a key for encryption',
      { ...key, kid: 'x', use: 'enc', alg: 'RSA-OAEP' },
      /\(kid "x"\): use is 'enc'/,
    ],
    [
      'a private key',
      { ...(rsa.privateKey.export({ format: 'jwk' }) as JWK), kid: 'x' },
      /it is a private key/,
    ],
    [
      'a certificate of another key',
      { ...key, kid: 'x', x5c: x5c(certificateFor(ec, 'x.example')) },
      /x5c is the certificate of another key/,
    ],
    [
      'a certificate of another kind',
      { kty: 'RSA', kid: 'x', x5c: x5c(EC_CERTIFICATE) },
      /kty is RSA, and the key of its x5c is EC/,
    ],
    ['no key and no certificate', { kty: 'RSA', kid: 'x', x5c: ['AAAA'] }, /x5c does not parse/],
    ['a kty that throws when it is made a text', { kty: { toString: 1 } }, /kty is not a string/],
  ] as const) {
    test(title, async () => {
      const found = await read({ keys: [entry, good] });
      assert.ok(found.ok, found.ok ? '' : found.fault);
      assert.deepEqual(found.set.kids, ['good']);
      assert.match(found.skipped.join(), says);
    });
  }

  test('a certificate of a map that does not parse', async () => {
    const found = await read({
      x: '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----',
      good: CERTIFICATE,
    });
    assert.ok(found.ok);
    assert.deepEqual(found.set.kids, ['good']);
    assert.match(found.skipped.join(), /the entry "x": the CERTIFICATE block does not parse/);
  });

  test('a certificate that is not valid yet, or no more', async () => {
    const [before, after] = [0, Date.now() + 10 * 86_400_000];
    for (const now of [before, after]) {
      assert.match(await faultOf({ a: CERTIFICATE }, now), /not valid now \(2.*Z to 2.*Z\)/);
    }
  });

  test('the key beyond the 32nd without kid', async () => {
    const keys = Array.from({ length: 33 }, () =>
      generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' }),
    );
    const found = await read({ keys });
    assert.ok(found.ok);
    assert.equal(found.set.size, 32);
    assert.match(found.skipped.join(), /^keys\[32\]: 32 keys before it have the same kid or none/);
  });
});

describe('what is no key document says what it is', () => {
  for (const [title, content, says] of [
    [
      'a page to log in',
      '<!doctype html><title>Sign in</title>',
      /^is HTML or XML, as a page to log in is/,
    ],
    ['SAML metadata', '<?xml version="1.0"?><EntityDescriptor/>', /^is HTML or XML/],
    ['nothing', '', /^is empty/],
    ['white space', ' \n', /^is empty/],
    ['YAML', 'keys:\n- kty: RSA\n', /^is neither a PEM key or certificate nor a JWK Set/],
    ['half of a JWK Set', '{"keys":[', /^is neither/],
    ['the key of SSH', 'ssh-ed25519 AAAA me', /^is neither/],
    [
      'metadata',
      { issuer: 'https://a.example', jwks_uri: 'https://a.example/k' },
      /metadata of an issuer: name its URL under keys.discovery/,
    ],
    [
      'the page of a Keycloak realm',
      { realm: 'x', public_key: 'MIIB', 'token-service': 'y' },
      /protocol\/openid-connect\/certs/,
    ],
    ['a bare list', [key], /it is a bare list, and a JWK Set is/],
    ['keys that are an object', { keys: { a: key } }, /keys is an object/],
    ['keys that are null', { keys: null }, /keys is null/],
    ['an error', { error: 'not_found' }, /says that there was an error/],
    ['an empty set', { keys: [] }, /^no usable key: the set is empty$/],
    ['a private key in PEM', PRIVATE, /^holds a private key/],
    ['a private key in a map', { a: PRIVATE }, /the entry "a": holds a private key/],
    ['a private key as JSON', rsa.privateKey.export({ format: 'jwk' }), /it is a private key/],
  ] as const) {
    test(title, async () => {
      const fault = await faultOf(content);
      assert.match(fault, says);
      assert.ok(!fault.includes('MII'), 'nothing of a key is quoted');
    });
  }
});
