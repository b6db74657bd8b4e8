import { redactTokens } from '../base/redact.ts';

/** Longer values are cut where a problem shows them. */
const MAX_SHOWN = 80;

/** Settings whose value is shown to nobody: people write the secret itself where its file is meant. */
const HIDDEN = /secret|password|credential/i;

/** Whether the value of a setting is shown to nobody. */
export function isHidden(path: readonly PropertyKey[]): boolean {
  return HIDDEN.test(String(path.findLast((part) => typeof part === 'string')));
}

/** A value that was found, as a problem shows it: `'http://orders'`, `30`, `a list`, `an object`. */
export function foundValue(value: unknown, path: readonly PropertyKey[] = []): string {
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  if (typeof value === 'object' && value !== null) return 'an object';
  if (isHidden(path)) return 'what is there';
  return typeof value === 'string' ? quoted(value) : String(value);
}

/** A text in quotes, cut, and without what looks like a token. */
export function quoted(text: string): string {
  const shown = redactTokens(text).replace(/\p{Cc}/gu, ' ');
  return `'${shown.length > MAX_SHOWN ? `${shown.slice(0, MAX_SHOWN)}…` : shown}'`;
}

/** What may stand in YAML without quotes, within `[]` and `{}` too. */
const PLAIN = /^[A-Za-z0-9_./~][A-Za-z0-9_./~@+=-]*(?::[A-Za-z0-9_./~@+=-]+)*$/;
const OTHER_TYPE = /^(?:true|false|null|~|[-+]?[.\d][\d_.eExXa-fA-F+-]*)$/i;

/** A value as one would write it in YAML on one line: `[read:orders]`, `{ claim: [realm_access, roles] }`. */
export function flowText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(flowText).join(', ')}]`;
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).map(
      ([name, one]) => `${flowText(name)}: ${flowText(one)}`,
    );
    return entries.length === 0 ? '{}' : `{ ${entries.join(', ')} }`;
  }
  if (typeof value !== 'string') return String(value);
  const shown = redactTokens(value);
  return PLAIN.test(shown) && !OTHER_TYPE.test(shown) ? shown : `'${shown.replaceAll("'", "''")}'`;
}
