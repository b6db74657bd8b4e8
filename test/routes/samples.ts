import type { RouteIndex } from '../../src/routes/match/route-index.ts';
import { compileRoutes } from '../../src/routes/read/compile.ts';
import { objectsFrom, rulesOf } from '../../src/routes/read/rules.ts';

/** The rules of most tests. */
export const RULES = rulesOf({
  ingressClasses: ['ours'],
  ingressWithoutClass: false,
  gateways: ['infra/gate'],
  shareHosts: [],
});

/** An index of objects as the API server would give them. */
export function indexOf(objects: readonly unknown[], rules = RULES): RouteIndex {
  return compileRoutes(objectsFrom(objects), rules);
}

/** Names of the candidates for `METHOD HOST/PATH`, in order; or that they are too many. */
export function candidates(index: RouteIndex, request: string): string {
  const match = /^(\S+) ([^/]+)(\/.*)$/.exec(request);
  if (match === null) throw new Error(`not METHOD HOST/PATH: ${request}`);
  const [, method = '', host = '', path = ''] = match;
  const found = index.find(host, path, method);
  return found === 'too many' ? found : found.map(({ name }) => name).join(' ');
}

interface Meta {
  readonly namespace?: string;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** `host` and `[path, pathType]` pairs. */
export function ingress(
  name: string,
  host: string | null,
  paths: readonly (readonly [path: string, pathType: string])[],
  { namespace = 'apps', annotations = {}, spec = {} }: Meta & { readonly spec?: object } = {},
): unknown {
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { name, namespace, uid: `uid-${name}`, annotations },
    spec: {
      ingressClassName: 'ours',
      rules: [
        {
          ...(host === null ? {} : { host }),
          http: { paths: paths.map(([path, pathType]) => ({ path, pathType })) },
        },
      ],
      ...spec,
    },
  };
}

export function gateway(
  listeners: readonly {
    readonly name?: string;
    readonly hostname?: string;
    readonly port?: number;
    readonly protocol?: string;
    readonly allowedRoutes?: object;
  }[],
  more: { readonly generation?: number; readonly status?: object } = {},
): unknown {
  return {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'Gateway',
    metadata: { name: 'gate', namespace: 'infra', generation: more.generation ?? 1 },
    spec: {
      listeners: listeners.map((listener) => ({
        name: 'http',
        port: 80,
        protocol: 'HTTP',
        // What most clusters with several teams say; the API's default is `Same`.
        allowedRoutes: { namespaces: { from: 'All' } },
        ...listener,
      })),
    },
    ...(more.status === undefined ? {} : { status: more.status }),
  };
}

export const PARENT = { name: 'gate', namespace: 'infra' };

export interface RouteSample extends Meta {
  readonly kind?: 'HTTPRoute' | 'GRPCRoute';
  readonly hostnames?: readonly string[];
  readonly parentRef?: object;
  readonly matches?: readonly object[];
  /** `status` of the condition Accepted; null for no status. */
  readonly accepted?: string | null;
  readonly observedGeneration?: number;
  /** Further conditions that the Gateway says, such as PartiallyInvalid. */
  readonly conditions?: readonly { readonly type: string; readonly status: string }[];
}

/** A route that the Gateway `infra/gate` has accepted. */
export function route(name: string, sample: RouteSample = {}): unknown {
  const {
    kind = 'HTTPRoute',
    hostnames = ['api.example'],
    parentRef = PARENT,
    accepted = 'True',
    observedGeneration = 2,
  } = sample;
  const conditions = [
    { type: 'Accepted', status: accepted, observedGeneration },
    ...(sample.conditions ?? []),
  ];
  return {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind,
    metadata: {
      name,
      namespace: sample.namespace ?? 'apps',
      uid: `uid-${name}`,
      generation: 2,
      annotations: sample.annotations ?? {},
    },
    spec: {
      parentRefs: [parentRef],
      hostnames,
      rules: [sample.matches === undefined ? {} : { matches: sample.matches }],
    },
    ...(accepted === null ? {} : { status: { parents: [{ parentRef, conditions }] } }),
  };
}

/** An HTTPProxy; `status` is Contour's `currentStatus`. */
export function proxy(
  name: string,
  spec: object,
  {
    namespace = 'apps',
    annotations = {},
    status = 'valid',
    errors = [],
    observedGeneration = 2,
  }: Meta & {
    readonly status?: string;
    /** Types of the errors that Contour found. */
    readonly errors?: readonly string[];
    readonly observedGeneration?: number;
  } = {},
): unknown {
  const valid = { type: 'Valid', observedGeneration, errors: errors.map((type) => ({ type })) };
  return {
    apiVersion: 'projectcontour.io/v1',
    kind: 'HTTPProxy',
    metadata: { name, namespace, uid: `uid-${name}`, generation: 2, annotations },
    spec,
    status: { currentStatus: status, conditions: [valid] },
  };
}
