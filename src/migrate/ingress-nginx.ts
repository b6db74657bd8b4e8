import { annotationNotes, ingressAnnotation } from './ingress-annotations.ts';
import { rulesByHost } from './ingress-rules.ts';
import type { Manifest } from './manifests.ts';
import { nameOf } from './manifests.ts';
import { mapping } from './mapping.ts';
import { type Migration, type MigrationOptions, type Note, uniqueNames } from './migration.ts';
import { isCopied, Stubs, withStubs } from './stubs.ts';
import {
  type GatewayRef,
  httpRoute,
  questionUrl,
  referenceGrant,
  securityPolicy,
} from './wiring.ts';

export interface RouteTarget {
  /** `gateway-api`: HTTPRoutes of a Gateway. `same`: the gateway stays, and asks Watchword. */
  readonly to: 'gateway-api' | 'same';
  readonly gateway: GatewayRef;
}

/** Ingresses with ingress-nginx's `auth-url` to HTTPRoutes that Watchword guards, or to Ingresses whose `auth-url` is Watchword. */
export function migrateIngressNginx(
  manifests: readonly Manifest[],
  options: MigrationOptions,
  target: RouteTarget,
): Migration {
  const notes: Note[] = [];
  const stubs = new Stubs(uniqueNames());
  const guarded = manifests.filter(
    (one) => one.kind === 'Ingress' && ingressAnnotation(one, 'auth-url') !== undefined,
  );
  const documents = guarded.flatMap((ingress) => {
    const url = ingressAnnotation(ingress, 'auth-url') ?? '';
    const headers = responseHeaders(ingress);
    const pipeline = stubs.pipelineFor(url, headers, ingress);
    notes.push(...annotationNotes(ingress, target.to));
    if (target.to === 'same') return [sameIngress(ingress, pipeline)];
    return routesOf(ingress, pipeline, target.gateway, notes);
  });
  for (const one of manifests.filter((other) => !guarded.includes(other)))
    notes.push({ where: nameOf(one), says: 'has no auth-url and is left out' });
  const grants =
    target.to === 'same' ? [] : referenceGrant(guarded.map(({ namespace }) => namespace));
  return withStubs(stubs, options, [...grants, ...documents], notes);
}

function responseHeaders(ingress: Manifest): readonly string[] {
  const written = ingressAnnotation(ingress, 'auth-response-headers') ?? '';
  return written
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
}

/** The Ingress as it was, but its check goes to Watchword, and the pipeline is named: the host in the check is the client's. */
function sameIngress(ingress: Manifest, pipeline: string): object {
  const { object } = ingress;
  const headers = responseHeaders(ingress).filter(isCopied);
  const metadata = mapping(object['metadata']);
  const annotations = Object.entries(mapping(metadata['annotations'])).filter(
    ([name]) => !NOT_KEPT.includes(name),
  );
  const { status: _, ...rest } = object;
  const own = ['creationTimestamp', 'resourceVersion', 'uid', 'generation', 'managedFields'];
  return {
    ...rest,
    metadata: {
      ...Object.fromEntries(Object.entries(metadata).filter(([name]) => !own.includes(name))),
      annotations: {
        ...Object.fromEntries(annotations),
        'nginx.ingress.kubernetes.io/auth-url': questionUrl('ingress-nginx', pipeline),
        ...(headers.length > 0
          ? { 'nginx.ingress.kubernetes.io/auth-response-headers': headers.join(',') }
          : {}),
      },
    },
  };
}

const NOT_KEPT = [
  'kubectl.kubernetes.io/last-applied-configuration',
  'nginx.ingress.kubernetes.io/auth-response-headers',
];

/** One HTTPRoute for each host: hosts of an Ingress may have different paths. */
function routesOf(
  ingress: Manifest,
  pipeline: string,
  gateway: GatewayRef,
  notes: Note[],
): readonly object[] {
  const byHost = rulesByHost(ingress, notes);
  return [...byHost].flatMap(([host, rules], index) => {
    const name = index === 0 ? ingress.name : `${ingress.name}-${index + 1}`;
    const hostnames = host === '' ? [] : [host];
    return [
      securityPolicy(ingress, name, pipeline),
      httpRoute(ingress, { name, pipeline, gateway, hostnames, rules }),
    ];
  });
}
