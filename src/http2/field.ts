/** What a field is to an HTTP/2 request (RFC 9113 sections 8.2 and 8.3). */
export type FieldKind =
  | 'pseudo'
  | 'regular'
  /** A pseudo-header field that requests do not have, or a name or value that no field has. */
  | 'malformed';

/**
 * One line of a header list. A peer sends the same few again and again by their index, so what there is to say about one is found out
 * when it is read first.
 */
export interface Field {
  readonly name: string;
  readonly value: string;
  /** RFC 7541 section 4.1: both lengths and 32. */
  readonly size: number;
  readonly kind: FieldKind;
}

export const FIELD_OVERHEAD = 32;

const PSEUDO: ReadonlySet<string> = new Set([':method', ':scheme', ':authority', ':path']);

/** Section 8.2.2: fields of a connection, which HTTP/2 has no use for. */
const OF_CONNECTION: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'transfer-encoding',
  'upgrade',
]);

/** RFC 9110 section 5.6.2, in lower case (RFC 9113 section 8.2.1). */
const NAME = /^[!#$%&'*+.^_`|~0-9a-z-]+$/;
/** Section 8.2.1: neither NUL, CR or LF, nor a space at either end. */
const NO_VALUE = /[\0\r\n]|^[ \t]|[ \t]$/;

/** A field with what it is. Strings are latin1. */
export function fieldOf(name: string, value: string): Field {
  return {
    name,
    value,
    size: name.length + value.length + FIELD_OVERHEAD,
    kind: kindOf(name, value),
  };
}

function kindOf(name: string, value: string): FieldKind {
  if (NO_VALUE.test(value)) return 'malformed';
  if (name.startsWith(':')) return PSEUDO.has(name) ? 'pseudo' : 'malformed';
  if (!NAME.test(name) || OF_CONNECTION.has(name)) return 'malformed';
  return name === 'te' && value !== 'trailers' ? 'malformed' : 'regular';
}
