import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Sent } from './gateway-model.ts';

/** What a migration of routes is held to: who guarded a request before, and the pipeline that judges it after. */

/** Who guards a request before: authorizers, and whether something else may refuse it. */
export interface Guarded {
  readonly authorizers: readonly string[];
  readonly isRefusing: boolean;
}

/**
 * Fails where a request is judged by a pipeline that does not stand for who guarded it. `before` are those who may have; `pipeline` is
 * null where nothing serves the request. Tells whether something does.
 */
export function assertGuarded(
  pipeline: string | null,
  sent: Sent,
  before: readonly Guarded[],
  authorizerOf: (pipeline: string) => string | undefined,
): boolean {
  if (pipeline === null) return false;
  if (pipeline === 'refused') return true;
  const authorizer = authorizerOf(pipeline);
  // What nothing served may be served with a token: a Gateway has fewer servers of their own than nginx.
  const isRight =
    before.length === 0 ||
    before.some(
      ({ authorizers, isRefusing }) =>
        !isRefusing && authorizers.every((one) => one === authorizer),
    );
  assert.ok(isRight, `${JSON.stringify(sent)} had ${JSON.stringify(before)} and has ${pipeline}`);
  return true;
}

const HOSTS = ['a.example.com', 'b.example.com', 'x.a.example.com', 'other.test'];
export const requests = fc.array(
  fc.record({
    method: fc.constantFrom('GET', 'POST'),
    host: fc.constantFrom(...HOSTS),
    path: fc.constantFrom(
      ...['/', '/api', '/api/', '/apis', '/api/v1', '/api/v1/x', '/API/v1', '/admin', '/admin/x'],
      ...['/ops', '/ops/x', '/users/42', '/users', '/x', '/x/admin'],
    ),
  }),
  { minLength: 40, maxLength: 40 },
);
