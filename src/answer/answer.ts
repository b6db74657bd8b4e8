import type { Decision, Header } from '../check/decision.ts';
import { REASONS, type Reason } from '../decision/reason.ts';
import type { Pipeline } from '../policy/pipeline.ts';
import type { Request } from '../request/request.ts';
import { documentAnswer } from './document.ts';
import { refusalAnswer } from './refusal.ts';
import { removedBy } from './removals.ts';
import { stripped } from './strip.ts';

/** What the gateway is told about a decision, for its access log and for other filters. */
export interface AnswerMetadata {
  /** `-` where no pipeline was found. */
  readonly pipeline: string;
  readonly outcome: 'allow' | 'deny' | 'error';
  readonly reason: Reason;
  readonly mode: Pipeline['mode'];
  readonly issuer: string | null;
  readonly subject: string | null;
}

/** What a gateway is to do, in no protocol's words. */
export type Answer =
  | {
      readonly passes: true;
      /** Set on the request in place of what the client sent. */
      readonly setHeaders: readonly Header[];
      /** Removed from the request after that; none of them is set. The same list for the same removals. */
      readonly removeHeaders: readonly string[];
      /** Taken out of the query by the gateway, where it can be told. */
      readonly removeQueryParameters: readonly string[];
      readonly metadata: AnswerMetadata;
    }
  | {
      /** The client gets this, and the backend nothing. */
      readonly passes: false;
      readonly http: number;
      /** Headers of the response. */
      readonly headers: readonly Header[];
      readonly body: string;
      readonly metadata: AnswerMetadata;
    };

/**
 * Turns a decision about a request (null where it could not be read) into an answer. A refusal passes only where its pipeline is in shadow mode: without one
 * (selection, host and path refusals) there is nothing to shadow.
 */
export function answerTo(decision: Decision, request: Request | null): Answer {
  const metadata = metadataOf(decision);
  if (decision.outcome === 'answer')
    return { passes: false, ...documentAnswer(decision.document, request), metadata };
  const { pipeline, identity } = decision;
  if (decision.outcome === 'allow') return pass(decision.pipeline, identity, request, metadata);
  if (pipeline?.mode === 'shadow') return pass(pipeline, identity, request, metadata);
  return { passes: false, ...refusalAnswer(decision, request), metadata };
}

function pass(
  pipeline: Pipeline,
  identity: readonly Header[],
  request: Request | null,
  metadata: AnswerMetadata,
): Answer {
  const removed = removedBy(pipeline.removes, identity);
  const { setHeaders, removeHeaders, removeQueryParameters } = stripped(pipeline, request);
  return {
    passes: true,
    setHeaders: setHeaders.length === 0 ? identity : [...identity, ...setHeaders],
    removeHeaders: removeHeaders.length === 0 ? removed : [...removed, ...removeHeaders],
    removeQueryParameters,
    metadata,
  };
}

function metadataOf(decision: Decision): AnswerMetadata {
  const { reason, pipeline, principal } = decision;
  const issuer = 'issuer' in decision ? decision.issuer : (principal?.issuer ?? null);
  const subject = principal?.subject ?? null;
  return {
    pipeline: pipeline?.name ?? '-',
    outcome: REASONS[reason].outcome,
    reason,
    mode: pipeline?.mode ?? 'enforce',
    issuer,
    subject,
  };
}
