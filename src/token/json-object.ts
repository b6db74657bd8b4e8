export type JsonObject = Readonly<Record<string, unknown>>;

/** Numbers and booleans of a claim survive; a JSON text longer than a token never gets here. */
const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Reads a JSON object from UTF-8, or null. Names that occur twice in one object are refused: parsers differ in
 * which of the two they take, so that we and the backend might read different tokens (RFC 7519 section 4).
 */
export function readJsonObject(bytes: Buffer): JsonObject | null {
  try {
    const text = UTF8.decode(bytes);
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
    return hasDuplicateNames(text) ? null : (value as JsonObject);
  } catch {
    return null;
  }
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
