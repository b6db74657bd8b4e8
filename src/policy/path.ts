import { isUtf8 } from 'node:buffer';

/**
 * Paths. A path that the gateway and the backend may read differently has several readings; it may
 * pass only where all of them lead to the same policy, since we cannot know which one the backend takes.
 * Paths are handled as byte strings (one character a byte), as they travel.
 */

/** More readings than this are not worth telling apart: the path is ambiguous. */
const MAX_READINGS = 32;

/** Characters, and empty or dot segments, that give a path more than one reading. */
export const SEVERAL_READINGS = /[^!-~]|[%\\;#]|\/\/|\/\.\.?(?:\/|$)/;

/** Longer paths than this with several readings are not read: the work would be the attacker's to choose. */
const MAX_PATH_LENGTH = 1024;

/** Characters that are looked at for the readings of one path, all of them together: 32 readings of 100 characters, or 3 of `MAX_PATH_LENGTH`. */
const MAX_SCANNED = 48 * 1024;

/** Cuts the query off. The fragment never travels; a `#` that does is part of the path. */
export function withoutQuery(target: string): string {
  const mark = target.indexOf('?');
  return mark === -1 ? target : target.slice(0, mark);
}

/**
 * Every way in which a path may be understood behind us, itself first: percent-encoding decoded once
 * or again, `\` as `/`, parameters after `;` dropped, empty segments merged, an authority taken off, dot segments resolved,
 * cut at a `?` or `#` that was encoded, cut at a control byte or without it, compatible characters as one. Null where there are too
 * many, or where bytes stand for characters by rules of their own: see `whyUnread`.
 */
export function readings(path: string): readonly string[] | null {
  if (!SEVERAL_READINGS.test(path)) return [path];
  const read = readPath(path);
  return typeof read === 'string' ? null : read;
}

/** What is wrong with a path of which not all readings lead to one thing: `different`, or why its readings cannot be told. */
export function pathFault(target: string, different: string): string {
  return whyUnread(target) || different;
}

/** Why the readings of a target's path cannot be told, for people; empty where they can. */
export function whyUnread(target: string): string {
  const path = withoutQuery(target);
  if (!SEVERAL_READINGS.test(path)) return '';
  if (path.length > MAX_PATH_LENGTH)
    return `the path has several readings and ${path.length} bytes; with several the limit is ${MAX_PATH_LENGTH}`;
  const read = readPath(path);
  return typeof read === 'string' ? read : '';
}

const TOO_MANY = `the path has more readings than are gone through; the limit is ${MAX_READINGS}`;
/** Bytes, or a notation, in which not every reader finds the same characters. */
const MISENCODED =
  'the path has %uXXXX or bytes that are no UTF-8 in it: who reads them makes characters of them by rules of his own';

/** The readings of a path, or why they cannot be told. */
type Read = readonly string[] | typeof TOO_MANY | typeof MISENCODED;

/**
 * The path that was read last: selection, rules, conditions and the reason of a refusal ask about one path in turn, and its
 * readings cost more than all else that is done before a token is looked at.
 */
let last: { readonly path: string; readonly read: Read } = { path: '/', read: ['/'] };

function readPath(path: string): Read {
  if (path !== last.path) last = { path, read: everyReading(path) };
  return last.read;
}

function everyReading(path: string): Read {
  if (path.length > MAX_PATH_LENGTH) return TOO_MANY;
  const found = [path];
  let isMisencoded = !isUtf8Text(path);
  let scanned = 0;
  for (let next = 0; next < found.length; next += 1) {
    const from = found[next] ?? '';
    scanned += from.length * REREADINGS.length;
    const decoded = decodePercent(from);
    isMisencoded ||= hasOtherCharacters(from, decoded);
    for (const reading of [decoded, ...REREADINGS.map((reread) => reread(from))]) {
      if (!found.includes(reading)) found.push(reading);
    }
    if (found.length > MAX_READINGS || scanned > MAX_SCANNED) return TOO_MANY;
  }
  return isMisencoded ? MISENCODED : found;
}

/**
 * What every reading of a target's path leads to, or `ambiguous` where two lead to different things or there are too many. `same`
 * says which finds are one; by default identical values.
 */
export function inEveryReading<T>(
  target: string,
  find: (path: string) => T,
  same: (a: T, b: T) => boolean = Object.is,
): T | 'ambiguous' {
  const path = withoutQuery(target);
  // Most paths: no list is made for them.
  if (!SEVERAL_READINGS.test(path)) return find(path);
  const all = readings(path);
  if (all === null) return 'ambiguous';
  const [first = '', ...others] = all;
  const found = find(first);
  return others.every((other) => same(find(other), found)) ? found : 'ambiguous';
}

/** Whether a reading has what only some readers take for characters, itself or once it is decoded. */
function hasOtherCharacters(reading: string, decoded: string): boolean {
  if (PERCENT_U.test(reading)) return true;
  return decoded !== reading && !isUtf8Text(decoded) && isUtf8Text(reading);
}

/** What some proxy, framework or file system is known to do to a path, beside decoding it. Each is applied to every reading. */
const REREADINGS: readonly ((path: string) => string)[] = [
  (path) => path.replaceAll('\\', '/'),
  (path) => path.replace(/;[^/]*/g, ''),
  (path) => path.replace(/\/{2,}/g, '/'),
  // `//x/admin` given to a URL parser together with a base names the host `x` and the path `/admin` (RFC 3986 section 4.2).
  (path) => path.replace(/^\/\/[^/]*\/?/, '/'),
  // To the parser of browsers and Node any number of slashes and backslashes begins an authority (WHATWG URL, section 4.4).
  (path) => path.replace(/^[/\\]{2,}[^/\\]*[/\\]?/, '/'),
  resolveDots,
  // Cut where an encoded delimiter or a byte that ends a string comes out; each by itself, since a reader may know one of them only.
  (path) => path.replace(/\?.*$/s, ''),
  (path) => path.replace(/#.*$/s, ''),
  (path) => path.replace(/\0.*$/s, ''),
  (path) => path.replace(/\p{Cc}.*$/su, ''),
  (path) => path.replace(/[\p{Cc} ].*$/su, ''),
  // Or those bytes left out.
  (path) => path.replaceAll('\0', ''),
  (path) => path.replace(/\p{Cc}/gu, ''),
  (path) => path.replace(/[\p{Cc} ]/gu, ''),
  foldCompatible,
];

/** The `%u002e` of IIS, which has no standard: not every reader finds a character in it. */
const PERCENT_U = /%u[0-9a-f]{4}/i;

/**
 * Lenient decoders take the overlong `%c0%ae` for a dot (RFC 3629 section 10). A reading that was cut within a character is not
 * to blame for it: only the path itself and what is decoded are asked.
 */
function isUtf8Text(bytes: string): boolean {
  return !NOT_ASCII.test(bytes) || isUtf8(Buffer.from(bytes, 'latin1'));
}

const NOT_ASCII = /[^\0-\x7f]/;

/** Unicode's compatible characters as one (UAX 15, NFKC): `．` is a dot to who folds them, and `／` a slash. */
function foldCompatible(path: string): string {
  if (!NOT_ASCII.test(path) || !isUtf8Text(path)) return path;
  const text = Buffer.from(path, 'latin1').toString('utf8');
  return Buffer.from(text.normalize('NFKC'), 'utf8').toString('latin1');
}

function decodePercent(path: string): string {
  return path.replace(/%([0-9a-fA-F]{2})/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
}

/** RFC 3986 section 5.2.4. */
function resolveDots(path: string): string {
  if (!/\/\.\.?(?:\/|$)/.test(path)) return path;
  const kept: string[] = [];
  const segments = path.split('/').slice(1);
  for (const [index, segment] of segments.entries()) {
    const last = index === segments.length - 1;
    if (segment === '..') kept.pop();
    if (segment !== '.' && segment !== '..') kept.push(segment);
    else if (last) kept.push('');
  }
  return `/${kept.join('/')}`;
}

/** The segments of a path that begins with a slash, the first `most` of them: `/a/b` gives `a`, `b`; `/` gives one empty segment. */
export function segmentsOf(path: string, most?: number): readonly string[] {
  return path.slice(1).split('/', most);
}
