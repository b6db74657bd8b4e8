import assert from 'node:assert/strict';
import { REASONS } from '../../src/decision/reason.ts';
import type { Case } from './case.ts';

/** What came back, in no protocol's words. `null` where a driver cannot see it. */
export interface Verdict {
  readonly passes: boolean;
  readonly http: number;
  readonly reason: string | null;
  readonly pipeline: string | null;
  readonly challenge: string | null;
  readonly grpcStatus: number | null;
  /** Header names in lower case that the backend gets, after ours were set and removed. Null where nothing passed. */
  readonly backendHeaders: Readonly<Record<string, string>> | null;
  /** What the caller gets; absent where a driver cannot see it. */
  readonly answered?: { readonly headers: Readonly<Record<string, string>>; readonly body: string };
  /** The path and query that the backend gets; absent where a driver cannot see it. */
  readonly target?: string;
}

/** Reasons that come before any pipeline is found. */
const WITHOUT_PIPELINE = ['pipeline_', 'host_', 'path_', 'request_', 'method_', 'route_'];

/** Holds a verdict against what the case expects. */
export function judge(one: Case, verdict: Verdict): void {
  const { expect } = one;
  const { outcome, http } = REASONS[expect.reason];
  const isAnswered = expect.reason === 'resource_metadata';
  const passes = (outcome === 'allow' && !isAnswered) || expect.passes === true;
  const selection = WITHOUT_PIPELINE.some((prefix) => expect.reason.startsWith(prefix));
  const pipeline = expect.pipeline ?? (selection ? '-' : 'billings');
  if (verdict.reason !== null) assert.equal(verdict.reason, expect.reason);
  if (verdict.pipeline !== null) assert.equal(verdict.pipeline, pipeline);
  assert.equal(
    verdict.passes,
    passes,
    passes ? 'the request should pass' : 'the request should be refused',
  );
  if (verdict.grpcStatus !== null && expect.grpcStatus !== undefined)
    assert.equal(verdict.grpcStatus, expect.grpcStatus);
  if (!passes) {
    if (expect.grpcStatus === undefined) assert.equal(verdict.http, expect.http ?? http);
    if (expect.challenge === null) assert.equal(verdict.challenge, null);
    else if (expect.challenge !== undefined && verdict.grpcStatus === null) {
      assert.ok(verdict.challenge?.includes(expect.challenge), `challenge ${verdict.challenge}`);
    }
    judgeAnswer(one, verdict);
    return;
  }
  if (expect.target !== undefined && verdict.target !== undefined)
    assert.equal(verdict.target, expect.target);
  judgeHeaders(one, verdict.backendHeaders ?? {});
}

function judgeAnswer({ expect }: Case, { answered, grpcStatus }: Verdict): void {
  if (answered === undefined) return;
  for (const [name, value] of Object.entries(expect.answers ?? {}))
    assert.equal(answered.headers[name] ?? null, value, name);
  // A gateway makes of a gRPC caller's body what that protocol has.
  if (grpcStatus !== null && expect.grpcStatus !== undefined) return;
  const { says, saysNot } = expect;
  if (says !== undefined) assert.ok(answered.body.includes(says), answered.body);
  if (saysNot !== undefined) assert.ok(!answered.body.includes(saysNot), answered.body);
}

function judgeHeaders({ expect }: Case, headers: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(expect.sets ?? {}))
    assert.equal(headers[name], value, name);
  for (const name of expect.removes ?? [])
    assert.equal(headers[name], undefined, `${name} arrived`);
  for (const name of expect.keeps ?? [])
    assert.notEqual(headers[name], undefined, `${name} did not arrive`);
}
