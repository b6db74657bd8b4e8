/** JSON Schema (2020-12), so far as the chart's values need it. */
export type Schema = { readonly [keyword: string]: unknown };

/** An object whose unknown members are refused. `required` names those that must be there. */
export function closed(
  properties: Readonly<Record<string, Schema>>,
  required: readonly string[] = [],
): Schema {
  return {
    type: 'object',
    additionalProperties: false,
    properties,
    ...(required.length > 0 && { required }),
  };
}

export function listOf(items: Schema): Schema {
  return { type: 'array', items };
}

/** A string that matches; the pattern is anchored. */
export function text(pattern: string, more: Schema = {}): Schema {
  return { type: 'string', pattern: `^${pattern}$`, ...more };
}

export const STRING: Schema = { type: 'string' };
export const FILLED: Schema = { type: 'string', minLength: 1 };
export const FLAG: Schema = { type: 'boolean' };
/** Parts of Kubernetes' own API, which the API server checks. */
export const OBJECT: Schema = { type: 'object' };
export const OBJECTS: Schema = listOf(OBJECT);
export const STRINGS: Schema = { type: 'object', additionalProperties: STRING };
export const PORT: Schema = { type: 'integer', minimum: 1, maximum: 65_535 };
export const COUNT: Schema = { type: 'integer', minimum: 1 };
export const PULL_POLICY: Schema = { enum: ['Always', 'IfNotPresent', 'Never'] };
export const SWITCH: Schema = closed({ enabled: FLAG });

const NAME_PATTERN = '[a-z0-9]([-a-z0-9.]*[a-z0-9])?';
/** The name of an object in Kubernetes. */
export const NAME: Schema = text(NAME_PATTERN, { maxLength: 253 });
export const NAME_OR_NONE: Schema = text(`(${NAME_PATTERN})?`, { maxLength: 253 });
/** A name that also names a volume or a cluster of Envoy (RFC 1123 label). */
export const LABEL = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';

const QUANTITIES: Schema = {
  type: 'object',
  additionalProperties: { type: ['string', 'number'] },
};
export const RESOURCES: Schema = closed({
  requests: QUANTITIES,
  limits: QUANTITIES,
  claims: OBJECTS,
});

/** Objects of other namespaces. */
export const REFERENCES: Schema = listOf(
  closed({ name: NAME, namespace: NAME }, ['name', 'namespace']),
);
