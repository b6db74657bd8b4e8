import { type Answer, answerTo } from '../answer/answer.ts';
import { Live } from '../base/live.ts';
import { type Check, checkWith } from '../check/check.ts';
import { type Decision, refuse } from '../check/decision.ts';
import { extract } from '../check/extract.ts';
import { Verifier } from '../check/verifier.ts';
import { parseHost } from '../policy/host.ts';
import { readings, withoutQuery } from '../policy/path.ts';
import type { Policy } from '../policy/policy.ts';
import type { Request } from '../request/request.ts';
import type { RouteIndex } from '../routes/route-index.ts';
import { readClaims, scopesOf } from '../token/claims.ts';
import { readJws } from '../token/jws.ts';
import type { HttpAnswer } from '../transport/forward-auth/encode.ts';
import { handleQuestionsWith } from '../transport/forward-auth/handle.ts';
import { readQuestionUrl } from '../transport/forward-auth/question-url.ts';
import type { HttpQuestion } from './http-question.ts';
import { bypassesOf, type SourceSaid, selectionSources } from './selection-sources.ts';
import { type Step, type StepName, stepsOf } from './steps.ts';

/** Why a request is answered as it is. Shows claims of the token, never the token. */
export interface Explanation {
  readonly sources: readonly SourceSaid[];
  readonly steps: readonly Step[];
  readonly decision: Decision;
  readonly answer: Answer;
  /** How requests to the objects that may be used get past Watchword, whatever it would answer. */
  readonly bypasses: readonly string[];
}

/** The same for a check over HTTP: what the gateway gets, and what is wrong with its question. */
export interface HttpExplanation extends Explanation {
  readonly answered: HttpAnswer;
}

/** What a decision is made from. `now` in seconds. */
export interface Ground {
  readonly policy: Policy;
  readonly tokenBytes: number;
  readonly now: number;
  readonly routes: RouteIndex | null;
}

const BUDGET = 10_000;

/** Decides about a request with the same code that serves, and shows each step. */
export async function explainRequest(ground: Ground, request: Request): Promise<Explanation> {
  const decision = await checkOn(ground)(request, BUDGET);
  return explanationOf(ground, request, decision);
}

/** Answers a check with the code of the HTTP listener, and shows each step. Throws where its URL is none of a check. */
export async function explainQuestion(
  ground: Ground,
  question: HttpQuestion,
): Promise<HttpExplanation> {
  const url = readQuestionUrl(question.url);
  if (url === null) throw new Error(`not the URL of a check: ${question.url}`);
  const check = checkOn(ground);
  let seen: { readonly request: Request | null; readonly decision: Decision } | null = null;
  let fault = '';
  const handle = handleQuestionsWith(
    async (request, budget) => {
      const decision = await check(request, budget);
      seen = { request, decision };
      return decision;
    },
    (_, said) => {
      fault = said;
    },
  );
  const answered = await handle(url, question, BUDGET);
  const { request, decision } = seen ?? { request: null, decision: refuse('internal') };
  return { ...explanationOf(ground, request, decision, fault), answered };
}

function checkOn({ policy, tokenBytes, now, routes }: Ground): Check {
  const verifier = new Verifier(
    { entries: 1, bytes: 1024 * 1024, pending: 1 },
    { lookedUp: () => undefined, verified: () => undefined },
  );
  return checkWith({
    policy: new Live(policy),
    routes: new Live(routes),
    verifier,
    tokenBytes,
    now: () => now,
  });
}

/** `request` is null where the question could not be read, and `fault` says why. */
function explanationOf(
  { policy, tokenBytes, now, routes }: Ground,
  request: Request | null,
  decision: Decision,
  fault = '',
): Explanation {
  const answer = answerTo(decision, request?.grpc ?? false);
  if (request === null)
    return {
      sources: [],
      steps: stepsOf(decision, { request: fault }),
      decision,
      answer,
      bypasses: [],
    };
  return {
    sources: selectionSources(policy, request, routes),
    steps: stepsOf(decision, {
      ...requestShown(request),
      ...tokenShown(policy, request, tokenBytes, now),
    }),
    decision,
    answer,
    bypasses: bypassesOf(request, routes),
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
  if (!extracted.ok) return { token: authorizationShown(request.authorization, extracted.reason) };
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
    issuer: `iss ${shown(iss)} is ${issuer === undefined ? notConfigured(policy, iss) : `issuer ${issuer.name}`}`,
    type: `typ ${shown(header.typ)}`,
    algorithm: `alg ${shown(header.alg)}, accepted: ${[...(issuer?.algorithms ?? [])].join(' ')}`,
    key: `kid ${shown(header.kid)}`,
    time: registered.ok ? `exp in ${Math.round(registered.claims.expiresAt - now)} s` : '',
    audience: `aud ${shown(claims['aud'])}`,
    scopes: `granted: ${[...new Set(scopesOf(claims))].join(' ') || 'none'}`,
  };
}

/** Names the scheme of another kind of credentials, and nothing of what follows it. */
function authorizationShown(authorization: string | null, reason: string): string {
  if (authorization === null) return 'no Authorization header';
  const scheme = /^\s*(basic|digest|negotiate|dpop)\s/i.exec(authorization)?.[1];
  return scheme === undefined ? reason : `the scheme is ${scheme}, not Bearer`;
}

function notConfigured({ issuers }: Policy, iss: unknown): string {
  const slashed = (text: string) => text.replace(/\/?$/, '/');
  const near = [...issuers.keys()].find(
    (one) => typeof iss === 'string' && slashed(one) === slashed(iss),
  );
  return near === undefined
    ? `not configured; configured: ${[...issuers.keys()].map(shown).join(' ') || 'none'}`
    : `not configured; configured: ${shown(near)} (differs by the last slash)`;
}

function shown(value: unknown): string {
  return (JSON.stringify(value) ?? 'absent').slice(0, 256);
}
