import { redactTokens } from '../../base/redact.ts';
import { pathPatternFault } from '../../policy/path-pattern-fault.ts';
import type { ClaimHeader } from '../../policy/pipeline.ts';

/**
 * The values of annotations. Strings that anyone who may edit a route can write, so every reader knows exactly what it takes
 * and says what is wrong with the rest.
 */

export type Parsed<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly fault: string };

/** No value needs more; an object may carry 256 KiB of annotations. */
const MAX_VALUE = 4096;
/** Words of a list. */
const MAX_WORDS = 64;
/** RFC 6749 section 3.3: also what may stand in a quoted challenge. */
const SCOPE = /^[\x21\x23-\x5b\x5d-\x7e]+$/;
const NAME = /^[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?$/;
const HEADER_NAME = /^[a-z0-9][a-z0-9-]{0,63}$/;
const CONTROL = /\p{Cc}/u;

/** Says what makes a value unusable whatever its syntax, or null. The value itself is not repeated: it goes to Events and logs. */
export function valueFault(value: string): string | null {
  if (value.length > MAX_VALUE) return `is longer than ${MAX_VALUE} characters`;
  if (CONTROL.test(value)) return 'has a line break or another control character';
  return value.trim() === '' ? 'is empty' : null;
}

export function parseName(value: string): Parsed<string> {
  const name = value.trim();
  return NAME.test(name)
    ? { ok: true, value: name }
    : { ok: false, fault: 'must be one name of lower case letters, digits and dashes' };
}

export function parseMode(value: string): Parsed<'enforce' | 'shadow'> {
  const mode = value.trim();
  return mode === 'enforce' || mode === 'shadow'
    ? { ok: true, value: mode }
    : { ok: false, fault: "must be 'enforce' or 'shadow'" };
}

/** Words between spaces. */
export function parseWords(value: string): Parsed<readonly string[]> {
  const words = [...new Set(value.split(' ').filter((word) => word !== ''))];
  return words.length > MAX_WORDS
    ? { ok: false, fault: `has more than ${MAX_WORDS} entries` }
    : { ok: true, value: words };
}

export function parseNames(value: string): Parsed<readonly string[]> {
  return wordsThat(value, (word) =>
    NAME.test(word) ? null : `${shown(word)} is not the name of an issuer`,
  );
}

export function parseScopes(value: string): Parsed<readonly string[]> {
  return wordsThat(value, (word) => (SCOPE.test(word) ? null : `${shown(word)} is not a scope`));
}

export function parsePaths(value: string): Parsed<readonly string[]> {
  return wordsThat(value, (word) => {
    const fault = pathPatternFault(word);
    return fault === null ? null : redactTokens(fault).slice(0, 256);
  });
}

/** `x-user=sub x-mail=email`: a header and the top-level claim that it gets. */
export function parseForward(value: string): Parsed<readonly ClaimHeader[]> {
  const words = parseWords(value);
  if (!words.ok) return words;
  const rules: ClaimHeader[] = [];
  for (const word of words.value) {
    const equals = word.indexOf('=');
    const name = word.slice(0, equals).toLowerCase();
    const claim = word.slice(equals + 1);
    if (equals < 1 || claim === '' || !HEADER_NAME.test(name)) {
      return { ok: false, fault: `${shown(word)} is not HEADER=CLAIM` };
    }
    if (rules.some((rule) => rule.name === name)) {
      return { ok: false, fault: `sets header '${name}' twice` };
    }
    rules.push({ from: 'claim', name, path: [claim], as: 'text' });
  }
  return { ok: true, value: rules };
}

function wordsThat(
  value: string,
  faultOf: (word: string) => string | null,
): Parsed<readonly string[]> {
  const words = parseWords(value);
  if (!words.ok) return words;
  for (const word of words.value) {
    const fault = faultOf(word);
    if (fault !== null) return { ok: false, fault };
  }
  return words;
}

function shown(word: string): string {
  // People do paste tokens where they do not belong.
  return `'${redactTokens(word).slice(0, 64)}'`;
}
