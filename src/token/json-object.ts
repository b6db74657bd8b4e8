export type JsonObject = Readonly<Record<string, unknown>>;

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Reads a JSON object from UTF-8, or null. Names that occur twice in one object are refused: parsers differ in
 * which of the two they take, so that we and the backend might read different tokens (RFC 7519 section 4).
 * A number that a double would change is left as its text: the user 9007199254740993 must not become the user
 * 9007199254740992 (RFC 8259 section 6).
 *
 * Each character is looked at once, and few of them cost more than that: whoever sends a token chooses what is in it, before
 * anybody knows whose it is.
 */
export function readJsonObject(bytes: Buffer): JsonObject | null {
  try {
    const text = UTF8.decode(bytes);
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
    const scan = scanJson(text);
    if (scan.hasDuplicateNames) return null;
    return (scan.exact === null ? value : JSON.parse(scan.exact)) as JsonObject;
  } catch {
    return null;
  }
}

/** Whether some object of a valid JSON text has the same name twice, however the name is escaped. */
export function hasDuplicateNames(text: string): boolean {
  return scanJson(text).hasDuplicateNames;
}

interface Scan {
  readonly hasDuplicateNames: boolean;
  /** The text with the numbers in quotes that a double would change; null where there is none. */
  readonly exact: string | null;
}

const DUPLICATE: Scan = { hasDuplicateNames: true, exact: null };

const QUOTE = 0x22;
const PLUS = 0x2b;
const COMMA = 0x2c;
const MINUS = 0x2d;
const POINT = 0x2e;
const ZERO = 0x30;
const NINE = 0x39;
const OPEN_LIST = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_LIST = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const EXPONENT = 0x65;
const LOWER_CASE = 0x20;

/** Looks over a text that parses: strings, brackets, commas and numbers are all that has to be told apart. */
function scanJson(text: string): Scan {
  const scanner = new JsonScanner(text);
  for (let at = 0; at < text.length; ) {
    at = scanner.take(at);
    if (at === REPEATED) return DUPLICATE;
  }
  return { hasDuplicateNames: false, exact: scanner.exact };
}

/** In place of the next index: a name is there twice. */
const REPEATED = -1;

class JsonScanner {
  readonly #text: string;
  /** The names of each open object, null for an open array; the innermost last. */
  readonly #open: (Set<string> | null)[] = [];
  #names: Set<string> | null = null;
  #nameIsNext = false;
  #exact = '';
  #copied = 0;

  constructor(text: string) {
    this.#text = text;
  }

  get exact(): string | null {
    return this.#copied === 0 ? null : this.#exact + this.#text.slice(this.#copied);
  }

  /** Takes what begins at an index. Gives the index behind it, or `REPEATED`. */
  take(at: number): number {
    const code = this.#text.charCodeAt(at);
    if (code === QUOTE) return this.#takeString(at);
    if (code === MINUS || (code >= ZERO && code <= NINE)) return this.#takeNumber(at);
    if (code === COMMA) this.#nameIsNext = this.#names !== null;
    else if (code === OPEN_OBJECT || code === OPEN_LIST) this.#enter(code === OPEN_OBJECT);
    else if (code === CLOSE_OBJECT || code === CLOSE_LIST) this.#leave();
    return at + 1;
  }

  #enter(isObject: boolean): void {
    this.#nameIsNext = isObject;
    this.#names = isObject ? new Set() : null;
    this.#open.push(this.#names);
  }

  #leave(): void {
    this.#open.pop();
    this.#names = this.#open.at(-1) ?? null;
    this.#nameIsNext = false;
  }

  #takeString(at: number): number {
    const end = endOfString(this.#text, at);
    const isName = this.#nameIsNext;
    this.#nameIsNext = false;
    const names = isName ? this.#names : null;
    return names !== null && !addTo(names, this.#text.slice(at, end)) ? REPEATED : end;
  }

  #takeNumber(at: number): number {
    let end = at;
    let code = this.#text.charCodeAt(end);
    let hasExponent = false;
    while (isInNumber(code)) {
      hasExponent ||= (code | LOWER_CASE) === EXPONENT;
      end += 1;
      code = this.#text.charCodeAt(end);
    }
    const source = hasExponent || end - at > SURVIVING ? this.#text.slice(at, end) : null;
    if (source !== null && !isExact(source)) {
      this.#exact += `${this.#text.slice(this.#copied, at)}"${source}"`;
      this.#copied = end;
    }
    return end;
  }
}

/** The index behind the string that begins at `start`. */
function endOfString(text: string, start: number): number {
  let at = start + 1;
  for (; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === BACKSLASH) at += 1;
    else if (code === QUOTE) break;
  }
  return at + 1;
}

/** Digits, signs, a point, or the letter of an exponent in either case. */
function isInNumber(code: number): boolean {
  return (
    (code >= ZERO && code <= NINE) ||
    code === MINUS ||
    code === POINT ||
    code === PLUS ||
    (code | LOWER_CASE) === EXPONENT
  );
}

/** Digits that survive a double, whatever they are. */
const SURVIVING = 15;
const IS_ZERO = /^[-.0]*(?:[eE]|$)/;

/** Fifteen significant digits survive a double, and so does what it prints as it was written. */
function isExact(source: string): boolean {
  const value = Number(source);
  if (!Number.isFinite(value) || (value === 0 && !IS_ZERO.test(source))) return false;
  const isShort = source.length <= SURVIVING || significantDigits(source) <= SURVIVING;
  return isShort || String(value) === source;
}

function significantDigits(source: string): number {
  return source
    .replace(/[eE].*$/, '')
    .replace(/[-.]/g, '')
    .replace(/^0+/, '').length;
}

/** Adds a name in its JSON form to a set; false where it is there already. */
function addTo(names: Set<string>, token: string): boolean {
  const before = names.size;
  return (
    names.add(token.includes('\\') ? (JSON.parse(token) as string) : token.slice(1, -1)).size >
    before
  );
}
