import { NAME_PREFIX } from '../request/request.ts';
import { withoutContended } from './contended.ts';
import { type GuardAnnotations, proxyFiles } from './httpproxies.ts';
import { routesOf } from './ingress-routes.ts';
import { sourcesOf } from './ingress-rules.ts';
import { type Manifest, nameOf } from './manifests.ts';
import type { Migration, Note } from './migration.ts';
import { routeNames } from './route-names.ts';
import { portsOf } from './services.ts';
import type { RouteTarget } from './wiring.ts';

/** Watchword's own annotations, which go from the Ingress to the HTTPProxy. */
const ownAnnotations: GuardAnnotations = ({ from: { annotations } }) =>
  Object.fromEntries(
    Object.entries(annotations)
      .filter(([name]) => name.startsWith(NAME_PREFIX))
      .toSorted(([a], [b]) => (a < b ? -1 : 1)),
  );

/**
 * Ingresses that Contour serves to HTTPProxies, with the annotations of Watchword that they have: Contour does not ask about the HTTPS
 * side of an Ingress.
 */
export function migrateContour(manifests: readonly Manifest[], target: RouteTarget): Migration {
  const ingresses = manifests.filter(({ kind }) => kind === 'Ingress');
  const notes: Note[] = manifests
    .filter(({ kind }) => kind !== 'Ingress' && kind !== 'Service')
    .map((one) => ({ where: nameOf(one), says: 'is no Ingress and is left out' }));
  const names = routeNames(ingresses);
  const parts = { names, portOf: portsOf(manifests), regexHosts: NO_HOSTS, notes };
  const routes = ingresses.flatMap((ingress) => routesOf(ingress, guardOf(ingress), parts));
  const sources = ingresses.flatMap((ingress) =>
    sourcesOf(ingress, guardOf(ingress), NO_HOSTS, nameOf(ingress)),
  );
  const certain = withoutContended(routes, sources, notes, 'HTTPProxy');
  for (const ingress of ingresses) notes.push(...otherAnnotations(ingress));
  return { files: proxyFiles(certain, ownAnnotations, names, target, notes), notes };
}

const NO_HOSTS: ReadonlySet<string> = new Set();

/** Who guards an Ingress, in the place of a pipeline's name: all that its annotations of Watchword say. */
function guardOf({ annotations }: Manifest): string {
  const own = Object.entries(annotations).filter(([name]) => name.startsWith(NAME_PREFIX));
  return JSON.stringify(own.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/** Contour's own, and those of others: what an HTTPProxy has fields for is not read. */
function otherAnnotations(ingress: Manifest): readonly Note[] {
  return Object.keys(ingress.annotations)
    .filter((name) => /projectcontour\.io\/|kubernetes\.io\/ingress/.test(name))
    .map((name) => ({
      where: `${nameOf(ingress)} ${name}`,
      says: 'is left out: an HTTPProxy says it in a field of its own',
    }));
}
