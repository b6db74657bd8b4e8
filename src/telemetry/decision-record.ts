import { startWithoutTokens } from '../base/redact.ts';
import { type Decision, isRefusal } from '../check/decision.ts';
import type { DecisionField, MaskableField } from '../decision/decision-fields.ts';
import { REASONS, type Reason } from '../decision/reason.ts';
import { withoutQuery } from '../policy/path.ts';
import type { ClaimPath } from '../policy/pipeline.ts';
import type { Request, RouteRef } from '../request/request.ts';
import { traceContextOf } from '../request/trace-context.ts';
import { tokenFactsOf } from './token-facts.ts';

export type ClaimValue = string | number | boolean;

/** A line about a decision before it takes a form; `DECISION_FIELDS` says what each field means. */
export interface DecisionRecord {
  readonly outcome: 'allow' | 'deny' | 'error';
  readonly reason: Reason;
  readonly pipeline?: string;
  readonly mode?: 'enforce' | 'shadow';
  readonly route?: RouteRef;
  readonly issuer?: string;
  readonly kid?: string;
  readonly audience?: readonly string[];
  readonly client?: string;
  readonly subject?: string;
  readonly claims?: Readonly<Record<string, ClaimValue>>;
  readonly detail?: string;
  readonly method?: string;
  readonly host?: string;
  readonly path?: string;
  readonly request?: string;
  readonly trace?: string;
  readonly gateway?: string;
  readonly suppressedBefore?: number;
}

/** Every field of the table is in the record, and no other. */
type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : never) : never;
export const RECORD_HAS_THE_FIELDS: Same<keyof DecisionRecord, DecisionField> = true;

export interface RecordSettings {
  readonly fields: readonly ClaimPath[];
  readonly mask: readonly MaskableField[];
}

const MAX_LENGTH = 512;
const MAX_AUDIENCES = 16;
const MASKED = '***';

/** What is logged of a decision. Whatever a client or a token wrote is cut, and what looks like a token is taken out of it. */
export function recordOf(
  request: Request | null,
  decision: Decision,
  { fields, mask }: RecordSettings,
  suppressedBefore = 0,
): DecisionRecord {
  const { reason, pipeline, principal, route } = decision;
  const refusal = isRefusal(decision) ? decision : null;
  const facts = tokenFactsOf(request, decision, fields);
  const shown = (name: MaskableField, value: string | null | undefined): string | undefined => {
    const text = clean(value);
    return text !== undefined && mask.includes(name) ? MASKED : text;
  };
  const claims = [...facts.claims].map(([path, value]) => [
    path,
    mask.includes('claims') ? MASKED : claimValue(value),
  ]);
  const audiences = principal?.audiences.slice(0, MAX_AUDIENCES) ?? [];
  return withoutAbsent({
    outcome: REASONS[reason].outcome,
    reason,
    pipeline: pipeline?.name,
    mode: pipeline?.mode,
    route: route && { kind: route.kind, namespace: route.namespace, name: route.name },
    issuer: refusal === null ? principal?.issuer : (refusal.issuer ?? undefined),
    kid: clean(facts.kid),
    audience: audiences.length === 0 ? undefined : audiences.map((one) => shown('audience', one)),
    client: shown('client', facts.client),
    subject: shown('subject', principal?.subject),
    claims: claims.length === 0 ? undefined : Object.fromEntries(claims),
    detail: shown('detail', refusal?.detail),
    method: clean(request?.method),
    host: shown('host', request?.host),
    path: shown('path', request === null ? null : withoutQuery(request.path)),
    request: shown('request', request?.id),
    trace: traceContextOf(request?.traceparent)?.traceId,
    gateway: shown('gateway', request?.asker?.remoteAddress),
    suppressedBefore: suppressedBefore === 0 ? undefined : suppressedBefore,
  }) as unknown as DecisionRecord;
}

function clean(value: string | null | undefined): string | undefined {
  if (value === null || value === undefined || value === '') return undefined;
  return startWithoutTokens(value, MAX_LENGTH);
}

/** A number or a truth as it is; all else as text. */
function claimValue(value: unknown): ClaimValue {
  if (typeof value === 'number' || typeof value === 'boolean') return value;
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return startWithoutTokens(text, MAX_LENGTH);
}

function withoutAbsent(fields: Readonly<Record<string, unknown>>): object {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
