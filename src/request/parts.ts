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

/**
 * How many cookies of a name the most lenient reader finds. Python's `http.cookies` takes white space for a separator, others read on
 * behind a quoted value; PHP and ASP.NET read names as `readName` does.
 */
export function lenientCookies(header: string, name: string): number {
  const words = header.split(/[;,"\s]+/);
  const read = readName(name);
  return words.filter((word, index) => {
    const equals = word.indexOf('=');
    // `a = 1` has white space of its own.
    const found = equals !== -1 ? word.slice(0, equals) : words[index + 1]?.startsWith('=') && word;
    return found && readName(found) === read;
  }).length;
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
export function queryOf(target: string, separator = /[&;]/): readonly Part[] {
  const mark = target.indexOf('?');
  if (mark === -1) return [];
  return target
    .slice(mark + 1)
    .split(separator)
    .map(partOf)
    .filter((part) => part !== null);
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

/**
 * The parameters that some backend reads as one of a name, where not all backends read the same: several, one in another spelling, or
 * one that a semicolon parts. Null where there is one at most, and one reading of it.
 */
export function queryFault(target: string, name: string): string | null {
  const read = readName(name);
  const found = queryOf(target).filter((one) => readName(one.name) === read);
  if (found.length > 1) return `there ${found.length} times`;
  const [only] = found;
  if (only === undefined) return null;
  if (only.name !== name) return 'spelled in another way';
  // A gateway that takes the parameter out knows no other separator.
  const byAmpersand = queryOf(target, /&/).some(
    (one) => one.name === name && one.value === only.value,
  );
  return byAmpersand ? null : 'parted by a semicolon, which only some backends read so';
}

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
