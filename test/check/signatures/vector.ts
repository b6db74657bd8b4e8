import { createHash, type KeyObject } from 'node:crypto';
import type { JWK } from 'jose';
import type { Algorithm } from '../../../src/keys/algorithm.ts';

/** One signature, and whether it is one. */
export interface Vector {
  readonly title: string;
  readonly algorithm: Algorithm;
  /** The public key; the secret of HMAC. */
  readonly jwk: JWK;
  readonly input: Buffer;
  readonly signature: Buffer;
  readonly valid: boolean;
  /** What jose says differently, and why. */
  readonly joseAccepts?: string;
}

/** What a token of the algorithm is signed over: jose reads the algorithm there. */
export function inputOf(algorithm: Algorithm, payload = '{"n":1}'): Buffer {
  const part = (text: string) => Buffer.from(text).toString('base64url');
  return Buffer.from(`${part(JSON.stringify({ alg: algorithm }))}.${part(payload)}`);
}

export const HASHES = { 256: 'sha256', 384: 'sha384', 512: 'sha512' } as const;
export type HashBits = keyof typeof HASHES;

export function digest(bits: HashBits, input: Buffer): Buffer {
  return createHash(HASHES[bits]).update(input).digest();
}

export function jwkOf(key: KeyObject): JWK {
  return key.export({ format: 'jwk' }) as JWK;
}

export function numberOf(bytes: Buffer): bigint {
  return BigInt(`0x${bytes.toString('hex') || '0'}`);
}

/** A number in big endian, of so many bytes. */
export function bytesOf(value: bigint, length: number): Buffer {
  return Buffer.from(value.toString(16).padStart(2 * length, '0'), 'hex');
}
