export type JsonObject = Readonly<Record<string, unknown>>;

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Reads a JSON object from UTF-8, or null. Names that occur twice in one object are refused: parsers differ in
 * which of the two they take, so that we and the backend might read different tokens (RFC 7519 section 4).
 */
export function readJsonObject(bytes: Buffer): JsonObject | null {
  try {
    const text = UTF8.decode(bytes);
    const value: unknown = LOSSY_NUMBER.test(text) ? parseExactly(text) : JSON.parse(text);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
    return hasDuplicateNames(text) ? null : (value as JsonObject);
  } catch {
    return null;
  }
}

/** What may hold a number that a double cannot tell from its neighbours. */
const LOSSY_NUMBER = /\d{16}|\d[eE.]/;

/**
 * Parses with every number that a double would change left as its text: the user 9007199254740993 must not become the user
 * 9007199254740992 (RFC 8259 section 6).
 */
function parseExactly(text: string): unknown {
  const reviver = (_: string, value: unknown, context?: { readonly source?: string }): unknown =>
    typeof value === 'number' && !isExact(value, context?.source ?? '') ? context?.source : value;
  return JSON.parse(text, reviver);
}

/** Fifteen significant digits survive a double, and so does what it prints as it was written. */
function isExact(value: number, source: string): boolean {
  const digits = source
    .replace(/[eE].*$/, '')
    .replace(/\D/g, '')
    .replace(/^0+/, '');
  const isInRange = Number.isFinite(value) && (value !== 0 || digits === '');
  return isInRange && (digits.length <= 15 || String(value) === source);
}

/** A string, a bracket, a comma or a colon: all that tells names from values in a text that parses. */
const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\],:]/g;

/** Whether some object of a valid JSON text has the same name twice, however the name is escaped. */
export function hasDuplicateNames(text: string): boolean {
  /** The names of each open object, null for an open array; the innermost last. */
  const open: (Set<string> | null)[] = [];
  let previous = '';
  for (const [token] of text.matchAll(TOKEN)) {
    if (token === '{') open.push(new Set());
    else if (token === '[') open.push(null);
    else if (token === '}' || token === ']') open.pop();
    else if (isName(token, previous) && !addTo(open.at(-1) ?? null, token)) return true;
    previous = token;
  }
  return false;
}

/** A string after `{` or `,`. In an array such a string is a value; there the innermost set is null. */
function isName(token: string, previous: string): boolean {
  return token.startsWith('"') && (previous === '{' || previous === ',');
}

/** Adds a name in its JSON form to a set; false where it is there already. */
function addTo(names: Set<string> | null, token: string): boolean {
  if (names === null) return true;
  const before = names.size;
  return names.add(JSON.parse(token) as string).size > before;
}
