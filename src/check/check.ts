import { type Eventually, whenReady } from '../base/deferred.ts';
import type { Live } from '../base/live.ts';
import type { Principal } from '../decision/principal.ts';
import type { Pipeline } from '../policy/pipeline.ts';
import type { Policy } from '../policy/policy.ts';
import { findRule, type RequestRule, type RuleFound } from '../policy/request-rule.ts';
import type { TokenRequirement } from '../policy/requirement.ts';
import { placeShown } from '../policy/token-place.ts';
import type { Request, RouteRef } from '../request/request.ts';
import type { RouteIndex } from '../routes/match/route-index.ts';
import { selectRouted } from '../routes/select.ts';
import { timeRefusal, timeShown } from '../token/claims.ts';
import { authorize, type Shortfall } from './authorize.ts';
import { consumerOf } from './consumer.ts';
import { type Allow, type Decision, type Header, refuse } from './decision.ts';
import type { NoToken } from './extract.ts';
import { findToken } from './find-token.ts';
import { identityOf, shadowIdentity } from './identity.ts';
import { requireAll } from './require-all.ts';
import type { Trace } from './trace.ts';
import type { Verifier } from './verifier.ts';
import type { Verification } from './verify.ts';

/** What decisions are made with. */
export interface Gate {
  readonly policy: Live<Policy>;
  /** The route objects of the cluster; null where none are watched. */
  readonly routes: Live<RouteIndex | null> | null;
  readonly verifier: Verifier;
  /** Longest token that is looked at, in bytes. */
  readonly tokenBytes: number;
  /** Longest value of an identity header, in bytes. */
  readonly headerBytes: number;
  /** Seconds since the epoch. */
  readonly now: () => number;
}

/**
 * Decides about a request; null stands for one that could not be read. `budget` is how long that may take, in
 * milliseconds. `trace` hears what is done, for `explain`; a check that serves has none.
 */
export type Check = (
  request: Request | null,
  budget: number,
  trace?: Trace,
) => Eventually<Decision>;

/** Surrounds a check with something that does not decide: counting, logging, failing closed. */
export type Wrap = (next: Check) => Check;

/**
 * The request path: request, pipeline, token, verification, authorization, decision. The policy is read once, so a reload
 * never changes the rules under a check. A token that was seen before is judged without a promise.
 */
export function checkWith(gate: Gate): Check {
  return (request, budget, trace) => {
    if (request === null) return refuse('request_malformed', { detail: 'it does not parse' });
    const policy = gate.policy.current;
    const selection = selectRouted(policy, request, gate.routes?.current ?? null);
    trace?.selected(request, selection);
    const { route } = selection;
    if (!selection.ok) return at(route, refuse(selection.reason, { detail: selection.detail }));
    const { pipeline, others } = selection;
    const under = (one: Pipeline) => decide(gate, policy, one, request, budget, trace);
    const decision =
      others === undefined ? under(pipeline) : requireAll([pipeline, ...others], under);
    return route === undefined ? decision : whenReady(decision, (made) => at(route, made));
  };
}

/** A decision with the route object that it is about. */
function at(route: RouteRef | undefined, decision: Decision): Decision {
  return route === undefined ? decision : { ...decision, route };
}

/** Decides under one pipeline. */
function decide(
  gate: Gate,
  policy: Policy,
  pipeline: Pipeline,
  request: Request,
  budget: number,
  trace?: Trace,
): Eventually<Decision> {
  trace?.judging(pipeline);
  if (passesWithoutToken(pipeline, request)) {
    trace?.enter('token', 'none is asked for');
    return anonymous(pipeline);
  }
  const found = findRule(pipeline, request);
  if (pipeline.rules !== null) trace?.enter('rule', ruleShown(found));
  if (!found.ok) {
    const { reason, detail, unclear } = found;
    return refuse(reason, unclear ? { detail } : { pipeline, detail });
  }
  const { rule } = found;
  const extracted = findToken(request, pipeline.tokenFrom, gate.tokenBytes);
  trace?.enter('token', extracted.ok ? tokenShown(pipeline, extracted.token) : extracted.detail);
  if (!extracted.ok) return withoutToken(pipeline, rule, extracted);
  const { token } = extracted;
  const verification = gate.verifier.verify(token, policy, budget, pipeline.extraClaims, trace);
  return whenReady(verification, (verified) =>
    judge(gate, policy, pipeline, rule, token, verified, request, trace),
  );
}

