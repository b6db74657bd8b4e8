import type { Manifest } from './manifests.ts';

/** A name for the `number`th route that is made from an object: the first has the object's own. */
export type RouteName = (from: Manifest, number: number) => string;

/** Names that no other route has: neither one that was made nor one that is going to be made from another object. */
export function routeNames(objects: readonly Manifest[]): RouteName {
  const key = (namespace: string | undefined, name: string): string => `${namespace ?? ''}/${name}`;
  const taken = new Set(objects.map(({ namespace, name }) => key(namespace, name)));
  return ({ namespace, name }, number) => {
    if (number === 1) return name;
    let next = number;
    while (taken.has(key(namespace, `${name}-${next}`))) next += 1;
    taken.add(key(namespace, `${name}-${next}`));
    return `${name}-${next}`;
  };
}
