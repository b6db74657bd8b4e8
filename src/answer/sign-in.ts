import type { RefusalReason, UnauthorizedReason } from '../decision/reason.ts';
import { parseHost } from '../policy/host.ts';
import type { SignIn } from '../policy/refusal-form.ts';
import type { TokenPlace } from '../policy/token-place.ts';
import { prefersHtml } from '../request/accept.ts';
import { readName } from '../request/parts.ts';
import type { Request } from '../request/request.ts';

/**
 * Whether a new sign-in gets a token that would do. Where it would not, as with a token of another audience, a browser would be
 * sent there for ever.
 */
const SIGN_IN_HELPS: Readonly<Record<UnauthorizedReason, boolean>> = {
  token_missing: true,
  token_expired: true,
  // Its key is gone: the token is old.
  key_unknown: true,
  authentication_insufficient: true,
  token_malformed: false,
  claim_malformed: false,
  token_encrypted: false,
  token_unbounded: false,
  type_wrong: false,
  algorithm_refused: false,
  issuer_untrusted: false,
  signature_invalid: false,
  token_premature: false,
  audience_wrong: false,
  claim_missing: false,
};

/** Longest return URL, in characters: gateways and browsers take 8 KB of a header. */
const MAX_RETURN = 2_048;

/** Where a browser is sent in place of a refusal; null for every other caller, and where a sign-in would not help. */
export function signInUrl(
  signIn: SignIn,
  reason: RefusalReason,
  request: Request,
  tokenFrom: readonly TokenPlace[] | null,
): string | null {
  if (!isUnauthorized(reason) || !SIGN_IN_HELPS[reason] || !isNavigation(request)) return null;
  const host = parseHost(request.host);
  // A return URL must not lead to a host that nobody has named: the page would be open to redirects.
  if (host === null || signIn.hosts.find(host) === null) return null;
  const target = withoutTokens(request.path, tokenFrom);
  const back = `${schemeOf(request)}://${request.host.toLowerCase()}${encodedTarget(target)}`;
  const url = new URL(signIn.url);
  if (back.length <= MAX_RETURN) url.searchParams.set(signIn.returnTo, back);
  return url.href;
}

function isUnauthorized(reason: RefusalReason): reason is UnauthorizedReason {
  return Object.hasOwn(SIGN_IN_HELPS, reason);
}

/** A person who opens a page. Not the script of one (`Sec-Fetch-Mode`, X-Requested-With), which would get a sign-in page for data. */
function isNavigation({ method, headers }: Request): boolean {
  const mode = headers?.get('sec-fetch-mode') ?? 'navigate';
  return (
    method === 'GET' &&
    mode === 'navigate' &&
    headers?.get('x-requested-with') === undefined &&
    prefersHtml(headers?.get('accept') ?? '')
  );
}

/** As the gateway says, which sets it. Who forges it gets another scheme of the same host. */
function schemeOf({ headers }: Request): 'http' | 'https' {
  return headers?.get('x-forwarded-proto') === 'http' ? 'http' : 'https';
}

/** What is no printable ASCII is a byte that the client sent: it becomes the one of a URL. */
function encodedTarget(target: string): string {
  return target.replace(
    /[^!-~]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
  );
}

/** The token that was refused goes nowhere, not even into a URL. */
function withoutTokens(target: string, tokenFrom: readonly TokenPlace[] | null): string {
  const names = (tokenFrom ?? [])
    .filter((place) => place.in === 'query')
    .map(({ name }) => readName(name));
  const mark = target.indexOf('?');
  if (names.length === 0 || mark === -1) return target;
  const kept = target
    .slice(mark + 1)
    .split(/[&;]/)
    .filter((part) => !names.includes(readName(part.split('=', 1)[0] ?? '')));
  return kept.length === 0 ? target.slice(0, mark) : `${target.slice(0, mark)}?${kept.join('&')}`;
}
