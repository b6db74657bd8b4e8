/** Objects for an API server under test, as a user writes them. */

const KINDS = [
  ['gateway.networking.k8s.io', 'GatewayClass', 'gatewayclasses'],
  ['gateway.networking.k8s.io', 'Gateway', 'gateways'],
  ['gateway.networking.k8s.io', 'HTTPRoute', 'httproutes'],
  ['gateway.networking.k8s.io', 'GRPCRoute', 'grpcroutes'],
  ['projectcontour.io', 'HTTPProxy', 'httpproxies'],
  ['gateway.envoyproxy.io', 'SecurityPolicy', 'securitypolicies'],
] as const;

export type CustomKind = (typeof KINDS)[number][1];

/** A definition of a kind that takes every field: what real ones refuse is not our concern. */
export function definitionOf(kind: CustomKind): { readonly name: string; readonly body: unknown } {
  const [group, , plural] = KINDS.find((one) => one[1] === kind) ?? KINDS[0];
  const any = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
  const schema = { openAPIV3Schema: { type: 'object', properties: { spec: any, status: any } } };
  const name = `${plural}.${group}`;
  return {
    name,
    body: {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name, annotations: { 'api-approved.kubernetes.io': 'unapproved, for tests' } },
      spec: {
        group,
        scope: kind === 'GatewayClass' ? 'Cluster' : 'Namespaced',
        names: { kind, plural, singular: kind.toLowerCase() },
        versions: [{ name: versionOf(kind), served: true, storage: true, schema }],
      },
    },
  };
}

/** That of the API which the kind is read in. */
function versionOf(kind: CustomKind): string {
  return kind === 'SecurityPolicy' ? 'v1alpha1' : 'v1';
}

export function ingress(
  name: string,
  host: string,
  annotations: Readonly<Record<string, string>> = {},
  ingressClassName = 'ours',
): unknown {
  const backend = { service: { name: 'backend', port: { number: 80 } } };
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { name, namespace: 'default', annotations },
    spec: {
      ingressClassName,
      rules: [{ host, http: { paths: [{ path: '/', pathType: 'Prefix', backend }] } }],
    },
  };
}

export const INGRESSES = '/apis/networking.k8s.io/v1/namespaces/default/ingresses';
export const DEFINITIONS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
export const BINDINGS = '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings';

const READ = ['get', 'list', 'watch'];

/** The rights that the chart gives. */
export const ROLE: unknown = {
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'ClusterRole',
  metadata: { name: 'watchword' },
  rules: [
    { apiGroups: ['networking.k8s.io'], resources: ['ingresses', 'ingressclasses'], verbs: READ },
    {
      apiGroups: ['gateway.networking.k8s.io'],
      resources: ['gatewayclasses', 'gateways', 'httproutes', 'grpcroutes'],
      verbs: READ,
    },
    { apiGroups: ['projectcontour.io'], resources: ['httpproxies'], verbs: READ },
    {
      apiGroups: ['gateway.envoyproxy.io'],
      resources: ['securitypolicies', 'clienttrafficpolicies'],
      verbs: READ,
    },
    { apiGroups: [''], resources: ['events'], verbs: ['create'] },
  ],
};

export const BINDING: unknown = {
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'ClusterRoleBinding',
  metadata: { name: 'watchword' },
  roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'watchword' },
  subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'watchword' }],
};
