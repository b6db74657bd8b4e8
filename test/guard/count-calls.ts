import crypto from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';
import type { Counts } from './work.ts';

/** Counts calls of what reads and verifies tokens, until it is disposed of. */
export function countCalls(): Disposable & { seen(): Omit<Counts, 'promises'> } {
  const counts = { parsed: 0, decoded: 0, signatures: 0 };
  const { parse } = JSON;
  const { from } = Buffer;
  const { verify } = crypto;
  JSON.parse = (...args: Parameters<typeof parse>): unknown => {
    counts.parsed += 1;
    return parse(...args);
  };
  Buffer.from = ((text: string, encoding?: BufferEncoding) => {
    if (encoding === 'base64url') counts.decoded += 1;
    return from(text, encoding);
  }) as typeof from;
  const countingVerify = (...args: Parameters<typeof verify>): unknown => {
    counts.signatures += 1;
    return verify(...args);
  };
  Object.assign(crypto, { verify: countingVerify });
  syncBuiltinESMExports();
  return {
    seen: () => ({ ...counts }),
    [Symbol.dispose]() {
      JSON.parse = parse;
      Buffer.from = from;
      Object.assign(crypto, { verify });
      syncBuiltinESMExports();
    },
  };
}
