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
  const mark = target.indexOf('?');
  if (mark === -1) return [];
  return target
    .slice(mark + 1)
    .split(/[&;]/)
    .map(partOf)
    .filter((part) => part !== null);
}

/** The name of a parameter as some backend reads it: decoded, `.` and space as `_`, without a list's brackets. */
export function readName(name: string): string {
  return name
    .replaceAll('+', ' ')
    .replace(/%([0-9a-fA-F]{2})/g, (_, hex: string) =>
      String.fromCharCode(Number.parseInt(hex, 16)),
    )
    .replace(/\[.*$/s, '')
    .trim()
    .replace(/[. ]/g, '_');
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
