import type { Case } from './case.ts';
import { CONTEXT_CASES } from './cases/contexts.ts';
import { POLICY_CASES } from './cases/policy.ts';
import { REFUSAL_CASES } from './cases/refusals.ts';
import {
  BEARER_CASES,
  HEADER_CASES,
  HOSTILE_PATH_CASES,
  METHOD_CASES,
  SELECTION_CASES,
} from './cases/requests.ts';
import { REQUIREMENT_CASES } from './cases/requirements.ts';
import { RESOURCE_CASES } from './cases/resources.ts';
import { TOKEN_PLACE_CASES } from './cases/token-places.ts';
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
  ...TOKEN_PLACE_CASES,
  ...RESOURCE_CASES,
  ...REFUSAL_CASES,
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
  const path = (one.path ?? '/orders/1').replaceAll('<token>', token ?? '');
  const mentions = `${one.path} ${JSON.stringify(one.headers ?? [])}`.includes('<token>');
  const placed = mentions || headers.some(([name]) => name === 'authorization');
  return {
    method: one.method ?? 'GET',
    host: one.host ?? 'orders.example.com',
    path,
    headers:
      token === null || placed ? headers : [...headers, ['authorization', `Bearer ${token}`]],
    context: one.context ?? {},
    token,
  };
}

/** A target without query parameters, as a gateway takes them out. */
export function withoutParameters(target: string, names: readonly string[]): string {
  const [path = '', query] = target.split('?');
  if (query === undefined) return target;
  const kept = query.split('&').filter((one) => !names.includes(one.split('=')[0] ?? ''));
  return kept.length === 0 ? path : `${path}?${kept.join('&')}`;
}

/** Headers as a gateway shows them: repeated ones joined with a comma. */
export function joined(headers: Asked['headers']): Readonly<Record<string, string>> {
  const map: Record<string, string> = {};
  for (const [name, value] of headers)
    map[name] = map[name] === undefined ? value : `${map[name]},${value}`;
  return map;
}
