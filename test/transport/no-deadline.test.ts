import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pino } from 'pino';
import { startWatchword } from '../../src/server/watchword.ts';
import { ask } from '../conformance/cases.ts';
import { makeFixture } from '../conformance/fixtures.ts';
import { CheckClient } from '../support/check-client.ts';

test('a caller without a deadline gets the time that the configuration gives', async () => {
  await using fixture = await makeFixture('default');
  await using watchword = await startWatchword(fixture.path, pino({ level: 'silent' }));
  using client = new CheckClient(`127.0.0.1:${watchword.grpcPort}`);
  const { method, host, path, headers } = ask({
    title: 'a token never seen before',
    token: { claims: { jti: 'never seen' } },
    expect: { reason: 'verified' },
  });
  const http = { method, host, path, headers: Object.fromEntries(headers) };
  const response = await client.check({ attributes: { request: { http } } }, null);
  assert.equal(response.dynamic_metadata?.fields['reason']?.stringValue, 'verified');
});
