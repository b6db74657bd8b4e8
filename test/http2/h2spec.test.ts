import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { Metrics } from '../../src/telemetry/metrics.ts';
import { CallCounters } from '../../src/transport/ext-authz/call-counters.ts';
import { startLean } from '../../src/transport/lean/server.ts';
import { goProgram } from '../cluster/programs.ts';
import { BARE_SETTINGS } from '../transport/bare-server.ts';

const H2SPEC = 'github.com/summerwind/h2spec/cmd/h2spec@v2.2.1+incompatible';

test('h2spec finds nothing in which the listener breaks RFC 9113 or RFC 7541', {
  timeout: 240_000,
}, async () => {
  const program = await goProgram(H2SPEC);
  const counters = new CallCounters(new Metrics());
  await using server = await startLean(BARE_SETTINGS, () => Buffer.alloc(3), counters);
  const args = ['--host', '127.0.0.1', '--port', `${server.port}`, '--timeout', '3'];
  const { stdout } = await promisify(execFile)(program, args).catch(
    (error: { readonly stdout: string }) => error,
  );
  assert.match(stdout, /145 tests, 145 passed, 0 skipped, 0 failed/);
});
