/** The parts of a request that may hold a token: cookies, query parameters, WebSocket subprotocols. */

/** A name and value as they were sent. */
export interface Part {
  readonly name: string;
  readonly value: string;
}

/**
 * The cookies of a `Cookie` header (RFC 6265 section 4.2). A comma parts them too: several headers arrive joined by one, and some
 * backends read it so.
 */
export function cookiesOf(header: string): readonly Part[] {
  return header
    .split(/[;,]/)
    .map((text) => partOf(text.trim()))
    .filter((part) => part !== null);
}

/** The values of the cookies of a name. */
export function cookieValues(header: string, name: string): readonly string[] {
  const values: string[] = [];
  eachPiece(header, partsCookies, (start, end) => {
    const part = end - start > name.length ? partOf(header.slice(start, end).trim()) : null;
    if (part?.name === name) values.push(part.value);
  });
  return values;
}

/**
 * How many cookies of a name the most lenient reader finds. Python's `http.cookies` takes white space for a separator, others read on
 * behind a quoted value; PHP and ASP.NET read names as `readName` does.
 */
export function lenientCookies(header: string, name: string): number {
  const read = readName(name);
  let count = 0;
  eachPiece(header, partsCookiesLeniently, (start, end) => {
    // No reading of a name is longer than the name.
    if (end - start < read.length) return;
    const word = header.slice(start, end);
    const equals = word.indexOf('=');
    const isName = equals !== -1 || isBeforeEquals(header, end);
    const found = equals === -1 ? word : word.slice(0, equals);
    if (isName && found.length >= read.length && readName(found) === read) count += 1;
  });
  return count;
}

/** `a = 1` has white space of its own. */
function isBeforeEquals(header: string, from: number): boolean {
  let at = from;
  while (at < header.length && partsCookiesLeniently(header.charCodeAt(at))) at += 1;
  return header.charCodeAt(at) === EQUALS;
}

const QUOTE = 0x22;
const AMPERSAND = 0x26;
const COMMA = 0x2c;
const SEMICOLON = 0x3b;
const EQUALS = 0x3d;

const partsCookies = (code: number): boolean => code === SEMICOLON || code === COMMA;

/** What is white space to somebody, in ASCII and Latin-1, is in here. */
const partsCookiesLeniently = (code: number): boolean =>
  partsCookies(code) || code === QUOTE || code <= 0x20 || (code >= 0x7f && code <= 0xa0);

const partsQuery = (code: number): boolean => code === AMPERSAND || code === SEMICOLON;

/** Goes over the pieces between characters that part them, and makes nothing of them: clients choose how many there are. */
function eachPiece(
  text: string,
  isSeparator: (code: number) => boolean,
  visit: (start: number, end: number) => void,
): void {
  let start = 0;
  for (let at = 0; at < text.length; at += 1) {
    if (!isSeparator(text.charCodeAt(at))) continue;
    visit(start, at);
    start = at + 1;
  }
  visit(start, text.length);
}

/** A `Cookie` header without the cookies of a name; empty where there are no others. */
export function withoutCookie(header: string, name: string): string {
  const kept = header.split(';').flatMap((piece) => {
    const rest = piece.split(',').filter((text) => partOf(text.trim())?.name !== name);
    return rest.length === 0 ? [] : [rest.join(',')];
  });
  return kept.join(';').trim();
}

/** The query parameters of a target. A semicolon parts them too, as some backends read it. */
export function queryOf(target: string): readonly Part[] {
  return queryText(target)
    .split(/[&;]/)
    .map(partOf)
    .filter((part) => part !== null);
}

function queryText(target: string): string {
  const mark = target.indexOf('?');
  return mark === -1 ? '' : target.slice(mark + 1);
}

/** A query parameter that was looked for. */
export interface QueryPart extends Part {
  /** Whether a semicolon parts it from another, which only some backends read so, and no gateway that takes parameters out. */
  readonly isBySemicolon: boolean;
}

/** The parameters that some backend reads as one of these names, by `readName`. */
export function queryParts(
  target: string,
  names: readonly string[],
): ReadonlyMap<string, readonly QueryPart[]> {
  const found = new Map<string, QueryPart[]>(names.map((name) => [readName(name), []]));
  const shortest = Math.min(...[...found.keys()].map(({ length }) => length));
  const text = queryText(target);
  eachPiece(text, partsQuery, (start, end) => {
    const part = end - start > shortest ? partOf(text.slice(start, end)) : null;
    if (part === null || part.name.length < shortest) return;
    const isBySemicolon = [start - 1, end].some((at) => text.charCodeAt(at) === SEMICOLON);
    found.get(readName(part.name))?.push({ ...part, isBySemicolon });
  });
  return found;
}

/** Why not every backend reads the same of the parameters that may be one of a name; null where there is one at most, read in one way. */
export function queryFault(parts: readonly QueryPart[], name: string): string | null {
  if (parts.length > 1) return `there ${parts.length} times`;
  const [only] = parts;
  if (only === undefined) return null;
  if (only.name !== name) return 'spelled in another way';
  return only.isBySemicolon ? 'parted by a semicolon, which only some backends read so' : null;
}

/**
 * The name of a parameter or cookie as some backend reads it: decoded, `.` and space as `_`, without a list's brackets (PHP), in any
 * letter case (ASP.NET).
 */
export function readName(name: string): string {
  if (PLAIN_NAME.test(name)) return name.toLowerCase();
  return name
    .replaceAll('+', ' ')
    .replace(/%([0-9a-fA-F]{2})/g, (_, hex: string) =>
      String.fromCharCode(Number.parseInt(hex, 16)),
    )
    .replace(/\[.*$/s, '')
    .trim()
    .replace(/[. ]/g, '_')
    .toLowerCase();
}

/** Most names: clients choose how many a query has, and none of them needs another look. */
const PLAIN_NAME = /^[\w~-]*$/;

/** The items of a list header (RFC 9110 section 5.6.1). */
export function itemsOf(header: string): readonly string[] {
  return header
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}

/** The subprotocols without the pair of a marker and what follows it; empty where there are no others. */
export function withoutProtocol(header: string, marker: string): string {
  const items = itemsOf(header);
  return items.filter((item, index) => item !== marker && items[index - 1] !== marker).join(', ');
}

function partOf(text: string): Part | null {
  const equals = text.indexOf('=');
  if (equals === -1) return null;
  return { name: text.slice(0, equals).trimEnd(), value: text.slice(equals + 1).trimStart() };
}
