import {
  constants,
  createHmac,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  sign,
} from 'node:crypto';
import { isSignedBy, isSignedByElsewhere, type Signed } from '../src/check/signature.ts';
import { ALGORITHMS, type Algorithm } from '../src/keys/algorithm.ts';
import { publicKeyFor, secretKeysOf, type VerificationKey } from '../src/keys/verification-key.ts';

/**
 * `node bench/signatures.ts`: what a signature costs in the thread that decides and through Node's thread pool, in microseconds of CPU
 * of all threads, the least of several rounds, for each algorithm and length of key. `check/signature-work.ts` decides by this table.
 */

const ROUNDS = 15;
const MILLISECONDS = 60;
const IN_FLIGHT = 16;
/** A token of 740 bytes without its signature of 342. */
const INPUT = randomBytes(199).toString('hex').slice(0, 397);

interface Row {
  readonly algorithm: Algorithm;
  readonly key: string;
  readonly verificationKey: VerificationKey;
  readonly signed: Signed;
}

function rows(): readonly Row[] {
  const rsa = ([2048, 3072, 4096, 8192] as const).flatMap((modulusLength) => {
    const pair = generateKeyPairSync('rsa', { modulusLength });
    return (['RS256', 'PS256'] as const).map((algorithm) =>
      rowOf(algorithm, `${modulusLength} bits`, pair),
    );
  });
  const ec = (
    [
      ['ES256', 'P-256'],
      ['ES384', 'P-384'],
      ['ES512', 'P-521'],
    ] as const
  ).map(([algorithm, namedCurve]) =>
    rowOf(algorithm, namedCurve, generateKeyPairSync('ec', { namedCurve })),
  );
  return [...rsa, ...ec, rowOf('EdDSA', 'Ed25519', generateKeyPairSync('ed25519')), macRow()];
}

function rowOf(
  algorithm: Algorithm,
  key: string,
  pair: { readonly publicKey: KeyObject; readonly privateKey: KeyObject },
): Row {
  const input = Buffer.from(INPUT);
  const parameters = {
    key: pair.privateKey,
    dsaEncoding: 'ieee-p1363',
    ...(algorithm.startsWith('PS')
      ? {
          padding: constants.RSA_PKCS1_PSS_PADDING,
          saltLength: constants.RSA_PSS_SALTLEN_DIGEST,
        }
      : {}),
  } as const;
  const signature = sign(ALGORITHMS[algorithm].hash, input, parameters);
  const verificationKey = publicKeyFor(algorithm, pair.publicKey);
  return { algorithm, key, verificationKey, signed: { input, signature } };
}

function macRow(): Row {
  const secret = randomBytes(32);
  const input = Buffer.from(INPUT);
  const signature = createHmac('sha256', secret).update(input).digest();
  const [verificationKey] = secretKeysOf(secret);
  if (verificationKey === undefined) throw new Error('there is no key');
  return { algorithm: 'HS256', key: '32 bytes', verificationKey, signed: { input, signature } };
}

/** Microseconds of CPU of one check, of all threads. */
async function costOf(checks: () => Promise<number>): Promise<number> {
  const before = process.cpuUsage();
  const count = await checks();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / count;
}

function here({ verificationKey, signed }: Row): number {
  const end = performance.now() + MILLISECONDS;
  let count = 0;
  for (; performance.now() < end; count += 1)
    if (!isSignedBy(verificationKey, signed)) throw new Error('a good signature is refused');
  return count;
}

async function elsewhere({ verificationKey, signed }: Row): Promise<number> {
  const end = performance.now() + MILLISECONDS;
  let count = 0;
  const one = async (): Promise<void> => {
    for (; performance.now() < end; count += 1) {
      if (!(await isSignedByElsewhere(verificationKey, signed)))
        throw new Error('a good signature is refused');
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, one));
  return count;
}

process.stdout.write('| algorithm | key | here, µs | through the pool, µs | hand-over, µs |\n');
process.stdout.write('| --- | --- | --- | --- | --- |\n');
for (const row of rows()) {
  const [own, pool]: [number[], number[]] = [[], []];
  for (let round = 0; round < ROUNDS; round += 1) {
    own.push(await costOf(async () => here(row)));
    pool.push(await costOf(() => elsewhere(row)));
  }
  const [a, b] = [Math.min(...own), Math.min(...pool)];
  const cells = [row.algorithm, row.key, a.toFixed(1), b.toFixed(1), (b - a).toFixed(1)];
  process.stdout.write(`| ${cells.join(' | ')} |\n`);
}
