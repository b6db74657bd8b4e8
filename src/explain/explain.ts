import { type Answer, answerTo } from '../answer/answer.ts';
import { Live } from '../base/live.ts';
import { type Check, checkWith } from '../check/check.ts';
import { type Decision, isRefusal, refuse } from '../check/decision.ts';
import { answersMetadata } from '../check/resource-metadata.ts';
import { Verifier } from '../check/verifier.ts';
import type { Policy } from '../policy/policy.ts';
import type { Request } from '../request/request.ts';
import type { RouteIndex } from '../routes/match/route-index.ts';
import type { Uncounted } from '../routes/read/uncounted.ts';
import { NO_HOOKS } from '../transport/check-hooks.ts';
import { readCheckUrl } from '../transport/forward-auth/check-url.ts';
import type { HttpAnswer } from '../transport/forward-auth/encode.ts';
import { handleHttpChecksWith } from '../transport/forward-auth/handle.ts';
import type { GatewayCheck } from './gateway-check.ts';
import { remedyFor, type SettingPlaces } from './remedy.ts';
import { bypassesOf, type SourceSaid, selectionSources } from './selection-sources.ts';
import { type AlternativeJudged, DecisionTrace, type Step, type Unset } from './steps.ts';

/** Why a request is answered as it is. Shows claims of the token, never the token. */
export interface Explanation {
  readonly sources: readonly SourceSaid[];
  readonly steps: readonly Step[];
  /** Of `anyOf`, where the pipeline has one and it was reached. */
  readonly alternatives: readonly AlternativeJudged[];
  readonly decision: Decision;
  readonly answer: Answer;
  /** Identity headers of the pipeline that this answer does not set. */
  readonly unset: readonly Unset[];
  /** What to change and where, in one sentence; null where the request passes, and where the configuration is not at hand. */
  readonly change: string | null;
  /** How requests to the objects that may be used get past Watchword, whatever it would answer. */
  readonly bypasses: readonly string[];
}

/** The same for a check over HTTP: what the gateway gets, and what is wrong with its question. */
export interface HttpExplanation extends Explanation {
  readonly answered: HttpAnswer;
}

/** What a decision is made from. `now` in seconds. */
export interface ExplainContext {
  readonly policy: Policy;
  readonly tokenBytes: number;
  readonly headerBytes: number;
  readonly now: number;
  readonly routes: RouteIndex | null;
  /** Route objects that count for nothing, to be named with their reasons. */
  readonly uncounted?: readonly Uncounted[];
  /** Where the settings were written, to be named in what to change. */
  readonly places?: SettingPlaces;
}

const BUDGET = 10_000;

/** Decides about a request with the same code that serves, and shows each step. */
export async function explainRequest(
  context: ExplainContext,
  request: Request,
): Promise<Explanation> {
  const trace = new DecisionTrace();
  const check = answersMetadata(new Live(context.policy))(checkOn(context));
  const decision = await check(request, BUDGET, trace);
  return explanationOf(context, request, decision, trace);
}

/** Answers a check with the code of the HTTP listener, and shows each step. Throws where its URL is none of a check. */
export async function explainHttpCheck(
  context: ExplainContext,
  httpCheck: GatewayCheck,
): Promise<HttpExplanation> {
  const url = readCheckUrl(httpCheck.url);
  if (url === null) throw new Error(`not the URL of a check: ${httpCheck.url}`);
  const check = checkOn(context);
  const trace = new DecisionTrace();
  let seen: { readonly request: Request | null; readonly decision: Decision } | null = null;
  let fault = '';
  // All of them, so that a token in a place that is not listed is seen.
  const headerNames = httpCheck.rawHeaders
    .filter((_, index) => index % 2 === 0)
    .map((name) => name.toLowerCase())
    .filter((name) => name !== 'authorization');
  const handle = handleHttpChecksWith(
    async (request, budget) => {
      const decision = await check(request, budget, trace);
      seen = { request, decision };
      return decision;
    },
    (_, said) => {
      fault = said;
    },
    { ...NO_HOOKS, readHeaders: () => headerNames },
  );
  const answered = await handle(url, httpCheck, BUDGET);
  const { request, decision } = seen ?? { request: null, decision: refuse('internal') };
  return { ...explanationOf(context, request, decision, trace, fault), answered };
}

function checkOn({ policy, tokenBytes, headerBytes, now, routes }: ExplainContext): Check {
  const verifier = new Verifier(
    { entries: 1, bytes: 1024 * 1024, pending: 1 },
    { lookedUp: () => undefined, verified: () => undefined },
  );
  return checkWith({
    policy: new Live(policy),
    routes: new Live(routes),
    verifier,
    tokenBytes,
    headerBytes,
    now: () => now,
  });
}

/** `request` is null where the question could not be read, and `fault` says why. */
function explanationOf(
  { policy, routes, uncounted = [], places }: ExplainContext,
  request: Request | null,
  decision: Decision,
  trace: DecisionTrace,
  fault = '',
): Explanation {
  const told =
    fault !== '' && isRefusal(decision)
      ? { ...decision, detail: `${decision.detail}; ${fault}` }
      : decision;
  return {
    sources:
      request === null || decision.outcome === 'answer'
        ? []
        : selectionSources(policy, request, routes, uncounted),
    steps: trace.stepsOf(told),
    alternatives: trace.alternativesFor(decision),
    decision,
    answer: answerTo(decision, request),
    unset: trace.unsetFor(decision),
    change: places === undefined ? null : remedyFor(decision, places, routes),
    bypasses: request === null ? [] : bypassesOf(policy, request, routes),
  };
}
