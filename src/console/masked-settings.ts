import { redactTokens } from '../base/redact.ts';

/** What stands for what may be a secret. */
const MASK = '(masked)';
/** Settings whose value is a secret itself, not the place of one. The configuration has none; a later one must not be forgotten. */
const SECRET = /(?:secret|password|token|credential|apikey)$/i;
/** Words of settings that are no secrets: how the token is treated, whose place it is. */
const PLAIN: ReadonlySet<unknown> = new Set(['keep', 'strip']);
/** A URL's user, its password, its query and its fragment; services take keys in each of them. */
const URL_PARTS = /^([a-z][a-z0-9+.-]*:\/\/)([^/?#@]*@)?([^?#]*)(\?[^#]*)?(#.*)?$/i;

/** Settings as the console shows them: what may be a secret is masked. Key files are named, never read. */
export function maskedSettings(value: unknown, name = ''): unknown {
  if (Array.isArray(value)) return value.map((one: unknown) => maskedSettings(one, name));
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(
      Object.entries(value).map(([key, one]) => [key, maskedSettings(one, key)]),
    );
  if (typeof value !== 'string' || PLAIN.has(value)) return value;
  return SECRET.test(name) ? MASK : maskedText(value);
}

function maskedText(text: string): string {
  const url = URL_PARTS.exec(text);
  if (url === null) return redactTokens(text);
  const [, scheme = '', user, rest = '', query, fragment] = url;
  const masked = (part: string | undefined, shown: string) => (part === undefined ? '' : shown);
  return [
    scheme,
    masked(user, `${MASK}@`),
    redactTokens(rest),
    masked(query, `?${MASK}`),
    masked(fragment, `#${MASK}`),
  ].join('');
}
