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

/**
 * What a pipeline removes from every request. CGI, WSGI and PHP turn both `-` and `_` into `_`, so that a client's
 * `x_auth_subject` would be read as `x-auth-subject`: all twins of a header go with it.
 */
export function removalsOf(
  identityHeaders: readonly string[],
  forward: { readonly token: 'keep' | 'strip'; readonly overrideHeaders: 'keep' | 'strip' },
  tokenFrom: readonly TokenPlace[] | null = null,
): Pipeline['removes'] {
  const overrides = forward.overrideHeaders === 'strip' ? OVERRIDE_HEADERS : [];
  return {
    always: [
      ...identityHeaders.flatMap(underscoreNamesOf),
      ...overrides.flatMap((name) => [name, ...underscoreNamesOf(name)]),
      ...(forward.token === 'strip' ? tokenHeaders(tokenFrom) : []),
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
  const spellings = header
    .split('-')
    .reduce<readonly string[]>(
      (prefixes, part) =>
        prefixes.length === 0 ? [part] : prefixes.flatMap((p) => [`${p}-${part}`, `${p}_${part}`]),
      [],
    );
  return spellings.filter((spelling) => spelling !== header);
}
