import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { pino } from 'pino';
import { REASON_NAMES } from '../../src/decision/reason.ts';
import { startWatchword } from '../../src/server/watchword.ts';
import { CheckClient, type CheckResponse } from '../support/check-client.ts';
import { type Asked, ask, CASES, joined, withoutParameters } from './cases.ts';
import { FIXTURE_NAMES, makeFixture } from './fixtures.ts';
import { judge, type Verdict } from './verdict.ts';

/** google.rpc.Code by what it must be sent with. */
const CODES = { 0: 'allow', 7: 'refuse', 16: 'refuse' } as const;

/** A CheckRequest as Envoy makes it. */
export function checkRequestOf(asked: Asked): object {
  const { method, host, path } = asked;
  return {
    attributes: {
      source: { address: { socket_address: { address: '127.0.0.1', port_value: 4711 } } },
      request: {
        http: {
          id: '1',
          method,
          host,
          path,
          scheme: 'http',
          protocol: 'HTTP/1.1',
          headers: joined(asked.headers),
        },
      },
      context_extensions: asked.context,
    },
  };
}

/** The same with `header_map`, as Envoy sends where `encode_raw_headers` is set. */
function rawCheckRequestOf(asked: Asked): object {
  const headers = asked.headers.map(([key, value]) => ({
    key,
    raw_value: Buffer.from(value, 'latin1'),
  }));
  const { method, host, path } = asked;
  return {
    attributes: {
      source: { address: { socket_address: { address: '127.0.0.1', port_value: 4711 } } },
      request: { http: { method, host, path, header_map: { headers } } },
      context_extensions: asked.context,
    },
  };
}

function verdictOf(asked: Asked, response: CheckResponse): Verdict {
  const fields = response.dynamic_metadata?.fields ?? {};
  const seen = {
    reason: fields['reason']?.stringValue ?? 'no metadata',
    pipeline: fields['pipeline']?.stringValue ?? 'no metadata',
    grpcStatus: null,
  };
  assert.ok(response.status != null, 'an answer says its status');
  // Protocol Buffers write no zero.
  const code = response.status.code ?? 0;
  assert.ok(code === 0 || code === 7 || code === 16, `status.code ${code}`);
  if (CODES[code] === 'refuse') {
    const denied = response.denied_response;
    assert.ok(
      denied !== undefined && response.ok_response === undefined,
      'a refusal is a denied_response alone',
    );
    const http = Number(
      /\d+/.exec(String(denied.status.code))?.[0] ?? HTTP_NAMES[String(denied.status.code)],
    );
    assert.equal(code, http === 401 ? 16 : 7);
    const headers = Object.fromEntries(
      (denied.headers ?? []).map(({ header }) => [header.key, header.value]),
    );
    return {
      ...seen,
      passes: false,
      http,
      challenge: headers['www-authenticate'] ?? null,
      backendHeaders: null,
      answered: { headers, body: denied.body ?? '' },
    };
  }
  const ok = response.ok_response;
  assert.ok(
    ok !== undefined && response.denied_response === undefined,
    'an allow is an ok_response alone',
  );
  const backendHeaders: Record<string, string> = { ...joined(asked.headers) };
  const removed = ok.headers_to_remove ?? [];
  for (const { header, append } of ok.headers ?? []) {
    assert.equal(append ?? null, null, 'append is unset, so the value replaces');
    assert.ok(!removed.includes(header.key), `${header.key} is both set and removed`);
    backendHeaders[header.key] = header.value;
  }
  for (const name of removed) delete backendHeaders[name];
  const target = withoutParameters(asked.path, ok.query_parameters_to_remove ?? []);
  return { ...seen, passes: true, http: 200, challenge: null, backendHeaders, target };
}

const HTTP_NAMES: Readonly<Record<string, number>> = {
  OK: 200,
  NoContent: 204,
  Found: 302,
  BadRequest: 400,
  Unauthorized: 401,
  Forbidden: 403,
  InternalServerError: 500,
  ServiceUnavailable: 503,
};

for (const fixture of FIXTURE_NAMES) {
  describe(`gRPC, ${fixture} fixture`, () => {
    const stack = new AsyncDisposableStack();
    let client: CheckClient;
    before(async () => {
      const { path } = stack.use(await makeFixture(fixture));
      const { grpcPort } = stack.use(await startWatchword(path, pino({ level: 'silent' })));
      client = stack.use(new CheckClient(`127.0.0.1:${grpcPort}`));
    });
    after(() => stack.disposeAsync());
    for (const one of CASES.filter((c) => (c.fixture ?? 'default') === fixture)) {
      test(one.title, async () => {
        const asked = ask(one);
        judge(one, verdictOf(asked, await client.check(checkRequestOf(asked))));
      });
      test(`${one.title} (raw headers)`, async () => {
        const asked = ask(one);
        judge(one, verdictOf(asked, await client.check(rawCheckRequestOf(asked))));
      });
    }
  });
}

const NOT_BY_A_CASE =
  'test/transport/ext-authz.test.ts produces the first two: a defect, and a message that no gateway writes; test/routes the third';

test('every reason has a case that produces it', () => {
  const produced = new Set<string>(CASES.map(({ expect }) => expect.reason));
  const missing = REASON_NAMES.filter((reason) => !produced.has(reason));
  assert.deepEqual(
    missing.sort(),
    ['internal', 'message_oversized', 'pipeline_conflict', 'routes_unavailable'],
    NOT_BY_A_CASE,
  );
});
