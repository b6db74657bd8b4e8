import { startWithoutTokens } from '../base/redact.ts';
import type { Principal } from '../decision/principal.ts';
import {
  type AllowReason,
  type AnswerReason,
  type DenyReason,
  type ErrorReason,
  isErrorReason,
  type RefusalReason,
} from '../decision/reason.ts';
import type { Pipeline } from '../policy/pipeline.ts';
import type { TokenRequirement } from '../policy/requirement.ts';
import type { RouteRef } from '../request/request.ts';

/** A request header for the backend. Names are lower case. */
export interface Header {
  readonly name: string;
  readonly value: string;
}

/** The request may pass. `check/check.ts` makes it; `check/require-all.ts` joins several. */
export interface Allow {
  readonly outcome: 'allow';
  readonly reason: AllowReason;
  readonly pipeline: Pipeline;
  readonly principal: Principal | null;
  readonly identity: readonly Header[];
  /** The route object that was used, where one was found. */
  readonly route?: RouteRef;
}

/** The client gets a document of ours, and the backend is not asked. Counted as allowed; it lets nothing pass. */
export interface Answered {
  readonly outcome: 'answer';
  readonly reason: AnswerReason;
  /** Whose document it is. */
  readonly pipeline: Pipeline;
  readonly principal: null;
  /** Empty: the backend is told nothing. */
  readonly identity: readonly [];
  /** JSON. */
  readonly document: string;
  /** Never said: it is answered before a route is looked for. */
  readonly route?: RouteRef;
}

interface RefusalFacts {
  /** The pipeline that judged, or null where none was found. */
  readonly pipeline: Pipeline | null;
  /** Whose token it was, where the token verified and was refused for another reason. */
  readonly principal: Principal | null;
  /** The configured name of the issuer that the token names, where there is one. */
  readonly issuer: string | null;
  /** For the log and `explain` only. Never a token, never sent to the caller. */
  readonly detail: string;
  /** What was asked of a token that was not enough, for the challenge. */
  readonly asked: readonly TokenRequirement[];
  /** Who calls, where the pipeline is in shadow mode and the token verified. */
  readonly identity: readonly Header[];
  /** The route object that was used, where one was found. */
  readonly route?: RouteRef;
}

/** The caller was wrong. */
export interface Deny extends RefusalFacts {
  readonly outcome: 'deny';
  readonly reason: DenyReason;
}

/** The service could not tell. Refused as well: an error never lets a request pass. */
export interface Failure extends RefusalFacts {
  readonly outcome: 'error';
  readonly reason: ErrorReason;
}

export type Refusal = Deny | Failure;

/** What was decided about one request. Immutable, and never prepared in advance. */
export type Decision = Allow | Answered | Refusal;

/** Whether a decision refuses: it passes in shadow mode only. */
export function isRefusal(decision: Decision): decision is Refusal {
  return decision.outcome === 'deny' || decision.outcome === 'error';
}

/** Characters of a detail: it may quote a host or a path, which are as long as clients like. */
const MAX_DETAIL = 1_024;
const NOTHING: readonly TokenRequirement[] = [];
const NOBODY: readonly Header[] = [];

/** Makes the refusal for a reason; whether it is a denial or an error follows from the reason. */
export function refuse(
  reason: RefusalReason,
  facts: {
    pipeline?: Pipeline;
    principal?: Principal;
    issuer?: string;
    detail?: string;
    asked?: readonly TokenRequirement[];
    identity?: readonly Header[];
  } = {},
): Refusal {
  const { pipeline = null, principal = null, asked = NOTHING, identity = NOBODY } = facts;
  // Details quote what clients sent, and clients put tokens into hosts and paths too.
  const detail = startWithoutTokens(facts.detail ?? '', MAX_DETAIL);
  const issuer = facts.issuer ?? principal?.issuer ?? null;
  return isErrorReason(reason)
    ? { outcome: 'error', reason, pipeline, principal, issuer, detail, asked, identity }
    : { outcome: 'deny', reason, pipeline, principal, issuer, detail, asked, identity };
}
