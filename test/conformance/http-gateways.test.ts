import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type Backend, startBackend } from '../../deploy/demo/backend.ts';
import {
  GATEWAY_NAMES,
  type Gateway,
  type GatewayName,
  startGateway,
} from '../../deploy/gateways/gateway.ts';
import { REASONS, type Reason } from '../../src/decision/reason.ts';
import { parseHost } from '../../src/policy/host.ts';
import { withoutQuery } from '../../src/policy/path.ts';
import { startWatchword } from '../../src/server/watchword.ts';
import { ask as askHttp, type HttpResponse } from '../support/http-client.ts';
import type { Case } from './case.ts';
import { type Asked, ask } from './cases.ts';
import { decisionLog, type LoggedDecision } from './decision-log.ts';
import { type Engine, openEngine } from './engine.ts';
import { type Tally, tableFault } from './gateway-table.ts';
import { FORGED_CASES, HTTP_CASES, segmentFor } from './http-cases.ts';
import { judge, type Verdict } from './verdict.ts';
import { makeWorld, type WorldName } from './worlds.ts';

const IDENTITY = ['x-auth-subject', 'x-auth-scope', 'x-auth-tenant'];
const TWINS = ['x_auth_subject', 'x-auth_subject', 'x_auth-tenant', 'x_auth-scope'];

/** One gateway for each world and pipeline in the URL: a URL belongs to the gateway's configuration. */
function groups(): ReadonlyMap<string, readonly Case[]> {
  const key = (one: Case) => JSON.stringify([one.world ?? 'default', segmentFor(one)]);
  return Map.groupBy([...HTTP_CASES, ...FORGED_CASES], key);
}

/** The host of the pipeline `special`, which wants no token, has a backend of its own behind every gateway. */
const OPEN_HOST = 'special.shop.example.com';

/** What came of one request: everything that can be seen from outside, and what Watchword logged. */
interface Outcome {
  readonly response: HttpResponse;
  readonly decision: LoggedDecision | undefined;
  /** What a backend got, as it came over the wire. */
  readonly received: {
    readonly backend: string;
    readonly path: string;
    readonly headers: Record<string, string>;
  } | null;
}

/** A gateway before Watchword and backends that echo. */
class Rig {
  readonly #gateway: Gateway;
  readonly #backends: readonly Backend[];
  readonly #decisions: readonly LoggedDecision[];

  constructor(
    gateway: Gateway,
    backends: readonly Backend[],
    decisions: readonly LoggedDecision[],
  ) {
    this.#gateway = gateway;
    this.#backends = backends;
    this.#decisions = decisions;
  }

  get name(): GatewayName {
    return this.#gateway.name;
  }

