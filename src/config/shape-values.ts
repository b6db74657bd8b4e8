import { z } from 'zod';
import { parseDuration } from '../base/duration.ts';
import { OVERRIDE_HEADERS } from '../policy/header-removals.ts';
import { quoted } from './found-value.ts';
import { meantAddress, meantDuration } from './what-to-write.ts';

/** The kinds of value that settings have: what each accepts, and what it says of what it refuses. */

/** A setting of the contract that this version does not have: refused, never accepted and ignored. */
export const notYet = () => z.never({ error: 'not supported yet' }).optional();

/** Text that must satisfy a rule; `fault` says what is wrong with it, and `other` what is wrong with a value that is no text. */
export const checked = (
  fault: (text: string) => string | null,
  other: (found: unknown) => string | undefined = () => undefined,
) =>
  z.string({ error: ({ input }) => other(input) }).superRefine((text, context) => {
    const message = fault(text);
    if (message !== null) context.addIssue({ code: 'custom', message });
  });

/** What must be, what is, and what to write where that is known. */
function advised(must: string, found: string, right: string | null): string {
  const message = `${must}, not ${quoted(found)}`;
  return right === null ? message : `${message}: write ${right}`;
}

/** RFC 6749 section 3.3: also what may stand in a quoted challenge. */
const SCOPE = /^[\x21\x23-\x5b\x5d-\x7e]+$/;
const NAME = /^[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?$/;
export const METHOD = /^[A-Z][A-Z-]{0,19}$/;
const HEADER_NAME = /^[a-z0-9][a-z0-9-]{0,63}$/;
const NAME_HINT = 'lower case letters, digits and dashes, at most 63';

export const name = z.string().regex(NAME, `must be ${NAME_HINT}`);
export const nonEmpty = z.string().min(1, 'must not be empty');

const PATHS = new WeakSet<object>();

/** A file or a folder; one that is relative is meant from the file that names it. */
export function path(description: string): typeof nonEmpty {
  const schema = nonEmpty.describe(description);
  PATHS.add(schema);
  return schema;
}

/** Whether a schema is that of a `path`. */
export function isPath(schema: unknown): boolean {
  return typeof schema === 'object' && schema !== null && PATHS.has(schema);
}

export const scope = z
  .string()
  .regex(SCOPE, "must be a scope: printable ASCII without spaces, '\"' and '\\'");
const DURATION = 'must be a duration such as 150ms, 30s, 5m or 12h';
export const duration = checked(
  (text) => (parseDuration(text) === null ? advised(DURATION, text, meantDuration(text)) : null),
  (found) =>
    typeof found === 'number' && Number.isInteger(found) && found >= 0
      ? `${DURATION}, not ${found} without a unit: write ${found}s (or ${found}ms)`
      : undefined,
);
export const bytes = z
  .int()
  .min(1)
  .max(1024 * 1024 * 1024);
const ADDRESS = /^(?:unix:\/.+|(?:\[[0-9a-fA-F:.]+\]|[^:/\s]+):(?<port>\d{1,5}))$/;
const ADDRESS_FORM = 'must be HOST:PORT or unix:/PATH';
export const address = checked(
  (text) => {
    const match = ADDRESS.exec(text);
    const right = match !== null && Number(match.groups?.['port'] ?? 0) <= 65_535;
    if (right) return null;
    return match === null
      ? advised(ADDRESS_FORM, text, meantAddress(text))
      : `the port of '${text}' is over 65535`;
  },
  (found) =>
    typeof found === 'number'
      ? `${ADDRESS_FORM}, not ${found}: write 127.0.0.1:${found}`
      : undefined,
);
export const audiences = z.union([
  z.array(nonEmpty).min(1, 'must name an audience; `any` accepts every one'),
  z.literal('any'),
]);
export const claimPath = z
  .tuple([nonEmpty], nonEmpty)
  .describe(
    'The names that lead to the claim, from the top. A list, so that dots and slashes in names are safe.',
  );
export const headerName = z
  .string()
  .transform((text) => text.toLowerCase())
  .pipe(checked(headerNameFault));

/** Headers that say who asks, where a request goes or how it is framed; no claim may ever set them. */
const FORBIDDEN_HEADERS: ReadonlyMap<string, string> = new Map([
  ['host', 'says where a request goes'],
  ['authorization', 'carries the token itself'],
  ['cookie', 'carries sessions'],
  ['proxy-authenticate', 'is for proxies'],
  ['proxy-authorization', 'carries credentials for proxies'],
  ...['connection', 'keep-alive', 'proxy-connection', 'te', 'trailer', 'upgrade'].map(
    (header) => [header, 'is about one connection (RFC 9110 section 7.6.1)'] as const,
  ),
  ...['transfer-encoding', 'content-length', 'content-type', 'content-encoding', 'expect'].map(
    (header) => [header, 'says how the body is framed'] as const,
  ),
  ['forwarded', 'says how the request came (RFC 7239)'],
  ['x-request-id', 'names the request'],
]);

/**
 * What follows `x-forwarded-` in headers by which backends route, build URLs or take the client's address or certificate. The
 * others (`-user`, `-email`, `-groups`, `-preferred-username` of oauth2-proxy and Traefik) say who asks, as identity headers do.
 */
const FORWARDED_ROUTING = new Set(
  `for host hostname server domain proto protocol scheme ssl https http tls port prefix path uri url query
   method original request context base script location by client cert ip remote proxy via envoy`.split(
    /\s+/,
  ),
);

function forwardedFault(header: string): string | null {
  const match = /^x-forwarded(?:-([a-z0-9]*)|$)/.exec(header);
  if (match === null || (match[1] !== undefined && !FORWARDED_ROUTING.has(match[1]))) return null;
  return `'${header}' tells backends how the request came (by which they route, build URLs and know the client) and cannot be an identity header: x-forwarded-user and others that name who asks can`;
}

/** An identity header has 2^n spellings with `-` and `_`, and all are removed from what clients send. */
const MAX_DASHES = 4;

function headerNameFault(header: string): string | null {
  if (!HEADER_NAME.test(header)) {
    const meant = header
      .trim()
      .replace(/[_\s]+/g, '-')
      .replace(/:$/, '');
    const fault = `'${header}' is not a header name of letters, digits and dashes`;
    return meant !== header && HEADER_NAME.test(meant) && headerNameFault(meant) === null
      ? `${fault}: write ${meant}`
      : fault;
  }
  const forbidden = FORBIDDEN_HEADERS.get(header);
  if (forbidden !== undefined) return `'${header}' ${forbidden} and cannot be an identity header`;
  if (header.startsWith('x-envoy-'))
    return `'${header}' steers Envoy and cannot be an identity header`;
  if (header.startsWith('watchword-'))
    return `'${header}' is one of Watchword's own and cannot be an identity header`;
  const forwarded = forwardedFault(header);
  if (forwarded !== null) return forwarded;
  if ((OVERRIDE_HEADERS as readonly string[]).includes(header)) {
    return `'${header}' makes some backends see another path or method and cannot be an identity header (a name of your own, such as x-auth-subject)`;
  }
  return header.split('-').length - 1 > MAX_DASHES
    ? `'${header}' has more than ${MAX_DASHES} dashes`
    : null;
}
