/** A YAML mapping of somebody else's: nothing is known of its values. */
export type Mapping = Readonly<Record<string, unknown>>;

export function isMapping(value: unknown): value is Mapping {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The mapping itself, or an empty one in place of anything else. */
export function mapping(value: unknown): Mapping {
  return isMapping(value) ? value : {};
}

/** The members of a list, one value as a list of itself, nothing as an empty one. */
export function list(value: unknown): readonly unknown[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value : [value];
}

export function texts(value: unknown): readonly string[] {
  return list(value).filter((one) => typeof one === 'string');
}

export function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** Values that ajv's `coerceTypes` makes false, as Express Gateway reads its settings. */
export function isFalse(value: unknown): boolean {
  return value === false || value === 'false' || value === 0 || value === null;
}

export function isTrue(value: unknown): boolean {
  return value === true || value === 'true' || value === 1;
}

/** Text, or a number or boolean as text. */
export function scalar(value: unknown): string | undefined {
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : text(value);
}
