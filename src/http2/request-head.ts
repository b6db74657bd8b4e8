import type { Field } from './field.ts';

/** The head of a request (RFC 9113 section 8.3.1). */
export interface RequestHead {
  readonly method: string;
  readonly path: string;
  /** What `content-length` says; null where it is not there. */
  readonly contentLength: number | null;
  /** The regular fields, in their order. */
  readonly fields: readonly Field[];
}

/** Longer numbers are no length of anything that is read here. */
const LENGTH = /^\d{1,15}$/;

/** Reads the head of a request, or null where it is malformed (section 8.1.1). */
export function requestHead(fields: readonly Field[]): RequestHead | null {
  const first = fields.findIndex(({ kind }) => kind === 'regular');
  const count = first === -1 ? fields.length : first;
  const pseudo = pseudoFields(fields, count);
  if (pseudo === null) return null;
  const regular = fields.slice(count);
  const contentLength = contentLengthOf(regular);
  // Section 8.3: pseudo-header fields stand before all others.
  if (contentLength === 'malformed' || regular.some(({ kind }) => kind !== 'regular')) return null;
  return { ...pseudo, contentLength, fields: regular };
}

/** The first `count` fields, each once and no other among them; null where one is missing. */
function pseudoFields(
  fields: readonly Field[],
  count: number,
): { readonly method: string; readonly path: string } | null {
  const values: Record<string, string | undefined> = {};
  for (let at = 0; at < count; at += 1) {
    const { name, value, kind } = fields[at] as Field;
    if (kind === 'malformed' || values[name] !== undefined) return null;
    values[name] = value;
  }
  const { ':method': method = '', ':path': path = '', ':scheme': scheme = '' } = values;
  return method === '' || path === '' || scheme === '' ? null : { method, path };
}

function contentLengthOf(fields: readonly Field[]): number | null | 'malformed' {
  const said = fields.filter(({ name }) => name === 'content-length').map(({ value }) => value);
  const [first] = said;
  if (first === undefined) return null;
  return said.every((value) => LENGTH.test(value) && value === first) ? Number(first) : 'malformed';
}

/** Whether fields may be trailers: no pseudo-header field is among them (section 8.1). */
export function areTrailers(fields: readonly Field[]): boolean {
  return fields.every(({ kind }) => kind === 'regular');
}
