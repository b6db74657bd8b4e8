import { NAME_PREFIX } from '../request/request.ts';
import type { Manifest } from './manifests.ts';

/** Where Watchword is in the cluster, as the chart installs it by default. */
export const SERVICE = {
  namespace: 'watchword',
  grpc: 'watchword',
  http: 'watchword-http',
} as const;

/** The Gateway that new routes attach to. */
export interface GatewayRef {
  readonly name: string;
  readonly namespace?: string;
}

/** `NAMESPACE/NAME` or `NAME`. */
export function gatewayRef(written: string): GatewayRef {
  const [first = '', second] = written.split('/', 2);
  return second === undefined ? { name: first } : { namespace: first, name: second };
}

export function metadataOf({ namespace }: Manifest, name: string): object {
  return { name, ...(namespace === undefined ? {} : { namespace }) };
}

/** URL of a check, as a gateway in the cluster asks it. */
export function questionUrl(convention: 'ingress-nginx' | 'traefik', pipeline: string): string {
  return `http://${SERVICE.http}.${SERVICE.namespace}.svc.cluster.local:9180/auth/${convention}/${pipeline}`;
}

/**
 * An Envoy Gateway SecurityPolicy that asks Watchword about a route and names the pipeline. It comes before the route in
 * the file: Envoy Gateway lets a route through until its policy is there.
 */
export function securityPolicy(from: Manifest, route: string, pipeline: string): object {
  return {
    apiVersion: 'gateway.envoyproxy.io/v1alpha1',
    kind: 'SecurityPolicy',
    metadata: metadataOf(from, route),
    spec: {
      targetRefs: [{ group: 'gateway.networking.k8s.io', kind: 'HTTPRoute', name: route }],
      extAuth: {
        grpc: {
          backendRefs: [{ name: SERVICE.grpc, namespace: SERVICE.namespace, port: 9191 }],
        },
        contextExtensions: [{ name: `${NAME_PREFIX}pipeline`, type: 'Value', value: pipeline }],
        includeRouteMetadata: true,
        failOpen: false,
        statusOnError: 503,
        timeout: '1s',
      },
    },
  };
}

/** Lets the SecurityPolicies of a namespace name Watchword's Service. */
export function referenceGrant(namespaces: readonly (string | undefined)[]): readonly object[] {
  const named = [...new Set(namespaces)].filter((one) => one !== undefined);
  if (named.length === 0) return [];
  return [
    {
      apiVersion: 'gateway.networking.k8s.io/v1beta1',
      kind: 'ReferenceGrant',
      metadata: { name: 'watchword-ext-auth', namespace: SERVICE.namespace },
      spec: {
        from: named.map((namespace) => ({
          group: 'gateway.envoyproxy.io',
          kind: 'SecurityPolicy',
          namespace,
        })),
        to: [{ group: '', kind: 'Service', name: SERVICE.grpc }],
      },
    },
  ];
}

/** An HTTPRoute that carries the annotation. */
export function httpRoute(
  from: Manifest,
  route: {
    readonly name: string;
    readonly pipeline: string;
    readonly gateway: GatewayRef;
    readonly hostnames: readonly string[];
    readonly rules: readonly object[];
  },
): object {
  return {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'HTTPRoute',
    metadata: {
      ...metadataOf(from, route.name),
      annotations: { [`${NAME_PREFIX}pipeline`]: route.pipeline },
    },
    spec: {
      parentRefs: [route.gateway],
      ...(route.hostnames.length > 0 ? { hostnames: route.hostnames } : {}),
      rules: route.rules,
    },
  };
}
