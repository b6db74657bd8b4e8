import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { residentMemory } from '../../bench/process-cost.ts';
import { quantile } from '../../bench/statistics.ts';
import { PROGRAM } from '../../deploy/demo/stack.ts';
import { startChild } from '../../deploy/support/child.ts';
import { temporaryFolder } from '../../deploy/support/temporary-folder.ts';
import { until } from '../../deploy/support/until.ts';
import { checkRequest, reasonOf } from '../server/question.ts';
import { CheckClient, checkRequestBytes } from '../support/check-client.ts';
import { jwksOf, makeKey, raw, signatureBy } from '../support/keys.ts';

/**
 * `node test/soak/many-issuers.ts [COUNT]`: what 1 and what COUNT (1,000) issuers cost: memory, time until all have keys, connections at
 * a time, and a decision about a token that was not seen before. Needs `npm run build`.
 */

const key = makeKey('ES256');
const KEYS_A_SET = 2;
const DECISIONS = 500;
const issOf = (number: number): string => `https://issuer-${number}.example/`;

interface Measured {
  readonly issuers: number;
  /** Milliseconds from the start of the process to readiness. */
  readonly ready: number;
  /** Resident memory after that, in bytes. */
  readonly memory: number;
  /** The most key sets that were asked for at a time. */
  readonly atATime: number;
  /** Median time of a decision about a new token, in milliseconds; issuers in turn. */
  readonly decision: number;
}

async function measure(issuers: number): Promise<Measured> {
  await using stack = new AsyncDisposableStack();
  const { path: folder } = stack.use(await temporaryFolder('watchword-issuers-'));
  const server = await startServer(stack);
  const file = join(folder, 'watchword.json');
  await writeFile(file, JSON.stringify(configuration(issuers, server.port)));
  const began = performance.now();
  const child = stack.use(
    await startChild({
      name: `Watchword with ${issuers} issuers`,
      command: process.execPath,
      args: [PROGRAM, 'serve', '--config', file],
    }),
  );
  const { input } = await child.line(/"msg":"serving"/);
  const { grpcPort, adminPort } = JSON.parse(input) as { grpcPort: number; adminPort: number };
  await until('readiness', async () => {
    if (!child.isRunning()) throw child.complaint('did not become ready');
    return (await fetch(`http://127.0.0.1:${adminPort}/readyz`)).ok ? true : undefined;
  });
  const ready = performance.now() - began;
  // setpriv, which starts it, has become Watchword itself: the process id is the same.
  const memory = residentMemory(child.pid).now;
  const decision = await medianDecision(grpcPort, issuers);
  return { issuers, ready, memory, atATime: server.atATime(), decision };
}

async function startServer(
  stack: AsyncDisposableStack,
): Promise<{ readonly port: number; atATime(): number }> {
  const body = JSON.stringify(jwksOf(...Array.from({ length: KEYS_A_SET - 1 }, newKey), key));
  let open = 0;
  let most = 0;
  const server = createServer((_, response) => {
    open += 1;
    most = Math.max(most, open);
    setTimeout(() => {
      open -= 1;
      response.end(body);
    }, 5);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  stack.defer(() => {
    server.close();
    server.closeAllConnections();
  });
  return { port: (server.address() as AddressInfo).port, atATime: () => most };
}

function newKey(): ReturnType<typeof makeKey> {
  return makeKey('ES256');
}

function configuration(issuers: number, port: number): object {
  return {
    listen: { grpc: '127.0.0.1:0', admin: '127.0.0.1:0' },
    issuers: Array.from({ length: issuers }, (_, number) => ({
      name: `issuer-${number}`,
      issuer: issOf(number),
      audiences: ['http://orders'],
      keys: { jwks: `http://127.0.0.1:${port}/${number}/jwks.json`, allowHttp: true },
    })),
    pipelines: [
      {
        name: 'orders',
        match: [{ paths: ['/orders/**'] }],
        require: { issuers: Array.from({ length: issuers }, (_, number) => `issuer-${number}`) },
      },
    ],
  };
}

async function medianDecision(port: number, issuers: number): Promise<number> {
  using client = new CheckClient(`127.0.0.1:${port}`);
  const times: number[] = [];
  for (let number = 0; number < DECISIONS; number += 1) {
    const request = checkRequestBytes(checkRequest({ token: tokenOf(number, issuers) }));
    const began = performance.now();
    const reason = reasonOf(await client.checkBytes(request));
    times.push(performance.now() - began);
    if (reason !== 'verified') throw new Error(`a good token is ${reason}`);
  }
  return quantile(times, 0.5);
}

function tokenOf(number: number, issuers: number): string {
  const now = Math.floor(Date.now() / 1000);
  const iss = issOf(Math.floor((number * issuers) / DECISIONS));
  const claims = { iss, sub: 'client', aud: 'http://orders', exp: now + 600, jti: `${number}` };
  const header = { alg: 'ES256', kid: key.kid, typ: 'JWT' };
  return raw(JSON.stringify(header), JSON.stringify(claims), signatureBy(key));
}

function report(one: Measured, many: Measured): string {
  const megabytes = (bytes: number): string => (bytes / 1024 / 1024).toFixed(1);
  const rows = [one, many].map(
    ({ issuers, ready, memory, atATime, decision }) =>
      `| ${issuers} | ${(ready / 1000).toFixed(2)} | ${megabytes(memory)} | ${atATime} | ${decision.toFixed(2)} |`,
  );
  const each = (many.memory - one.memory) / (many.issuers - one.issuers) / 1024;
  return [
    '| issuers | seconds to ready | resident MiB | fetches at a time | ms a new token, median |',
    '| --- | --- | --- | --- | --- |',
    ...rows,
    '',
    `memory: ${each.toFixed(1)} KiB an issuer with ${KEYS_A_SET} keys`,
  ].join('\n');
}

try {
  if (!existsSync(PROGRAM)) throw new Error('the program is not built; run: npm run build');
  const count = Number(process.argv[2] ?? 1_000);
  if (!Number.isInteger(count) || count < 2) throw new Error('COUNT must be a number above 1');
  const one = await measure(1);
  const many = await measure(count);
  process.stdout.write(`${report(one, many)}\n`);
} catch (error) {
  process.stderr.write(`many-issuers: ${error instanceof Error ? error.message : error}\n`);
  process.exitCode = 1;
}
