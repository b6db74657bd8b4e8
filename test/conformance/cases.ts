import type { Case } from './case.ts';
import { CONTEXT_CASES } from './cases/contexts.ts';
import { POLICY_CASES } from './cases/policy.ts';
import {
  BEARER_CASES,
  HEADER_CASES,
  HOSTILE_PATH_CASES,
  METHOD_CASES,
  SELECTION_CASES,
} from './cases/requests.ts';
import { REQUIREMENT_CASES } from './cases/requirements.ts';
import { TOKEN_CASES } from './cases/tokens.ts';
import { makeToken } from './signing.ts';

/** Every case, in no order that matters. */
export const CASES: readonly Case[] = [
  ...TOKEN_CASES,
  ...BEARER_CASES,
  ...SELECTION_CASES,
  ...METHOD_CASES,
  ...HOSTILE_PATH_CASES,
  ...HEADER_CASES,
  ...POLICY_CASES,
  ...CONTEXT_CASES,
  ...REQUIREMENT_CASES,
];

/** A case's request, made: the token is in its place. */
export interface Asked {
  readonly method: string;
  readonly host: string;
  readonly path: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly context: Readonly<Record<string, string>>;
  readonly token: string | null;
}

/** Makes the request of a case. Without a header that mentions it, the token goes into `Authorization: Bearer`. */
export function ask(one: Case): Asked {
  const token = one.token === undefined ? null : makeToken(one.token);
  const headers = (one.headers ?? []).map(
    ([name, value]) => [name, value.replaceAll('<token>', token ?? '')] as const,
  );
  const placed = headers.some(([name]) => name === 'authorization');
  return {
    method: one.method ?? 'GET',
    host: one.host ?? 'orders.example.com',
    path: one.path ?? '/orders/1',
    headers:
      token === null || placed ? headers : [...headers, ['authorization', `Bearer ${token}`]],
    context: one.context ?? {},
    token,
  };
}

/** Headers as a gateway shows them: repeated ones joined with a comma. */
export function joined(headers: Asked['headers']): Readonly<Record<string, string>> {
  const map: Record<string, string> = {};
  for (const [name, value] of headers)
    map[name] = map[name] === undefined ? value : `${map[name]},${value}`;
  return map;
}
