import { type Answer, answerTo } from '../answer/answer.ts';
import { Live } from '../base/live.ts';
import { checkWith } from '../check/check.ts';
import type { Decision } from '../check/decision.ts';
import { extract } from '../check/extract.ts';
import { Verifier } from '../check/verifier.ts';
import { parseHost } from '../policy/host.ts';
import { readings, withoutQuery } from '../policy/path.ts';
import type { Policy } from '../policy/policy.ts';
import type { Request } from '../request/request.ts';
import type { RouteIndex } from '../routes/route-index.ts';
import { readClaims, scopesOf } from '../token/claims.ts';
import { readJws } from '../token/jws.ts';
import { type SourceSaid, selectionSources } from './selection-sources.ts';
import { type Step, type StepName, stepsOf } from './steps.ts';

/** Why a request is answered as it is. Shows claims of the token, never the token. */
export interface Explanation {
  readonly sources: readonly SourceSaid[];
  readonly steps: readonly Step[];
  readonly decision: Decision;
  readonly answer: Answer;
}

const BUDGET = 10_000;

/** Decides about a request with the same code that serves, and shows each step. `now` in seconds. */
export async function explainRequest(
  policy: Policy,
  request: Request,
  tokenBytes: number,
  now: number,
  routes: RouteIndex | null = null,
): Promise<Explanation> {
  const verifier = new Verifier(
    { entries: 1, bytes: 1024 * 1024, pending: 1 },
    { lookedUp: () => undefined, verified: () => undefined },
  );
  const check = checkWith({
    policy: new Live(policy),
    routes: new Live(routes),
    verifier,
    tokenBytes,
    now: () => now,
  });
  const decision = await check(request, BUDGET);
  return {
    sources: selectionSources(policy, request, routes),
    steps: stepsOf(decision, {
      ...requestShown(request),
      ...tokenShown(policy, request, tokenBytes, now),
    }),
    decision,
    answer: answerTo(decision, request.grpc),
  };
}

function requestShown(request: Request): Partial<Record<StepName, string>> {
  const path = withoutQuery(request.path);
  const all = readings(path);
  return {
    request: `${request.method} ${request.host}${path}${request.preflightFor === null ? '' : `, a preflight for ${request.preflightFor}`}`,
    host: parseHost(request.host) ?? 'no one reading',
    path:
      all === null
        ? 'too many readings'
        : all.length === 1
          ? 'one reading'
          : `readings: ${all.map((one) => JSON.stringify(one)).join(' ')}`,
  };
}

function tokenShown(
  policy: Policy,
  request: Request,
  tokenBytes: number,
  now: number,
): Partial<Record<StepName, string>> {
  const extracted = extract(request.authorization, tokenBytes);
  if (!extracted.ok)
    return { token: request.authorization === null ? 'no Authorization header' : extracted.reason };
  const token = `Bearer, ${extracted.token.length} bytes`;
  const read = readJws(extracted.token);
  if (!read.ok) return { token };
  const { header, claims } = read.jws;
  const { iss } = claims;
  const issuer = typeof iss === 'string' ? policy.issuers.get(iss) : undefined;
  const registered = readClaims(claims);
  return {
    token,
    form: 'a signed JWT',
    issuer: `iss ${shown(iss)} is ${issuer === undefined ? 'not configured' : `issuer ${issuer.name}`}`,
    type: `typ ${shown(header.typ)}`,
    algorithm: `alg ${shown(header.alg)}, accepted: ${[...(issuer?.algorithms ?? [])].join(' ')}`,
    key: `kid ${shown(header.kid)}`,
    time: registered.ok ? `exp in ${Math.round(registered.claims.expiresAt - now)} s` : '',
    audience: `aud ${shown(claims['aud'])}`,
    scopes: `granted: ${scopesOf(claims).join(' ') || 'none'}`,
  };
}

function shown(value: unknown): string {
  return (JSON.stringify(value) ?? 'absent').slice(0, 256);
}
