/**
 * Objects of the API server as JSON. Their form is checked by the server, but a custom resource's only as far as its schema
 * says, so every member is read as if it could be anything.
 */
export type Json = Readonly<Record<string, unknown>>;

const EMPTY: Json = {};

export function recordAt(value: Json, name: string): Json {
  const found = value[name];
  return isRecord(found) ? found : EMPTY;
}

/** The objects in a list; empty where there is none. */
export function recordsAt(value: Json, name: string): readonly Json[] {
  const found = value[name];
  return Array.isArray(found) ? found.filter(isRecord) : [];
}

/** The texts in a list; empty where there is none. */
export function textsAt(value: Json, name: string): readonly string[] {
  const found = value[name];
  return Array.isArray(found) ? found.filter((one) => typeof one === 'string') : [];
}

/** A text that is not empty, or null. */
export function textAt(value: Json, name: string): string | null {
  const found = value[name];
  return typeof found === 'string' && found !== '' ? found : null;
}

export function isRecord(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** An object of the API server with what every object has. */
export interface KubeObject {
  readonly kind: string;
  readonly apiVersion: string;
  /** Empty for objects without a namespace. */
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly generation: number;
  /** `metadata.creationTimestamp`, as it is written; empty where there is none, as in files. */
  readonly created: string;
  readonly labels: Readonly<Record<string, unknown>>;
  readonly annotations: Readonly<Record<string, unknown>>;
  readonly spec: Json;
  readonly status: Json;
}

/** Reads an object; null where it has no name. What no rule here looks at is let go. */
export function kubeObject(kind: string, apiVersion: string, value: unknown): KubeObject | null {
  if (!isRecord(value)) return null;
  const metadata = recordAt(value, 'metadata');
  const name = textAt(metadata, 'name');
  if (name === null) return null;
  const { generation } = metadata;
  return {
    kind,
    apiVersion,
    namespace: textAt(metadata, 'namespace') ?? '',
    name,
    uid: textAt(metadata, 'uid') ?? '',
    generation: typeof generation === 'number' ? generation : 0,
    created: textAt(metadata, 'creationTimestamp') ?? '',
    labels: recordAt(metadata, 'labels'),
    annotations: recordAt(metadata, 'annotations'),
    spec: recordAt(value, 'spec'),
    status: recordAt(value, 'status'),
  };
}
