import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { checkRequest } from '../../bench/check-messages.ts';
import { Http2Connection } from '../../bench/http2-connection.ts';
import { BenchIssuer } from '../../bench/tokens.ts';
import { serve } from '../cli/program.ts';
import { folderWith } from '../server/folder.ts';

const CALLS = 32;
const BATCHES = 50;

/** Times that a process has written to anything (proc_pid_io(5)). */
function writesOf(pid: number): number {
  return Number(/^syscw: (\d+)$/m.exec(readFileSync(`/proc/${pid}/io`, 'utf8'))?.[1]);
}

/** Asks as many calls at once as a batch has, and waits for all answers. */
async function asker(port: number, request: Buffer) {
  let left = 0;
  let ended = Promise.withResolvers<void>();
  const connection = await Http2Connection.open(`127.0.0.1:${port}`, {
    answered: () => {
      left -= 1;
      if (left === 0) ended.resolve();
    },
    failed: (error) => ended.reject(error),
  });
  return {
    batch: (): Promise<void> => {
      left = CALLS;
      ended = Promise.withResolvers();
      for (let n = 0; n < CALLS; n += 1) connection.call(request, n);
      return ended.promise;
    },
    [Symbol.dispose]: () => connection.close(),
  };
}

test('the answers to calls that come together leave together', async (t) => {
  const issuer = await BenchIssuer.create();
  const [token = ''] = await issuer.tokens(1);
  await using folder = await folderWith({
    'jwks.json': JSON.parse(issuer.jwks) as object,
    'watchword.yaml': `listen: { grpc: '127.0.0.1:0', admin: '127.0.0.1:0' }
issuers: [{ name: bench, issuer: 'https://issuer.example/', audiences: [http://orders], keys: { file: jwks.json } }]
pipelines: [{ name: orders, match: [{ hosts: [orders.example.com] }], require: {} }]
`,
  });
  await using watchword = await serve(folder.at('watchword.yaml'));
  using calls = await asker(watchword.grpcPort, checkRequest(0, token));
  for (let n = 0; n < BATCHES; n += 1) await calls.batch();
  const before = writesOf(watchword.child.pid);
  for (let n = 0; n < BATCHES; n += 1) await calls.batch();
  const each = (writesOf(watchword.child.pid) - before) / BATCHES;
  t.diagnostic(`${each} writes for ${CALLS} answers`);
  // Two: node:http2 sends trailers after what they follow. What threads tell each other is counted too.
  assert.ok(each >= 1 && each <= CALLS / 2, `${each} writes for ${CALLS} answers`);
});
