import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { raw, signatureBy, type TestKey } from '../support/keys.ts';
import { ISS } from './issuer.ts';
import type { SoakOptions } from './options.ts';
import { type KeyName, type Phase, phaseAt } from './timeline.ts';

/** Bytes before each request in the file: when it is due (seconds, double), whether it is valid, and its length. */
export const HEAD_BYTES = 8 + 1 + 4;

/** What is written in all. */
export interface Written {
  readonly valid: number;
  readonly unknown: number;
}

/**
 * Writes every request of the soak in the order in which it is due: an HTTP/1.1 request with a token that occurs once. Signed
 * ahead, since a signature costs more than sending it.
 */
export async function writeRequests(
  path: string,
  keys: Readonly<Record<KeyName, TestKey>>,
  phases: readonly Phase[],
  { seconds, rate, flood }: SoakOptions,
): Promise<Written> {
  const file = createWriteStream(path);
  const starts = phases.map(({ at }) => at);
  const valid = Array.from({ length: seconds * rate }, (_, index) => index / rate);
  const unknown = Array.from({ length: seconds * flood }, (_, index) => index / flood).filter(
    (due) => phases[phaseAt(starts, due)]?.flood,
  );
  const all = [
    ...valid.map((due) => ({ due, valid: true })),
    ...unknown.map((due) => ({ due, valid: false })),
  ].sort((one, other) => one.due - other.due);
  for (const [index, { due, valid: isValid }] of all.entries()) {
    const signers = phases[phaseAt(starts, due)]?.signedBy ?? [];
    const signer = signers[index % signers.length];
    const token = isValid && signer !== undefined ? goodToken(keys[signer]) : unknownToken();
    if (!file.write(record(due, isValid, token))) await once(file, 'drain');
  }
  file.end();
  await once(file, 'finish');
  return { valid: valid.length, unknown: unknown.length };
}

function record(due: number, valid: boolean, token: string): Buffer {
  const request = Buffer.from(
    `GET /orders/1 HTTP/1.1\r\nhost: orders.example.com\r\nauthorization: Bearer ${token}\r\n\r\n`,
  );
  const head = Buffer.alloc(HEAD_BYTES);
  head.writeDoubleLE(due, 0);
  head.writeUInt8(valid ? 1 : 0, 8);
  head.writeUInt32LE(request.length, 9);
  return Buffer.concat([head, request]);
}

function goodToken(key: TestKey): string {
  return raw(headerOf(key.kid), claims(), signatureBy(key));
}

/** Nobody looks at the signature: there is no key to hold it against. */
function unknownToken(): string {
  return raw(headerOf(randomUUID()), claims(), () => randomBytes(64));
}

function headerOf(kid: string): string {
  return JSON.stringify({ alg: 'ES256', kid, typ: 'at+jwt' });
}

function claims(): string {
  const now = Math.floor(Date.now() / 1000);
  return JSON.stringify({
    iss: ISS,
    sub: 'client-1',
    aud: 'http://orders',
    scope: 'read:orders',
    iat: now,
    exp: now + 3600,
    jti: randomUUID(),
  });
}
