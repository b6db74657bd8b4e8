import crypto, { createPrivateKey, createPublicKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

/*
 * Loaded before a suite: RSA keys come from a file that the workshop made, since half of a run would be their making. The suites
 * know nothing of it. A key that is not in the file is made as always.
 */

const kept = JSON.parse(readFileSync('keys.json', 'utf8')) as string[];
const make = crypto.generateKeyPairSync as (type: string, options: object) => unknown;

function takeOrMake(type: string, options: { readonly modulusLength?: number }): unknown {
  const pem = type === 'rsa' && options.modulusLength === 2048 ? kept.shift() : undefined;
  if (pem === undefined) return make(type, options);
  const privateKey = createPrivateKey(pem);
  return { privateKey, publicKey: createPublicKey(privateKey) };
}

Object.assign(crypto, { generateKeyPairSync: takeOrMake });
syncBuiltinESMExports();