/** `require: none`, or a preflight: browsers send no token with one (Fetch standard, section 4.8). */
function passesWithoutToken(pipeline: Pipeline, request: Request): boolean {
  const isPassingPreflight = request.preflightFor !== null && pipeline.preflight === 'pass';
  return pipeline.require === null || isPassingPreflight;
}

/** A missing token is enough for an optional pipeline; one that cannot be used never is. */
function withoutToken(
  pipeline: Pipeline,
  rule: RequestRule | null,
  { reason, detail }: NoToken,
): Decision {
  // A rule that asks for something of a token cannot be met without one.
  const isOptional = pipeline.require?.optional === true && (rule === null || rule.addsNothing);
  const passes = reason === 'token_missing' && isOptional;
  return passes ? anonymous(pipeline) : refuse(reason, { pipeline, detail });
}

/** Judges a token, whether it was verified now or earlier: verification, time, the pipeline's rules, identity. */
function judge(
  gate: Gate,
  policy: Policy,
  pipeline: Pipeline,
  rule: RequestRule | null,
  token: string,
  verification: Verification,
  request: Request,
  trace?: Trace,
): Decision {
  if (!verification.ok) {
    const { reason, issuer, detail } = verification;
    return refuse(reason, { pipeline, detail, ...(issuer === null ? {} : { issuer }) });
  }
  const { principal, issuer } = verification.verified;
  const now = gate.now();
  const untimely = timeRefusal(principal, issuer.leeway, now);
  trace?.enter('time', timeShown(principal, issuer.leeway, now));
  if (untimely !== null) {
    const detail = timeShown(principal, issuer.leeway, now);
    return refuse(untimely, { pipeline, issuer: issuer.name, detail });
  }
  const earliest = now - issuer.leeway;
  const consumer = consumerOf(pipeline, policy.consumers, principal);
  const shortfall =
    (pipeline.require === null
      ? null
      : authorize(pipeline.require, principal, earliest, request, consumer, trace)) ??
    (rule === null ? null : authorize(rule.require, principal, earliest, request, consumer, trace));
  const { headerBytes } = gate;
  if (shortfall !== null) {
    const { reason } = shortfall;
    const told = shadowIdentity(pipeline, principal, consumer, token, headerBytes, reason);
    return insufficient(pipeline, rule, principal, told, shortfall);
  }
  const identity = identityOf(pipeline.forward, principal, consumer, token, headerBytes, trace);
  if (!identity.ok)
    return refuse('claim_refused', { pipeline, principal, detail: identity.detail });
  return { outcome: 'allow', reason: 'verified', pipeline, principal, identity: identity.headers };
}

/** The refusal of a token that is not enough, with all that was asked of it. */
function insufficient(
  pipeline: Pipeline,
  rule: RequestRule | null,
  principal: Principal,
  identity: readonly Header[],
  { reason, detail, alternative }: Shortfall,
): Decision {
  const asked = [pipeline.require, rule?.require, alternative].filter(
    (one): one is TokenRequirement => one !== null && one !== undefined,
  );
  return refuse(reason, { pipeline, principal, detail, asked, identity });
}

function tokenShown({ tokenFrom }: Pipeline, { length }: string): string {
  return tokenFrom === null
    ? `Bearer, ${length} bytes`
    : `${length} bytes, of ${tokenFrom.map(placeShown).join(', ')}`;
}

function ruleShown(found: RuleFound): string {
  if (!found.ok) return found.detail;
  return found.rule === null ? 'no rule covers it, otherRequests' : `rules[${found.rule.index}]`;
}

function anonymous(pipeline: Pipeline): Allow {
  return { outcome: 'allow', reason: 'anonymous', pipeline, principal: null, identity: [] };
}
