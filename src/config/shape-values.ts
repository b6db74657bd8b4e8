import { z } from 'zod';
import { parseDuration } from '../base/duration.ts';
import { OVERRIDE_HEADERS } from './removals.ts';

/** The kinds of value that settings have: what each accepts, and what it says of what it refuses. */

/** A setting of the contract that this version does not have: refused, never accepted and ignored. */
export const notYet = () => z.never({ error: 'not supported yet' }).optional();

/** Text that must satisfy a rule; `fault` says what is wrong with it. */
export const checked = (fault: (text: string) => string | null) =>
  z.string().superRefine((text, context) => {
    const message = fault(text);
    if (message !== null) context.addIssue({ code: 'custom', message });
  });

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
export const duration = checked((text) =>
  parseDuration(text) === null ? 'must be a duration such as 150ms, 30s, 5m or 12h' : null,
);
export const bytes = z
  .int()
  .min(1)
  .max(1024 * 1024 * 1024);
const ADDRESS = /^(?:unix:\/.+|(?:\[[0-9a-fA-F:.]+\]|[^:/\s]+):(?<port>\d{1,5}))$/;
export const address = checked((text) => {
  const match = ADDRESS.exec(text);
  const right = match !== null && Number(match.groups?.['port'] ?? 0) <= 65_535;
  return right ? null : 'must be HOST:PORT or unix:/PATH';
});
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

/** Headers that decide where a request goes or how it is framed; no claim may ever set them. */
const FORBIDDEN_HEADERS = new Set([
  'host',
  'authorization',
  'cookie',
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'content-length',
  'content-type',
  'content-encoding',
  'forwarded',
  'expect',
  'x-request-id',
]);
/** An identity header has 2^n spellings with `-` and `_`, and all are removed from what clients send. */
const MOST_DASHES = 4;

function headerNameFault(header: string): string | null {
  if (!HEADER_NAME.test(header))
    return `'${header}' is not a header name of letters, digits and dashes`;
  if (
    FORBIDDEN_HEADERS.has(header) ||
    header.startsWith('x-forwarded-') ||
    header.startsWith('x-envoy-') ||
    header.startsWith('watchword-')
  ) {
    return `'${header}' decides about routing or framing and cannot be an identity header`;
  }
  if ((OVERRIDE_HEADERS as readonly string[]).includes(header)) {
    return `'${header}' makes some backends see another path or method and cannot be an identity header (a name of your own, such as x-auth-subject)`;
  }
  return header.split('-').length - 1 > MOST_DASHES
    ? `'${header}' has more than ${MOST_DASHES} dashes`
    : null;
}
