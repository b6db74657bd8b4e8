import type { Pipeline } from './pipeline.ts';
import type { TokenPlace } from './token-place.ts';

/**
 * Headers with which a client can make some backends see another path or method than the one that was judged. Named, since a
 * gateway can only remove names.
 */
export const OVERRIDE_HEADERS = [
  'x-original-url',
  'x-rewrite-url',
  'x-http-method',
  'x-http-method-override',
  'x-method-override',
] as const;

/** Names of up to so many dashes and underscores have at most 63 other spellings, which are all removed. */
export const MAX_SEPARATORS = 6;

/** What stands between the words of a header's name. */
export function separatorsIn(header: string): number {
  return header.split(/[-_]/).length - 1;
}

/** What a pipeline sets and reads of a request's headers. */
export interface HeadersUsed {
  /** Those that any pipeline may set. */
  readonly identityHeaders: readonly string[];
  /** Null: `Authorization: Bearer` only. */
  readonly tokenFrom: readonly TokenPlace[] | null;
  /** Those that its conditions read. */
  readonly conditions: readonly string[];
}

/**
 * What a pipeline removes from every request. CGI, WSGI and PHP turn both `-` and `_` into `_`, so that a client's
 * `x_auth_subject` would be read as `x-auth-subject`: all twins of a header go with it. Those of headers that were judged, too: a
 * second `x_token` or `x_tenant` would be one that nobody has looked at.
 */
export function removalsOf(
  { identityHeaders, tokenFrom, conditions }: HeadersUsed,
  forward: { readonly token: 'keep' | 'strip'; readonly overrideHeaders: 'keep' | 'strip' },
): Pipeline['removes'] {
  const overrides = forward.overrideHeaders === 'strip' ? OVERRIDE_HEADERS : [];
  const judged = [...tokenHeaders(tokenFrom), ...conditions];
  const kept = [...identityHeaders, ...judged];
  return {
    always: [
      ...identityHeaders.flatMap(underscoreNamesOf),
      ...overrides.flatMap((name) => [name, ...underscoreNamesOf(name)]),
      ...judged.flatMap(spellingsOf).filter((name) => !kept.includes(name)),
      // One that may be set is removed where it is not: gateways remove after they set.
      ...(forward.token === 'strip' ? tokenHeaders(tokenFrom) : []).filter(
        (name) => !identityHeaders.includes(name),
      ),
    ],
    unlessSet: identityHeaders,
  };
}

/** The headers that hold nothing but a token. */
function tokenHeaders(places: readonly TokenPlace[] | null): readonly string[] {
  const named = (places ?? []).flatMap((place) => (place.in === 'header' ? [place.name] : []));
  return [...new Set(places === null ? ['authorization'] : named)];
}

/** Every other spelling of a header with `_` in place of some of its dashes. */
export function underscoreNamesOf(header: string): readonly string[] {
  return spelledBy(header.split('-')).filter((spelling) => spelling !== header);
}

/** Every other spelling of a header whose name may have both. */
function spellingsOf(header: string): readonly string[] {
  return spelledBy(header.split(/[-_]/)).filter((spelling) => spelling !== header);
}

function spelledBy(parts: readonly string[]): readonly string[] {
  return parts.reduce<readonly string[]>(
    (prefixes, part) =>
      prefixes.length === 0 ? [part] : prefixes.flatMap((p) => [`${p}-${part}`, `${p}_${part}`]),
    [],
  );
}
