import { createHook } from 'node:async_hooks';
import { PerformanceObserver } from 'node:perf_hooks';
import { setImmediate as turn } from 'node:timers/promises';
import { pino } from 'pino';
import { Live } from '../../src/base/live.ts';
import { checkWith } from '../../src/check/check.ts';
import { failClosed } from '../../src/check/fail-closed.ts';
import { Verifier } from '../../src/check/verifier.ts';
import { silentKeyEvents } from '../../src/cli/silent-key-events.ts';
import { readConfig } from '../../src/config/read.ts';
import { compile } from '../../src/live/compile.ts';
import { IssuerPool } from '../../src/live/issuer-pool.ts';
import { verifierEvents } from '../../src/server/observe.ts';
import { decisionCounters } from '../../src/telemetry/counted.ts';
import { logged } from '../../src/telemetry/logged.ts';
import { Metrics } from '../../src/telemetry/metrics.ts';
import { decode } from '../../src/transport/ext-authz/decode.ts';
import { type HandleCheck, handleChecksWith } from '../../src/transport/ext-authz/handle.ts';
import { folderWith } from '../server/folder.ts';
import { checkRequest, reasonOf } from '../server/question.ts';
import { ORDERS, settings } from '../server/settings.ts';
import { makeSigner } from '../server/signer.ts';
import { checkRequestBytes, readCheckResponse } from '../support/check-client.ts';
import { decisionLog } from '../telemetry/decision-log.ts';
import { countCalls } from './count-calls.ts';
import type { Bytes, Work } from './work.ts';

/**
 * Counts what decisions cost, in a process of its own: run with `--expose-gc` and a young generation that holds everything that
 * is measured. Prints a `Work` as JSON.
 */

const DECISIONS = 20_000;

const signer = makeSigner('key-1', 'RS256');
const forward = { headers: { 'x-auth-subject': 'sub', 'x-auth-scope': 'scope' } };
await using folder = await folderWith({
  'watchword.yaml': settings({ pipelines: [{ ...ORDERS, forward }] }),
  'jwks.json': { keys: [signer.jwk] },
});

/** Everything between a message's bytes and the answer's bytes, put together as `server/watchword.ts` does. */
async function handler(): Promise<HandleCheck> {
  const pool = new IssuerPool(() => silentKeyEvents);
  const { policy } = await compile(await readConfig(folder.at('watchword.yaml')), pool);
  const metrics = new Metrics();
  const events = verifierEvents(metrics);
  const verifier = new Verifier({ entries: 100, bytes: 1_000_000, pending: 10 }, events);
  const now = () => Date.now() / 1000;
  const routes = null;
  const decide = checkWith({
    policy: new Live(policy),
    routes,
    verifier,
    tokenBytes: 8192,
    headerBytes: 8192,
    now,
  });
  const log = logged(pino({ base: null }), decisionLog());
  const closed = failClosed(() => undefined);
  return handleChecksWith(closed(log(decisionCounters(metrics).counted(closed(decide)))));
}

const handle = await handler();
const messageOf = (claims: object): Buffer =>
  checkRequestBytes(checkRequest({ token: signer.token(claims) }));
const message = messageOf({});
/** Tokens that are seen once. */
const COLD = 500;
const coldMessages = Array.from({ length: 2 * COLD }, (_, n) => messageOf({ n }));

/** Promises that are made, and calls that read or verify a token, while something is done. */
async function workOf(task: () => Promise<unknown> | unknown): Promise<Work['warm']> {
  using calls = countCalls();
  let promises = 0;
  const hook = createHook({
    init: (_, type) => {
      if (type === 'PROMISE') promises += 1;
    },
  });
  hook.enable();
  const done = task();
  hook.disable();
  const seen = { promises, ...calls.seen() };
  await done;
  // What goes on after the first promise counts too.
  return done instanceof Promise ? { ...seen, ...calls.seen() } : seen;
}

const control = await workOf(() => Promise.resolve(0).then(() => handle(messageOf({ c: 1 }), 500)));
const cold = await workOf(() => handle(message, 500));
const reason = reasonOf(readCheckResponse(await handle(message, 500)));
const warm = await workOf(() => {
  for (let n = 0; n < 1_000; n += 1) void handle(message, 500);
});

/** Bytes on the heap and in buffers that a decision about each message leaves, with no collection among them. */
async function bytesOf(
  each: readonly Buffer[],
  does: (one: Buffer) => unknown = (one) => handle(one, 500),
): Promise<Bytes> {
  let collections = 0;
  const observer = new PerformanceObserver((list) => {
    collections += list.getEntries().length;
  });
  // The second one waits until the first has given back all buffers.
  for (const _ of [1, 2]) globalThis.gc?.();
  await turn();
  observer.observe({ entryTypes: ['gc'] });
  const before = process.memoryUsage();
  for (const one of each) does(one);
  const after = process.memoryUsage();
  await turn();
  observer.disconnect();
  const grown = (key: 'heapUsed' | 'arrayBuffers') => (after[key] - before[key]) / each.length;
  return { heap: grown('heapUsed'), buffers: grown('arrayBuffers'), collections };
}

// The compiler has done its work by then.
for (let n = 0; n < 3 * DECISIONS; n += 1) void handle(message, 500);
const same = Array.from({ length: DECISIONS }, () => message);
const bytes = await bytesOf(same);
for (const one of same) decode(one, []);
const readingBytes = await bytesOf(same, (one) => decode(one, []));
for (const one of coldMessages.slice(COLD)) void handle(one, 500);
const coldBytes = await bytesOf(coldMessages.slice(0, COLD));
const work: Work = { reason, control, cold, warm, bytes, coldBytes, readingBytes };
process.stdout.write(JSON.stringify(work));
