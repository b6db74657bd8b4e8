import type { KubeApi } from './api.ts';
import { KubeError } from './api.ts';
import { isRecord, type Json, recordAt, recordsAt, textAt } from './object.ts';

/** A kind in the API, in one namespace or in all. */
export interface Resource {
  readonly kind: string;
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  /** Null: all namespaces, or a kind that has none. */
  readonly namespace: string | null;
}

export function apiVersionOf({ group, version }: Resource): string {
  return `${group}/${version}`;
}

const PAGE = 500;

export function listPath(resource: Resource, query: Readonly<Record<string, string>>): string {
  const { namespace, plural } = resource;
  const within = namespace === null ? '' : `/namespaces/${encodeURIComponent(namespace)}`;
  return `/apis/${apiVersionOf(resource)}${within}/${plural}?${new URLSearchParams(query)}`;
}

/** Whether the cluster has the kind: its group and version list it. */
export async function isServed(
  api: KubeApi,
  resource: Resource,
  signal: AbortSignal,
): Promise<boolean> {
  try {
    const found = await api.json('GET', `/apis/${apiVersionOf(resource)}`, { signal });
    const resources = isRecord(found) ? recordsAt(found, 'resources') : [];
    return resources.some(({ name }) => name === resource.plural);
  } catch (error) {
    if (error instanceof KubeError && error.status === 404) return false;
    throw error;
  }
}

/** Every object of the kind, and the version of the list that a watch goes on from. */
export async function list(
  api: KubeApi,
  resource: Resource,
  signal: AbortSignal,
): Promise<{ readonly items: readonly Json[]; readonly version: string }> {
  const items: Json[] = [];
  for (let next = ''; ; ) {
    const path = listPath(resource, {
      limit: String(PAGE),
      ...(next === '' ? {} : { continue: next }),
    });
    const page = await api.json('GET', path, { signal });
    if (!isRecord(page)) throw new KubeError(0, 'the list is no object');
    items.push(...recordsAt(page, 'items'));
    const metadata = recordAt(page, 'metadata');
    next = textAt(metadata, 'continue') ?? '';
    if (next === '') return { items, version: textAt(metadata, 'resourceVersion') ?? '' };
  }
}
