/** Longest value that is shown of what somebody sent or wrote, in characters. */
const MAX_SHOWN = 256;

/** A value as JSON of bounded length, for `explain` and the log; `absent` where there is none. Never given a token. */
export function shown(value: unknown): string {
  // Cut before it is written, so that a claim of a megabyte is not.
  const short = typeof value === 'string' ? value.slice(0, MAX_SHOWN) : value;
  const text = JSON.stringify(short) ?? 'absent';
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text;
}

/** A value with its type, so that `"true"` and `true` differ for whoever reads it. */
export function shownWithType(value: unknown): string {
  return value === undefined ? 'absent' : `${shown(value)} (${typeOf(value)})`;
}

function typeOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}
