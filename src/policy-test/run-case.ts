import { redactTokens } from '../base/redact.ts';
import { tokenPlaceOf } from '../config/compile-token-place.ts';
import type { PolicyCase } from '../config/shape-cases.ts';
import { REASONS, type Reason } from '../decision/reason.ts';
import { type Asked, askedBy } from '../explain/asked.ts';
import {
  type ExplainContext,
  type Explanation,
  explainHttpCheck,
  explainRequest,
} from '../explain/explain.ts';
import { maskedHeader } from '../explain/masked.ts';
import type { TokenPlace } from '../policy/token-place.ts';
import type { ClaimsPolicy } from './policies.ts';
import { withToken } from './put-token.ts';

/** One thing that was expected and is otherwise. Null: it is not there. */
export interface Difference {
  /** `reason`, `headers.x-auth-subject`. */
  readonly path: string;
  readonly expected: string | number | null;
  readonly found: string | number | null;
}

/** What became of one case. */
export interface CaseResult {
  readonly name: string;
  readonly passed: boolean;
  readonly reason: Reason;
  readonly pipeline: string | null;
  /** The step that refused, or the last one that was taken, with what it showed. */
  readonly step: string;
  readonly detail: string;
  readonly differences: readonly Difference[];
}

/** What cases are judged with. */
export interface CaseContext extends Omit<ExplainContext, 'policy' | 'now'> {
  readonly offline: ExplainContext['policy'];
  readonly claims: ClaimsPolicy;
}

/** What a case asks. `token` is that of `token` or `tokenFile`. Throws `AskedError`. */
export function askedIn(
  { request, claims, tokenIn, now = Date.now() / 1000 }: PolicyCase,
  token: string | null,
  context: CaseContext,
): { readonly asked: Asked; readonly now: number } {
  const sent =
    claims === undefined ? token : context.claims.tokenOf(completed(claims, now, context));
  const { url, method, pipeline, via, address, principal } = request;
  const header = Object.entries(request.headers).flatMap(([name, values]) =>
    [values].flat().map((value) => `${name}: ${value}`),
  );
  const place = tokenIn === undefined ? BEARER : tokenPlaceOf(tokenIn);
  const written = sent === null ? { url, header } : withToken({ url, header }, sent, place);
  const entries = Object.entries(request.context).map(([name, value]) => `${name}=${value}`);
  return {
    asked: askedBy({
      ...written,
      method,
      pipeline,
      via,
      address,
      principal,
      context: entries,
      token: null,
    }),
    now,
  };
}

const BEARER: TokenPlace = { in: 'header', name: 'authorization', scheme: 'Bearer' };
/** How long a token lasts whose claims do not say it, in seconds. */
const LIFETIME = 300;

/** Claims with what nearly every token has. A null in its place leaves it out. */
function completed(
  claims: Readonly<Record<string, unknown>>,
  now: number,
  { claims: { policy } }: CaseContext,
): Readonly<Record<string, unknown>> {
  const [only, ...others] = policy.issuers.keys();
  const iat = Math.floor(now);
  const usual = { ...(others.length === 0 ? { iss: only } : {}), iat, exp: iat + LIFETIME };
  const all = Object.entries({ ...usual, ...claims });
  return Object.fromEntries(
    all.filter(([name, value]) => value !== null || !['iss', 'iat', 'exp'].includes(name)),
  );
}

/** Decides about a case by the code that serves, and compares. */
export async function runCase(
  { name, claims, expect }: PolicyCase,
  { asked, now }: { readonly asked: Asked; readonly now: number },
  context: CaseContext,
): Promise<CaseResult> {
  const policy = claims === undefined ? context.offline : context.claims.policy;
  const explained = { ...context, policy, now };
  const explanation =
    asked.over === 'grpc'
      ? await explainRequest(explained, asked.request)
      : await explainHttpCheck(explained, asked.httpCheck);
  const { steps, decision } = explanation;
  const step =
    steps.find(({ result }) => result === 'refused') ??
    steps.findLast(({ result }) => result === 'passed');
  const differences = differencesOf(expect, explanation, step?.step ?? '');
  return {
    name,
    passed: differences.length === 0,
    reason: decision.reason,
    pipeline: decision.pipeline?.name ?? null,
    step: step?.step ?? '',
    detail: step?.detail ?? '',
    differences,
  };
}

function differencesOf(
  expect: PolicyCase['expect'],
  { decision, answer }: Explanation,
  step: string,
): readonly Difference[] {
  const { reason } = decision;
  const found = {
    outcome: REASONS[reason].outcome,
    reason,
    pipeline: decision.pipeline?.name ?? null,
    status: answer.passes ? null : answer.http,
    step,
  };
  const facts = Object.entries(found).flatMap(([path, value]): readonly Difference[] => {
    const expected = expect[path as keyof typeof found];
    return expected === undefined || expected === value ? [] : [{ path, expected, found: value }];
  });
  const headers = (answer.passes ? answer.setHeaders : answer.headers).map(maskedHeader);
  const wrong = Object.entries(expect.headers).flatMap(([name, expected]) => {
    const value = headers.find((one) => one.name === name.toLowerCase())?.value ?? null;
    return value === expected ? [] : [{ path: `headers.${name}`, expected, found: shown(value) }];
  });
  return [...facts, ...wrong];
}

function shown(value: string | null): string | null {
  return value === null ? null : redactTokens(value);
}
