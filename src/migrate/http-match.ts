/** Rules of HTTPPathMatch in the Gateway API's HTTPRoute, for `Exact` and `PathPrefix`. */
const PATH = /^\/(?:[-A-Za-z0-9/._~!$&'()*+,;=:@]|%[0-9a-fA-F]{2})*$/;
const NO_PATH = /\/\/|\/\.{1,2}(?:\/|$)|%2f/i;
const LONGEST_PATH = 1024;

/** Whether an HTTPRoute can have a path as the value of `Exact` or `PathPrefix`. */
export function isRoutePath(value: string): boolean {
  return PATH.test(value) && !NO_PATH.test(value) && value.length <= LONGEST_PATH;
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
export const MOST_RULES = 16;
export const MOST_HOSTS = 16;
export const MOST_MATCHES = 64;

/**
 * The longest prefix of whole segments that everything begins with that a regular expression of nginx matches; `/` where
 * there is none.
 */
export function literalPrefix(expression: string): string {
  const text = expression.replace(/^\^/, '');
  const end = /[\\^$.|?*+()[\]{}]/.exec(text)?.index ?? text.length;
  const rest = text.slice(end);
  // A quantifier is about the character before it.
  const literal = /^[?*{]/.test(rest) ? text.slice(0, end - 1) : text.slice(0, end);
  const isWhole = literal.endsWith('/') || /^(?:$|\$|\(\/|\(\?:\/)/.test(rest);
  const prefix = isWhole ? literal : literal.slice(0, literal.lastIndexOf('/'));
  const tidy = prefix.replace(/\/+$/, '');
  return isRoutePath(tidy) ? tidy : '/';
}
