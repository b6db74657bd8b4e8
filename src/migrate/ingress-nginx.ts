import { withoutContended } from './contended.ts';
import { namingPipeline, proxyFiles } from './httpproxies.ts';
import { annotationNotes, ingressAnnotation, refusingAnnotations } from './ingress-annotations.ts';
import { responseHeaders, routesOf } from './ingress-routes.ts';
import { regexHostsOf, sourcesOf } from './ingress-rules.ts';
import { applicable, type Manifest, nameOf } from './manifests.ts';
import { list, mapping, text } from './mapping.ts';
import {
  type Migration,
  type MigrationOptions,
  type Note,
  REFUSING_PIPELINE,
  uniqueNames,
} from './migration.ts';
import { routeNames } from './route-names.ts';
import { portsOf } from './services.ts';
import { isCopied, Stubs, withStubs } from './stubs.ts';
import { checkUrl, type RouteTarget, sameFiles, targetFiles } from './wiring.ts';

const AUTH_URL = 'nginx.ingress.kubernetes.io/auth-url';

/** Ingresses with ingress-nginx's `auth-url` to HTTPRoutes or HTTPProxies that Watchword guards, or to Ingresses whose `auth-url` is Watchword. */
export function migrateIngressNginx(
  manifests: readonly Manifest[],
  options: MigrationOptions,
  target: RouteTarget,
): Migration {
  const isLeftOut = (one: Manifest): boolean =>
    target.to !== 'same' && ingressAnnotation(one, 'canary') === 'true';
  const asking = manifests.filter(isGuarded);
  const guarded = asking.filter((one) => !isLeftOut(one));
  const notes: Note[] = [
    ...unguardedNotes(manifests, target.to),
    ...asking.filter(isLeftOut).map((one) => ({ where: nameOf(one), says: CANARY })),
  ];
  const stubs = new Stubs(uniqueNames());
  const asked = guarded.map((ingress) => {
    const url = ingressAnnotation(ingress, 'auth-url') ?? '';
    const pipeline = stubs.pipelineFor(url, responseHeaders(ingress), ingress);
    notes.push(...annotationNotes(ingress, target.to));
    return { ingress, pipeline };
  });
  if (target.to === 'same') {
    const after = asked.map(({ ingress, pipeline }) => sameIngress(ingress, pipeline, target));
    return withStubs(stubs, options, sameFiles(after, guarded), notes);
  }
  const names = routeNames(manifests.filter(({ kind }) => kind === 'Ingress'));
  const portOf = portsOf(manifests);
  const closedHosts = hostsOfSnippets(manifests);
  const regexHosts = regexHostsOf(manifests);
  const refusing = manifests.filter(
    (one) => one.kind === 'Ingress' && !isGuarded(one) && refusingAnnotations(one).length > 0,
  );
  const placed = [
    ...asked.map(({ ingress, pipeline }) => ({
      ingress,
      pipeline: isRefused(ingress, closedHosts, notes) ? stubs.refusing(ingress) : pipeline,
    })),
    ...(asked.length === 0 ? [] : refusing).map((ingress) => {
      isRefused(ingress, closedHosts, notes);
      return { ingress, pipeline: stubs.refusing(ingress) };
    }),
  ];
  const routes = placed.flatMap(({ ingress, pipeline }) =>
    routesOf(ingress, pipeline, { names, portOf, regexHosts, notes }),
  );
  const sources = placed.flatMap(({ ingress, pipeline }) =>
    sourcesOf(ingress, pipeline, regexHosts, nameOf(ingress)),
  );
  if (target.to === 'contour') {
    const certain = withoutContended(routes, sources, notes, 'HTTPProxy');
    const files = proxyFiles(certain, namingPipeline, names, target, notes);
    return withStubs(stubs, { ...options, selectableByContext: false }, files, notes);
  }
  const certain = withoutContended(routes, sources, notes);
  return withStubs(stubs, options, targetFiles(certain, target, notes), notes);
}

/** Hosts with a `server-snippet`, which is about every Ingress of its hosts. */
function hostsOfSnippets(manifests: readonly Manifest[]): readonly string[] {
  return manifests
    .filter(
      (one) => one.kind === 'Ingress' && ingressAnnotation(one, 'server-snippet') !== undefined,
    )
    .flatMap(hostsOf);
}

function hostsOf(ingress: Manifest): readonly string[] {
  return list(ingress.spec['rules']).map((rule) => text(mapping(rule)['host']) ?? '');
}

/** Whether an Ingress refused in ways that no pipeline knows: its routes then hold their place under one that refuses. */
function isRefused(ingress: Manifest, closedHosts: readonly string[], notes: Note[]): boolean {
  const own = refusingAnnotations(ingress);
  const isClosed = hostsOf(ingress).some((host) => closedHosts.includes(host));
  if (own.length === 0 && !isClosed) return false;
  const why = own.length > 0 ? own.join(', ') : 'the server-snippet of another Ingress of its host';
  notes.push({
    where: nameOf(ingress),
    says: `is refused by the pipeline ${REFUSING_PIPELINE}, which its routes name: whom ${why} refused is not known to Watchword; say it to the Gateway, and then name the pipeline that takes the authorizer's place`,
    isLoss: true,
  });
  return true;
}

const CANARY =
  'is a canary and is left out: write its share as weight of a backendRef of the main route';

function isGuarded(one: Manifest): boolean {
  return one.kind === 'Ingress' && ingressAnnotation(one, 'auth-url') !== undefined;
}

/** What is said of objects that are not translated. */
function unguardedNotes(manifests: readonly Manifest[], to: RouteTarget['to']): readonly Note[] {
  const isPlaced = (one: Manifest) =>
    to === 'gateway-api' && one.kind === 'Ingress' && refusingAnnotations(one).length > 0;
  const others = manifests.filter(
    (one) => !isGuarded(one) && one.kind !== 'Service' && !isPlaced(one),
  );
  const open = others.filter(({ kind }) => kind === 'Ingress');
  const notes = others.map((one) => ({
    where: nameOf(one),
    says:
      one.kind === 'Ingress'
        ? "has no auth-url and is left out; where its hosts are others' too, their routes get its requests"
        : 'is no Ingress and is left out',
  }));
  if (open.length === 0) return notes;
  const says =
    'asked for Ingresses without auth-url too, where the ConfigMap of the controller has it: not read';
  return [...notes, { where: 'global-auth-url', says }];
}

/** The Ingress as it was, but its check goes to Watchword, and the pipeline is named: the host in the check is the client's. */
function sameIngress(ingress: Manifest, pipeline: string, { service }: RouteTarget): object {
  const headers = responseHeaders(ingress).filter(isCopied);
  const kept = Object.entries(ingress.annotations).filter(([name]) => !NOT_KEPT.includes(name));
  return applicable(ingress, {
    ...Object.fromEntries(kept),
    [AUTH_URL]: checkUrl('ingress-nginx', pipeline, service),
    ...(headers.length > 0 ? { [RESPONSE_HEADERS]: headers.join(',') } : {}),
  });
}

const RESPONSE_HEADERS = 'nginx.ingress.kubernetes.io/auth-response-headers';

/** A cached verdict outlives its token. */
const NOT_KEPT = [
  RESPONSE_HEADERS,
  'nginx.ingress.kubernetes.io/auth-cache-key',
  'nginx.ingress.kubernetes.io/auth-cache-duration',
];
