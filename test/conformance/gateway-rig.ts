import assert from 'node:assert/strict';
import type { Backend } from '../../deploy/demo/backend.ts';
import type { GatewayName } from '../../deploy/gateways/gateway.ts';
import { REASONS, type Reason } from '../../src/decision/reason.ts';
import { parseHost } from '../../src/policy/host.ts';
import { withoutQuery } from '../../src/policy/path.ts';
import { ask as askHttp, type HttpResponse } from '../support/http-client.ts';
import type { Case } from './case.ts';
import { type Asked, ask } from './cases.ts';
import type { LoggedDecision } from './decision-log.ts';
import type { Engine } from './engine.ts';
import type { FixtureName } from './fixtures.ts';
import type { Tally } from './gateway-table.ts';
import { FORGED_CASES, GATEWAY_CASES, segmentFor } from './http-cases.ts';
import { judge, type Verdict } from './verdict.ts';

/** `identityHeaders` of every world. */
export const IDENTITY = ['x-auth-subject', 'x-auth-scope', 'x-auth-tenant'];
const TWINS = ['x_auth_subject', 'x-auth_subject', 'x_auth-tenant', 'x_auth-scope'];

/** Cases that one configuration of a gateway serves: a URL, and with it the pipeline, belongs to the configuration. */
export interface Group {
  readonly fixture: FixtureName;
  /** The pipeline in the URL, or `-`. */
  readonly pipeline: string;
  readonly cases: readonly Case[];
}

/** All cases that can be asked through a gateway over HTTP. */
export function groups(): readonly Group[] {
  const all = [...GATEWAY_CASES, ...FORGED_CASES];
  const key = (one: Case) => JSON.stringify([one.fixture ?? 'default', segmentFor(one)]);
  return [...Map.groupBy(all, key)].map(([text, cases]) => {
    const [fixture, pipeline] = JSON.parse(text) as [FixtureName, string];
    return { fixture, pipeline, cases };
  });
}

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

/** Where a gateway on this machine takes requests. */
interface Entry {
  readonly name: GatewayName;
  readonly port: number;
}

/**
 * A gateway before Watchword and a backend that echoes; where there is a second one, it is that of the host of the pipeline
 * `special`, which wants no token.
 */
export class Rig {
  readonly name: GatewayName;
  readonly #port: number;
  readonly #backends: readonly Backend[];
  readonly #decisions: readonly LoggedDecision[];

  constructor(
    { name, port }: Entry,
    backends: readonly Backend[],
    decisions: readonly LoggedDecision[],
  ) {
    this.name = name;
    this.#port = port;
    this.#backends = backends;
    this.#decisions = decisions;
  }

  /** Whether the gateway leads hosts to different backends. */
  get tellsHosts(): boolean {
    return this.#backends.length > 1;
  }

  async ask(asked: Asked): Promise<Outcome> {
    const decided = this.#decisions.length;
    const reached = this.#backends.map(({ received }) => received.length);
    const response = await askHttp({ port: this.#port, ...asked });
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
export async function run(one: Case, rig: Rig, engine: Engine): Promise<keyof Tally> {
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
    const found = rig.tellsHosts && decision.pipeline === 'special' ? 'open' : 'echo';
    assert.equal(received.backend, found, 'the host that was judged is the host that was found');
    for (const name of [...IDENTITY, ...TWINS])
      assert.equal(received.headers[name], expected.backendHeaders?.[name], name);
  }
  return other === null ? 'same' : 'rewritten';
}
