import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type Folder, folderWith } from '../server/folder.ts';
import type { HttpCheck } from '../server/question.ts';
import { type LogLine, type Running, run } from '../server/running.ts';
import { settings } from '../server/settings.ts';
import { makeSigner } from '../server/signer.ts';

const signer = makeSigner();
const stranger = makeSigner();

const INFO = 30;
const DEBUG = 20;

/** A Watchword that logs at a level. */
async function logging(level: string): Promise<Running> {
  const folder: Folder = await folderWith({
    'watchword.yaml': settings({ log: { level } }),
    'jwks.json': { keys: [signer.jwk] },
  });
  const watchword = await run(folder.at('watchword.yaml'));
  return {
    ...watchword,
    [Symbol.asyncDispose]: async () => {
      await watchword[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}

/** The lines about decisions. */
const decisions = ({ log }: Running): readonly LogLine[] =>
  log.filter(({ msg }) => msg === 'allowed' || msg === 'refused');

describe('the log', () => {
  test('has one line a decision at debug', async () => {
    await using watchword = await logging('debug');
    const token = signer.token({ sub: 'client-7' });
    for (let n = 0; n < 3; n += 1) await watchword.check({ token });
    await watchword.check({
      token: signer.token({ scope: 'other' }),
      headers: { 'x-request-id': 'abc' },
    });
    const lines = decisions(watchword);
    assert.deepEqual(
      lines.map(({ level, msg, reason }) => [level, msg, reason]),
      [
        [DEBUG, 'allowed', 'verified'],
        [DEBUG, 'allowed', 'verified'],
        [DEBUG, 'allowed', 'verified'],
        [DEBUG, 'refused', 'scope_insufficient'],
      ],
    );
    const { level: _, time, msg: __, ...fields } = lines.at(-1) ?? assert.fail('no line');
    assert.equal(typeof time, 'number');
    assert.deepEqual(fields, {
      kid: 'key-1',
      audience: ['http://orders'],
      gateway: '127.0.0.1',
      outcome: 'deny',
      reason: 'scope_insufficient',
      pipeline: 'orders',
      mode: 'enforce',
      issuer: 'main',
      subject: 'client-1',
      detail: 'scope read:orders is missing; granted: other',
      method: 'GET',
      host: 'orders.example.com',
      path: '/orders/1',
      request: 'abc',
    });
  });

  test('has one line a refusal at info, and none for what passes', async () => {
    await using watchword = await logging('info');
    await watchword.check({ token: signer.token() });
    await watchword.check({ path: '/public/a' });
    await watchword.check({});
    await watchword.check({ host: 'else.example' });
    assert.deepEqual(
      decisions(watchword).map(({ level, msg, reason }) => [level, msg, reason]),
      [
        [INFO, 'refused', 'token_missing'],
        [INFO, 'refused', 'pipeline_missing'],
      ],
    );
  });

  for (const level of ['warn', 'silent']) {
    test(`has no decisions at ${level}`, async () => {
      await using watchword = await logging(level);
      await watchword.check({});
      assert.deepEqual(watchword.log, []);
    });
  }

  test('is sampled in a flood of refusals, and says how many lines were left out', async () => {
    await using watchword = await logging('info');
    const began = performance.now();
    for (let n = 0; n < 1_000; n += 1) await watchword.check({});
    const seconds = (performance.now() - began) / 1_000;
    const lines = decisions(watchword).length;
    assert.ok(lines >= 50, `${lines} lines`);
    assert.ok(lines <= 51 + 10 * seconds, `${lines} lines in ${seconds} s`);
    const name = 'watchword_log_lines_suppressed_total{pipeline="orders"}';
    const suppressed = (await watchword.metrics()).get(name);
    assert.equal(suppressed, 1_000 - lines);
  });

  test('never has a query, which may be a secret of any form', async () => {
    await using watchword = await logging('debug');
    await watchword.check({ path: '/orders/1?access_token=opaque' });
    await watchword.check({ path: '/public/../orders/1?access_token=opaque' });
    assert.equal(decisions(watchword).length, 2);
    assert.ok(!JSON.stringify(watchword.log).includes('opaque'));
  });

  test('stays one line a decision, whatever a client writes', async () => {
    await using watchword = await logging('debug');
    const odd = 'a\n{"level":60}\r\u2028"\u0000';
    await watchword.check({ host: odd });
    await watchword.check({ method: odd });
    await watchword.check({ path: `/orders/${'x'.repeat(5_000)}` });
    const lines = decisions(watchword);
    assert.equal(lines.length, 3);
    for (const line of lines) {
      for (const value of Object.values(line)) assert.ok(String(value).length <= 512);
    }
  });
});

/** Every way in which a token can come, and the reason that is logged. */
function carriers(token: string): Readonly<Record<string, HttpCheck>> {
  const bearer = `Bearer ${token}`;
  return {
    'as a Bearer token': { token },
    twice: { headers: { authorization: `${bearer}, ${bearer}` } },
    'cut short': { token: token.slice(0, -5) },
    'under another scheme': { headers: { authorization: `Basic ${token}` } },
    'without a scheme': { headers: { authorization: token } },
    'with something behind it': { headers: { authorization: `${bearer} x` } },
    'too long': { token: `${token}${'x'.repeat(9_000)}` },
    'in the path': { path: `/orders/${token}/lines` },
    'in the path of nobody': { path: `/callback/${token}` },
    'in the query': { path: `/orders/1?access_token=${token}` },
    'in the id of the request': { headers: { 'x-request-id': token } },
    'as a cookie': { headers: { cookie: `session=${token}` } },
    'in the context': { context: { 'watchword.dev/pipeline': token } },
    'under an unknown name of the context': { context: { [`watchword.dev/${token}`]: 'x' } },
    'as the method': { method: token },
    'as the host': { host: token },
  };
}

const TOKENS = {
  'a good token': signer.token(),
  'a token of a stranger': stranger.token(),
  'an expired token': signer.token({ exp: 1_000 }),
  'a token for somebody else': signer.token({ aud: 'http://else' }),
  'a token with an odd header': signer.token({}, { alg: 'none', typ: 'odd', kid: 'k'.repeat(200) }),
};

describe('no line of the log has a part of', () => {
  for (const [title, token] of Object.entries(TOKENS)) {
    test(title, async () => {
      await using watchword = await logging('debug');
      for (const httpCheck of Object.values(carriers(token))) await watchword.check(httpCheck);
      const carried = Object.keys(carriers(token));
      const lines = decisions(watchword).map((line) => JSON.stringify(line));
      assert.equal(lines.length, carried.length);
      const leaks = carried.filter((_, index) =>
        token.split('.').some((part) => lines[index]?.includes(part.slice(0, 40))),
      );
      assert.deepEqual(leaks, []);
    });
  }
});
