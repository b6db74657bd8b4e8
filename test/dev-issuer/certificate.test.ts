import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { generateKeyPairSync, X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { selfSigned, toPem } from '../../src/dev-issuer/certificate.ts';

const pair = generateKeyPairSync('rsa', { modulusLength: 2048 });
const content = {
  ...pair,
  commonName: 'watchword-dev-tést',
  notBefore: new Date('2026-01-02T03:04:05.678Z'),
  notAfter: new Date('2049-12-31T23:59:59Z'),
};

test('a certificate says what it was told, is signed by its own key and may sign no others', () => {
  const certificate = new X509Certificate(toPem(selfSigned(content)));
  assert.equal(certificate.subject, 'CN=watchword-dev-tést');
  assert.equal(certificate.issuer, certificate.subject);
  assert.equal(certificate.validFromDate.toISOString(), '2026-01-02T03:04:05.000Z');
  assert.equal(certificate.validToDate.toISOString(), '2049-12-31T23:59:59.000Z');
  assert.equal(certificate.ca, false);
  assert.ok(certificate.publicKey.equals(pair.publicKey));
  assert.ok(certificate.checkPrivateKey(pair.privateKey));
  assert.ok(certificate.verify(pair.publicKey));
  assert.ok(!certificate.verify(generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey));
});

test('no two certificates have one serial number', () => {
  const serials = [1, 2].map(() => new X509Certificate(selfSigned(content)).serialNumber);
  assert.notEqual(serials[0], serials[1]);
});

test('OpenSSL reads it the same and verifies it as its own anchor', () => {
  const pem = toPem(selfSigned(content));
  const folder = mkdtempSync(join(tmpdir(), 'watchword-certificate-'));
  const file = join(folder, 'certificate.pem');
  const openssl = (...args: string[]): string =>
    execFileSync('openssl', args, { encoding: 'utf8' });
  try {
    writeFileSync(file, pem);
    const text = openssl('x509', '-in', file, '-noout', '-text');
    assert.match(text, /Version: 3 \(0x2\)/);
    assert.match(text, /Signature Algorithm: sha256WithRSAEncryption/);
    assert.match(text, /X509v3 Basic Constraints: critical\s+CA:FALSE/);
    // DER has one way to write true (X.690 section 11.1).
    assert.match(openssl('asn1parse', '-in', file), /BOOLEAN +:255\n/);
    assert.match(openssl('verify', '-check_ss_sig', '-CAfile', file, file), /: OK/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