  async ask(asked: Asked): Promise<Outcome> {
    const decided = this.#decisions.length;
    const reached = this.#backends.map(({ received }) => received.length);
    const response = await askHttp({ port: this.#gateway.port, ...asked });
    assert.ok(this.#decisions.length <= decided + 1, 'one request is one check');
    const [got] = this.#backends.flatMap(({ received }, at) => received.slice(reached[at]));
    const headers = Object.entries(got?.headers ?? {}).map(([name, value]) => [
      name,
      Buffer.from(String(value), 'latin1').toString('utf8'),
    ]);
    const received =
      got === undefined
        ? null
        : {
            backend: got.backend,
            path: got.path,
            headers: Object.fromEntries(headers) as Record<string, string>,
          };
    return { response, decision: this.#decisions[decided], received };
  }
}

/** What ingress-nginx's own nginx leaves of a refusal: a 400 is a 403, an error a 500, and only a 401 has a challenge. */
function asIngressNginxRefuses(verdict: Verdict, { expect }: Case): Verdict {
  if (verdict.passes || verdict.reason === null) return verdict;
  const { http } = REASONS[verdict.reason as Reason];
  assert.equal(verdict.http, { 200: 200, 400: 403, 401: 401, 403: 403, 500: 500, 503: 500 }[http]);
  const challenge = http === 401 ? verdict.challenge : (expect.challenge ?? null);
  return { ...verdict, http, challenge };
}

function verdictOf({ response, decision, received }: Outcome): Verdict {
  return {
    passes: received !== null,
    http: response.status,
    reason: decision?.reason ?? null,
    pipeline: decision?.pipeline ?? '-',
    challenge: response.headers['www-authenticate'] ?? null,
    grpcStatus:
      response.headers['grpc-status'] === undefined
        ? null
        : Number(response.headers['grpc-status']),
    backendHeaders: received?.headers ?? null,
  };
}

const cut = (text: string) => text.slice(0, 512);

/** What the gateway asked about, where it made another request of the client's before it asked; else null. */
function rewritten(asked: Asked, { method, host = '', path = '' }: LoggedDecision): Asked | null {
  // The gateway could not say what was asked for, so nothing could be judged.
  if (method === undefined) return null;
  assert.equal(method, asked.method, 'the method is never another one');
  const samePath = path === cut(withoutQuery(asked.path));
  const sameHost = parseHost(host) === parseHost(asked.host);
  return samePath && sameHost ? null : { ...asked, host, path };
}

/** Judges one case and says how it went: as asked, rewritten by the gateway first, or answered by it alone. */
async function run(one: Case, rig: Rig, engine: Engine): Promise<keyof Tally> {
  const asked = ask(one);
  const outcome = await rig.ask(asked);
  const { decision, received, response } = outcome;
  if (decision === undefined) {
    assert.equal(received, null, 'nothing reaches the backend without a decision');
    // Go's net/http answers `OPTIONS *` with a 200 of its own.
    if (asked.path !== '*') assert.ok(response.status >= 400, `status ${response.status}`);
    return 'itself';
  }
  const other = rewritten(asked, decision);
  if (other === null) {
    const verdict = verdictOf(outcome);
    judge(one, rig.name === 'ingress-nginx' ? asIngressNginxRefuses(verdict, one) : verdict);
  }
  const expected = await engine(other ?? asked);
  assert.equal(decision.reason, expected.reason);
  assert.equal(received !== null, expected.passes);
  if (received !== null) {
    const path = cut(withoutQuery(received.path));
    assert.equal(path, cut(decision.path ?? ''), 'what was judged is what is forwarded');
    const judgedOpen = decision.pipeline === 'special';
    assert.equal(
      received.backend,
      judgedOpen ? 'open' : 'echo',
      'the host that was judged is the host that was found',
    );
    for (const name of [...IDENTITY, ...TWINS])
      assert.equal(received.headers[name], expected.backendHeaders?.[name], name);
  }
  return other === null ? 'same' : 'rewritten';
}

async function openRig(
  name: GatewayName,
  world: WorldName,
  pipeline: string,
  stack: AsyncDisposableStack,
): Promise<{ rig: Rig; gateway: Gateway }> {
  const { path } = stack.use(await makeWorld(world, { http: '127.0.0.1:0' }, 'debug'));
  const { log, decisions } = decisionLog();
  const { httpPort } = stack.use(await startWatchword(path, log));
  const backend = stack.use(await startBackend('echo'));
  const open = stack.use(await startBackend('open'));
  const gateway = stack.use(
    await startGateway(name, {
      watchword: `127.0.0.1:${httpPort}`,
      backend: backend.address,
      identityHeaders: IDENTITY,
      routes: [
        { prefix: '/', pipeline },
        { prefix: '/strip', pipeline, token: 'strip' },
        { prefix: '/keep', pipeline, overrideHeaders: 'keep' },
      ],
      sites: [{ host: OPEN_HOST, backend: open.address }],
    }),
  );
  return { rig: new Rig(gateway, [backend, open], decisions), gateway };
}

const tallies = new Map<GatewayName, Tally>();
const versions = new Map<GatewayName, string>();

for (const name of GATEWAY_NAMES) {
  const tally: Tally = { same: 0, rewritten: 0, itself: 0 };
  tallies.set(name, tally);
  for (const [key, cases] of groups()) {
    const [world, pipeline] = JSON.parse(key) as [WorldName, string];
    describe(`real ${name}, ${world} world, pipeline ${pipeline}`, () => {
      const stack = new AsyncDisposableStack();
      let rig: Rig;
      let engine: Engine;
      before(async () => {
        const opened = await openRig(name, world, pipeline, stack);
        rig = opened.rig;
        versions.set(name, opened.gateway.version);
        engine = await openEngine(world, stack);
      });
      after(() => stack.disposeAsync());
      for (const one of cases) {
        test(one.title, async () => {
          tally[await run(one, rig, engine)] += 1;
        });
      }
    });
  }
}

test('the table in the README is that of this run', () => {
  const rows = GATEWAY_NAMES.map((name) => ({
    name,
    version: versions.get(name) ?? '',
    tally: tallies.get(name) ?? { same: 0, rewritten: 0, itself: 0 },
  }));
  const count = HTTP_CASES.length + FORGED_CASES.length;
  const unfinished = rows.filter(
    ({ tally }) => tally.same + tally.rewritten + tally.itself < count,
  );
  // Their own failures are the news; a table of what is left of them is none.
  assert.deepEqual(
    unfinished.map(({ name }) => name),
    [],
    'gateways some of whose cases failed',
  );
  assert.equal(tableFault(rows), null);
});
