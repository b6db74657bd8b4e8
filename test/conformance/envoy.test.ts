import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { pino } from 'pino';
import { startBackend } from '../../deploy/demo/backend.ts';
import { type Envoy, startEnvoy } from '../../deploy/demo/envoy.ts';
import { startWatchword } from '../../src/server/watchword.ts';
import { ask as askHttp, type HttpResponse } from '../support/http-client.ts';
import type { Case } from './case.ts';
import { type Asked, ask, CASES } from './cases.ts';
import { type FIXTURE_NAMES, makeFixture } from './fixtures.ts';
import { judge, type Verdict } from './verdict.ts';

/** One Envoy for each world and context: a context extension belongs to the gateway's configuration. */
function groups(): ReadonlyMap<string, readonly Case[]> {
  const asked = CASES.filter(({ notThroughEnvoy }) => notThroughEnvoy === undefined);
  return Map.groupBy(asked, (one) =>
    JSON.stringify([one.fixture ?? 'default', one.context ?? {}]),
  ) as Map<string, Case[]>;
}

/** The host of the pipeline `special`, which wants no token, has a backend of its own. */
const OPEN_HOST = 'special.shop.example.com';

async function verdictOf(
  asked: Asked,
  response: HttpResponse,
  envoy: Envoy,
  line: number,
  target?: string,
): Promise<Verdict> {
  const logged = (await envoy.accessLog(line)).at(line - 1);
  // Envoy logs the path as it forwards it.
  const forwarded = target ?? asked.path;
  assert.equal(logged?.path, forwarded, 'the access log line is that of this request');
  const metadata = logged.watchword ?? {};
  const seen = {
    reason: String(metadata['reason'] ?? 'no metadata'),
    pipeline: String(metadata['pipeline'] ?? 'no metadata'),
    challenge: response.headers['www-authenticate'] ?? null,
  };
  const grpcStatus =
    response.headers['grpc-status'] === undefined ? null : Number(response.headers['grpc-status']);
  const passed = logged.details === 'via_upstream';
  if (!passed)
    return {
      ...seen,
      passes: false,
      http: response.status,
      grpcStatus,
      backendHeaders: null,
      answered: response,
    };
  const received = JSON.parse(response.body) as {
    backend: string;
    path: string;
    headers: Record<string, string>;
  };
  const judgedOpen = seen.pipeline === 'special';
  assert.equal(
    received.backend,
    judgedOpen ? 'open' : 'echo',
    'the host that was judged is the host that was found',
  );
  const entries = Object.entries(received.headers).map(([name, value]) => [
    name,
    Buffer.from(value, 'latin1').toString('utf8'),
  ]);
  return {
    ...seen,
    passes: true,
    http: response.status,
    grpcStatus,
    backendHeaders: Object.fromEntries(entries) as Record<string, string>,
    target: received.path,
  };
}

for (const [key, cases] of groups()) {
  const [fixture, context] = JSON.parse(key) as [
    (typeof FIXTURE_NAMES)[number],
    Record<string, string>,
  ];
  for (const encodeRawHeaders of [false, true]) {
    describe(`real Envoy, ${fixture} fixture, context ${JSON.stringify(context)}, raw headers ${encodeRawHeaders}`, () => {
      const stack = new AsyncDisposableStack();
      let envoy: Envoy;
      let asked = 0;
      before(async () => {
        const { path } = stack.use(await makeFixture(fixture));
        const { grpcPort } = stack.use(await startWatchword(path, pino({ level: 'silent' })));
        const backend = stack.use(await startBackend('echo'));
        const open = stack.use(await startBackend('open'));
        envoy = stack.use(
          await startEnvoy({
            authz: `127.0.0.1:${grpcPort}`,
            timeout: '5s',
            // Off, so that every path arrives as it was sent.
            normalizePaths: false,
            encodeRawHeaders,
            accessLog: true,
            pipelines: [
              { name: 'echo', address: backend.address, contextExtensions: context },
              {
                name: 'open',
                hosts: [OPEN_HOST],
                address: open.address,
                contextExtensions: context,
              },
            ],
          }),
        );
      });
      after(() => stack.disposeAsync());
      for (const one of cases) {
        test(one.title, async () => {
          const request = ask(one);
          const response = await askHttp({ port: envoy.port, ...request });
          asked += 1;
          judge(one, await verdictOf(request, response, envoy, asked, one.expect.target));
        });
      }
      test('Envoy counted what it was told, and no error', async () => {
        const { ok, denied, error, failureModeAllowed } = await envoy.counters();
        assert.deepEqual(
          { all: ok + denied, error, failureModeAllowed },
          { all: asked, error: 0, failureModeAllowed: 0 },
        );
      });
    });
  }
}
