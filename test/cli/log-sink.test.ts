import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { until } from '../../deploy/support/until.ts';
import { folderWith } from '../server/folder.ts';
import { checkRequest, reasonOf } from '../server/question.ts';
import { readSeries } from '../server/series.ts';
import { settings } from '../server/settings.ts';
import { makeSigner } from '../server/signer.ts';
import { CheckClient } from '../support/check-client.ts';
import { ask } from '../support/http-client.ts';
import { PROGRAM } from './program.ts';

/** Lines of 500 bytes and more: some three times what a sink and a pipe hold. */
const CHECKS = 6_000;
const AT_ONCE = 100;
const DROPPED = 'watchword_log_lines_dropped_total{sink="stdout"}';

test('nobody reads the log: decisions go on, lines are dropped and counted, and it still ends', async () => {
  const decisions = { burst: 1_000_000, perSecond: 1_000_000 };
  await using folder = await folderWith({
    'watchword.yaml': settings({ log: { decisions } }),
    'jwks.json': { keys: [makeSigner().jwk] },
  });
  const args = [PROGRAM, 'serve', '--config', folder.at('watchword.yaml')];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  await using _ = {
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGKILL');
      await ended;
    },
  };
  let said = '';
  const hear = (chunk: Buffer): void => {
    said += chunk;
  };
  child.stdout.on('data', hear);
  const line = await until('serving', () => /.*"msg":"serving".*/.exec(said)?.[0]);
  child.stdout.off('data', hear).pause();
  const { grpcPort, adminPort, level } = JSON.parse(line) as Readonly<Record<string, number>>;
  assert.equal(level, 'info');
  using client = new CheckClient(`127.0.0.1:${grpcPort}`);
  const path = `/orders/${'x'.repeat(400)}`;
  for (let asked = 0; asked < CHECKS; asked += AT_ONCE) {
    const answers = Array.from({ length: AT_ONCE }, () => client.check(checkRequest({ path })));
    for (const answer of await Promise.all(answers))
      assert.equal(reasonOf(answer), 'token_missing');
  }
  const metrics = { port: adminPort ?? 0, method: 'GET', host: 'admin', path: '/metrics' };
  const { body } = await ask({ ...metrics, headers: [] });
  const dropped = readSeries(body).get(DROPPED) ?? 0;
  assert.ok(dropped > 0 && dropped < CHECKS, `${dropped} lines were dropped`);
  child.kill('SIGTERM');
  const [code] = (await ended) as [number | null];
  assert.equal(code, 0);
});
