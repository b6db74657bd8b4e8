import { type KeyObject, randomBytes, sign } from 'node:crypto';

/** What a self-signed certificate says. */
export interface CertificateContent {
  /** An RSA key pair: the certificate is about the one and signed by the other. */
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
  /** Subject and issuer. */
  readonly commonName: string;
  readonly notBefore: Date;
  /** Before the year 2050. */
  readonly notAfter: Date;
}

// Tags of X.690 section 8.
const BOOLEAN = 0x01;
const INTEGER = 0x02;
const BIT_STRING = 0x03;
const OCTET_STRING = 0x04;
const NULL = 0x05;
const OBJECT_IDENTIFIER = 0x06;
const UTF8_STRING = 0x0c;
const UTC_TIME = 0x17;
const SEQUENCE = 0x30;
const SET = 0x31;
/** [0] and [3] of TBSCertificate: version and extensions. */
const VERSION = 0xa0;
const EXTENSIONS = 0xa3;

const SHA256_WITH_RSA = '2a864886f70d01010b';
const COMMON_NAME = '550403';
const BASIC_CONSTRAINTS = '551d13';

/**
 * A self-signed X.509 certificate in DER (RFC 5280 section 4.1), signed with SHA-256 and RSA. Written here because Node
 * makes none, and because one that is committed would bring its private key along.
 */
export function selfSigned(content: CertificateContent): Buffer {
  const { publicKey, privateKey, commonName, notBefore, notAfter } = content;
  const algorithm = der(SEQUENCE, oid(SHA256_WITH_RSA), der(NULL));
  const name = der(
    SEQUENCE,
    der(SET, der(SEQUENCE, oid(COMMON_NAME), der(UTF8_STRING, Buffer.from(commonName)))),
  );
  const signed = der(
    SEQUENCE,
    der(VERSION, der(INTEGER, Buffer.of(2))),
    der(INTEGER, serialNumber()),
    algorithm,
    name,
    der(SEQUENCE, utcTime(notBefore), utcTime(notAfter)),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    der(EXTENSIONS, der(SEQUENCE, noAuthority())),
  );
  // The first byte of a BIT STRING is the number of unused bits.
  const signature = der(BIT_STRING, Buffer.of(0), sign('sha256', signed, privateKey));
  return der(SEQUENCE, signed, algorithm, signature);
}

/** DER in PEM (RFC 7468 section 5). */
export function toPem(certificate: Buffer): string {
  const lines = certificate.toString('base64').match(/.{1,64}/g) ?? [];
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n');
}

/** basicConstraints, critical, empty: this certificate may sign no others. */
function noAuthority(): Buffer {
  const critical = der(BOOLEAN, Buffer.of(0xff));
  return der(SEQUENCE, oid(BASIC_CONSTRAINTS), critical, der(OCTET_STRING, der(SEQUENCE)));
}

/** Random and positive (RFC 5280 section 4.1.2.2), without a leading zero byte, which DER forbids. */
function serialNumber(): Buffer {
  const bytes = randomBytes(16);
  bytes[0] = ((bytes[0] ?? 0) & 0x3f) | 0x40;
  return bytes;
}

/** YYMMDDHHMMSSZ, which RFC 5280 section 4.1.2.5 asks for until 2049. */
function utcTime(time: Date): Buffer {
  const digits = time.toISOString().replace(/\.\d+|\D/g, '');
  return der(UTC_TIME, Buffer.from(`${digits.slice(2, 14)}Z`));
}

function oid(hex: string): Buffer {
  return der(OBJECT_IDENTIFIER, Buffer.from(hex, 'hex'));
}

/** Tag, length and contents (X.690 section 8.1). */
function der(tag: number, ...contents: readonly Buffer[]): Buffer {
  const length = contents.reduce((sum, { byteLength }) => sum + byteLength, 0);
  return Buffer.concat([Buffer.of(tag, ...lengthBytes(length)), ...contents]);
}

function lengthBytes(length: number): readonly number[] {
  if (length < 0x80) return [length];
  if (length < 0x100) return [0x81, length];
  return [0x82, length >> 8, length & 0xff];
}
