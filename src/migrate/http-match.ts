/** Rules of HTTPPathMatch in the Gateway API's HTTPRoute, for `Exact` and `PathPrefix`. */
const PATH = /^\/(?:[-A-Za-z0-9/._~!$&'()*+,;=:@]|%[0-9a-fA-F]{2})*$/;
const NO_PATH = /\/\/|\/\.{1,2}(?:\/|$)|%2f/i;
const MAX_PATH_LENGTH = 1024;

/** Whether an HTTPRoute can have a path as the value of `Exact` or `PathPrefix`. */
export function isRoutePath(value: string): boolean {
  return PATH.test(value) && !NO_PATH.test(value) && value.length <= MAX_PATH_LENGTH;
}

const LABEL = '[a-z0-9](?:[-a-z0-9]*[a-z0-9])?';
const HOST = new RegExp(`^(?:\\*\\.)?${LABEL}(?:\\.${LABEL})*$`);

/** Whether an HTTPRoute can have a host in lower case: no address, no port (Hostname of the Gateway API). */
export function isRouteHost(host: string): boolean {
  return HOST.test(host) && !/^[\d.]+$/.test(host) && host.length <= 253;
}

/** HTTPMethod of the Gateway API. */
export const ROUTE_METHODS: readonly string[] = [
  'GET',
  'HEAD',
  'POST',
  'PUT',
  'DELETE',
  'CONNECT',
  'OPTIONS',
  'TRACE',
  'PATCH',
];

/** What one HTTPRoute may have at most. */
export const MAX_RULES = 16;
export const MAX_HOSTS = 16;
export const MAX_MATCHES = 64;

/**
 * The longest prefixes of whole segments, one of which everything begins with that a regular expression of nginx or Traefik
 * matches; `/` where there is none. Words in parentheses at the end of the prefix are taken one by one.
 */
export function literalPrefixes(expression: string): readonly string[] {
  if (hasBar(expression)) return ['/'];
  const text = expression.replace(/^\^/, '');
  const [, before = '', words = '', after = ''] =
    /^(\/(?:[-A-Za-z0-9_~/]*\/)?)\((?:\?:)?([-A-Za-z0-9_~|]+)\)(.*)$/s.exec(text) ?? [];
  const isWhole = words !== '' && /^(?:$|\$|\/|\(\/|\(\?:\/)/.test(after);
  return isWhole ? words.split('|').map((word) => before + word) : [literalPrefix(text)];
}

function literalPrefix(text: string): string {
  const end = /[\\^$.|?*+()[\]{}]/.exec(text)?.index ?? text.length;
  const rest = text.slice(end);
  // A quantifier is about the character before it.
  const literal = /^[?*{]/.test(rest) ? text.slice(0, end - 1) : text.slice(0, end);
  const isWhole = literal.endsWith('/') || /^(?:$|\$|\(\/|\(\?:\/)/.test(rest);
  const prefix = isWhole ? literal : literal.slice(0, literal.lastIndexOf('/'));
  const tidy = prefix.replace(/\/+$/, '');
  return isRoutePath(tidy) ? tidy : '/';
}

/** Whether an alternative splits the whole regular expression: what is left of it is no prefix then. */
export function hasBar(expression: string): boolean {
  let depth = 0;
  for (const character of expression.replace(/\\./g, '').replace(/\[[^\]]*\]/g, '')) {
    if (character === '(') depth += 1;
    if (character === ')') depth -= 1;
    if (character === '|' && depth <= 0) return true;
  }
  return false;
}
