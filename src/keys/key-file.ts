import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { JWK } from 'jose';
import { fileHint, systemCode } from '../base/system-code.ts';
import { type Algorithm, isSymmetric, SHORTEST_SECRET } from './algorithm.ts';
import { fixedKeys, secretKey } from './fixed-keys.ts';
import { DEV_KEY_FAULT, DEV_KEY_PREFIX, type KeySetWanted, readKeySet } from './key-set.ts';
import type { KeyStore } from './key-store.ts';
import { isPem, type PemKey, readPem } from './pem.ts';

/** Key material read from a file. */
export interface KeyFile {
  readonly bytes: Buffer;
  /** Tells whether the file has changed. */
  readonly digest: string;
}

export type Opened<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly fault: string; readonly hint?: string };

/** More is no key file. */
const LARGEST_FILE = 1024 * 1024;

export async function readKeyFile(path: string): Promise<Opened<KeyFile>> {
  try {
    const bytes = await readFile(path);
    if (bytes.length > LARGEST_FILE) return { ok: false, fault: `${path} is larger than 1 MiB` };
    return {
      ok: true,
      value: { bytes, digest: createHash('sha256').update(bytes).digest('base64') },
    };
  } catch (error) {
    const hint = fileHint(error);
    const fault = `${path} cannot be read: ${systemCode(error)}`;
    return { ok: false, fault, ...(hint === null ? {} : { hint }) };
  }
}

/** Opens the public keys of a file: PEM key, X.509 certificate or JWK Set. */
export async function openPublicKeys(
  path: string,
  file: KeyFile,
  wanted: KeySetWanted,
  now: number,
): Promise<Opened<KeyStore>> {
  const text = file.bytes.toString('utf8');
  const jwks = isPem(text) ? fromPem(text, wanted, now) : fromJson(text);
  if (!jwks.ok) return { ...jwks, fault: `${path} ${jwks.fault}` };
  const read = await readKeySet({ keys: jwks.value.keys }, wanted);
  return read.ok
    ? { ok: true, value: fixedKeys(read.set, now, jwks.value.notAfter) }
    : { ok: false, fault: `${path}: ${read.fault}` };
}

interface FileKeys {
  readonly keys: readonly JWK[];
  /** When the first of its certificates ends, in milliseconds since the epoch; null where there is none. */
  readonly notAfter: number | null;
}

function fromPem(text: string, { allowDevKeys }: KeySetWanted, now: number): Opened<FileKeys> {
  const read = readPem(text);
  if (!read.ok) return read;
  const untimely = read.keys.find(
    ({ notBefore, notAfter }) => (notBefore ?? now) > now || (notAfter ?? now) < now,
  );
  if (untimely !== undefined)
    return { ok: false, fault: `is a certificate that is not valid now (${validity(untimely)})` };
  // `watchword dev-issuer` says what it is in the subject of its certificate.
  const devKeys = read.keys.some(({ subject }) => subject?.includes(`CN=${DEV_KEY_PREFIX}`));
  if (devKeys && !allowDevKeys) return { ok: false, fault: DEV_KEY_FAULT };
  const ends = read.keys.flatMap(({ notAfter }) => (notAfter === null ? [] : [notAfter]));
  const notAfter = ends.length === 0 ? null : Math.min(...ends);
  return { ok: true, value: { keys: read.keys.map(({ jwk }) => jwk), notAfter } };
}

function validity({ notBefore, notAfter }: PemKey): string {
  return [notBefore, notAfter].map((time) => new Date(time ?? 0).toISOString()).join(' to ');
}

function fromJson(text: string): Opened<FileKeys> {
  try {
    const value = JSON.parse(text) as { keys?: unknown; kty?: unknown } | null;
    if (Array.isArray(value?.keys))
      return { ok: true, value: { keys: value.keys as JWK[], notAfter: null } };
    // A single JWK is what some tools export.
    if (typeof value?.kty === 'string')
      return { ok: true, value: { keys: [value as JWK], notAfter: null } };
  } catch {
    // Said below, in words that help more than the parser's.
  }
  return { ok: false, fault: 'is neither a PEM key or certificate nor a JWK Set' };
}

/** Opens an HMAC secret. A line break at its end, which editors and `echo` leave, does not belong to it. */
export function openSecret(
  path: string,
  file: KeyFile,
  algorithms: readonly Algorithm[],
  now: number,
): Opened<KeyStore> {
  const text = file.bytes.toString('latin1');
  if (isPem(text)) {
    return {
      ok: false,
      fault: `${path} is a PEM file, not a secret`,
      hint: 'public keys belong under keys.file',
    };
  }
  const secret = Buffer.from(text.replace(/\r?\n$/, ''), 'latin1');
  const needed = Math.max(...algorithms.filter(isSymmetric).map((name) => SHORTEST_SECRET[name]));
  return secret.length < needed
    ? {
        ok: false,
        fault: `${path} has ${secret.length} bytes; ${algorithms.join(', ')} needs at least ${needed}`,
        hint: 'RFC 7518 section 3.2',
      }
    : { ok: true, value: secretKey(secret, now) };
}
