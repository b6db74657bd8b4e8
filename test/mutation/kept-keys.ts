import crypto, { createPrivateKey, createPublicKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

/*
 * Loaded before a suite: RSA keys come from a file that the workshop made, since half of a run would be their making. The suites
 * know nothing of it. A key that is not in the file is made as always.
 */

const kept = JSON.parse(readFileSync('keys.json', 'utf8')) as string[];
const make = crypto.generateKeyPairSync as (type: string, options: object) => unknown;

interface Options {
  readonly modulusLength?: number;
  readonly publicExponent?: number;
}

function takeOrMake(type: string, options: Options = {}): unknown {
  const { modulusLength, publicExponent } = options;
  const isUsual = type === 'rsa' && modulusLength === 2048 && publicExponent === undefined;
  const pem = isUsual ? kept.shift() : undefined;
  if (pem === undefined) return make(type, options);
  const privateKey = createPrivateKey(pem);
  return { privateKey, publicKey: createPublicKey(privateKey) };
}

Object.assign(crypto, { generateKeyPairSync: takeOrMake });
syncBuiltinESMExports();
