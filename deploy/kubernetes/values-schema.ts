import { configSchema } from '../../src/config/json-schema.ts';
import {
  COUNT,
  closed,
  FILLED,
  FLAG,
  LABEL,
  listOf,
  NAME,
  NAME_OR_NONE,
  OBJECT,
  OBJECTS,
  PORT,
  PULL_POLICY,
  REFERENCES,
  RESOURCES,
  type Schema,
  STRING,
  STRINGS,
  SWITCH,
  text,
} from './schema-parts.ts';

/**
 * The schema of the chart's values: written here but for `config`, which is the program's own, so that the chart refuses at
 * `helm install` what the program would refuse at its start.
 */
export function valuesSchema(): Schema {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Values of the Watchword chart',
    ...closed({
      // A parent chart sets it in every chart below it.
      global: OBJECT,
      fullnameOverride: NAME_OR_NONE,
      commonLabels: STRINGS,
      commonAnnotations: STRINGS,
      extraObjects: listOf({ type: ['object', 'string'] }),
      ...CONFIGURATION,
      ...PODS,
      gateway: closed({ envoy: ENVOY }),
      wiring: closed(WIRING),
      ...AROUND,
    }),
  };
}

const CONFIGURATION: Readonly<Record<string, Schema>> = {
  image: closed({
    repository: FILLED,
    tag: STRING,
    digest: text('(sha256:[0-9a-f]{64})?'),
    pullPolicy: PULL_POLICY,
    pullSecrets: listOf(closed({ name: NAME }, ['name'])),
  }),
  config: programsConfig(),
  configMaps: listOf(NAME),
  keys: listOf(
    closed({ name: text(LABEL, { maxLength: 59 }), secretName: NAME, configMapName: NAME }, [
      'name',
    ]),
  ),
  consumers: closed({ secretName: NAME_OR_NONE, configMapName: NAME_OR_NONE }),
  bodies: closed({ configMapName: NAME_OR_NONE }),
  candidate: closed({ configMapName: NAME_OR_NONE }),
  validation: closed({ enabled: FLAG, seconds: COUNT }),
  tls: closed({ secretName: NAME_OR_NONE, clientCa: FLAG }),
  grpcServer: { enum: ['grpc-js', 'lean'] },
  forwardAuth: closed({ enabled: FLAG, tls: FLAG }),
  console: closed({ enabled: FLAG }),
};

/** The API server judges the rest. */
const CONTAINERS: Schema = listOf({ type: 'object', required: ['name'] });

const PODS: Readonly<Record<string, Schema>> = {
  replicas: { type: 'integer', minimum: 0 },
  autoscaling: closed({
    enabled: FLAG,
    minReplicas: COUNT,
    maxReplicas: COUNT,
    targetCPU: COUNT,
    behavior: OBJECT,
  }),
  podDisruptionBudget: closed({
    enabled: FLAG,
    maxUnavailable: { type: ['integer', 'string'], pattern: '^[0-9]+%$' },
  }),
  resources: RESOURCES,
  priorityClassName: NAME_OR_NONE,
  stopDelaySeconds: COUNT,
  terminationGracePeriodSeconds: COUNT,
  topologySpreadConstraints: OBJECTS,
  nodeSelector: STRINGS,
  tolerations: OBJECTS,
  affinity: OBJECT,
  podAnnotations: STRINGS,
  podLabels: STRINGS,
  podSecurityContext: OBJECT,
  extraEnv: OBJECTS,
  extraVolumes: OBJECTS,
  extraVolumeMounts: OBJECTS,
  initContainers: CONTAINERS,
  extraContainers: CONTAINERS,
  dnsPolicy: { enum: ['', 'ClusterFirst', 'ClusterFirstWithHostNet', 'Default', 'None'] },
  dnsConfig: OBJECT,
  service: closed({
    ipFamilyPolicy: { enum: ['', 'SingleStack', 'PreferDualStack', 'RequireDualStack'] },
    ipFamilies: listOf({ enum: ['IPv4', 'IPv6'] }),
    trafficDistribution: { enum: ['', 'PreferClose', 'PreferSameZone', 'PreferSameNode'] },
  }),
  serviceAccount: closed({ name: NAME_OR_NONE, annotations: STRINGS }),
};

const ROUTE: Schema = closed(
  {
    // Also the name of the cluster in Envoy, where these two are taken.
    name: text(LABEL, { maxLength: 63, not: { enum: ['watchword', 'envoy-admin'] } }),
    // Without a port: Envoy leaves the client's out before it compares.
    hosts: { ...listOf(text('(\\*|(\\*\\.)?[A-Za-z0-9.-]+)')), minItems: 1 },
    prefix: text('/[A-Za-z0-9._~/-]*'),
    backend: closed({ host: text('[A-Za-z0-9.-]+'), port: PORT }, ['host', 'port']),
    pipeline: NAME,
    timeout: text('[0-9]+(\\.[0-9]+)?s'),
  },
  ['name', 'backend'],
);

const ENVOY: Schema = closed({
  enabled: FLAG,
  image: closed({ repository: FILLED, tag: FILLED, pullPolicy: PULL_POLICY }),
  service: closed({
    type: { enum: ['ClusterIP', 'NodePort', 'LoadBalancer'] },
    port: PORT,
    annotations: STRINGS,
  }),
  routes: listOf(ROUTE),
  resources: RESOURCES,
});

const CONTEXT_NAME =
  'watchword\\.dev/(pipeline|default-pipeline|issuers|audiences|scopes|scopes-any|mode|public-paths|forward-headers)';

/** A gateway in pods of its owner. */
const IN_PODS = closed({ enabled: FLAG, namespace: NAME_OR_NONE });

/** Of gateways that ask over HTTP. */
const HTTP_WIRING: Readonly<Record<string, Schema>> = {
  traefik: closed({
    enabled: FLAG,
    entryPoints: { ...listOf(text('[A-Za-z0-9_-]+')), minItems: 1 },
  }),
  ingressNginx: closed({ enabled: FLAG, pipeline: text(`(-|${LABEL})`) }),
  nginx: IN_PODS,
  haproxy: IN_PODS,
  caddy: IN_PODS,
  envoyHttp: IN_PODS,
  apisix: closed({ enabled: FLAG, ingressClassName: NAME }),
  kong: closed({ enabled: FLAG, ingressClass: NAME }),
};

const WIRING: Readonly<Record<string, Schema>> = {
  timeout: text('[0-9]+(ms|s)'),
  context: {
    type: 'object',
    propertyNames: { pattern: `^${CONTEXT_NAME}$` },
    additionalProperties: FILLED,
  },
  envoy: SWITCH,
  keep: FLAG,
  sidecar: IN_PODS,
  envoyGateway: closed({
    enabled: FLAG,
    gateways: REFERENCES,
    controllerNamespace: NAME_OR_NONE,
  }),
  contour: SWITCH,
  istio: closed({ enabled: FLAG, namespace: NAME, selector: STRINGS, provider: FILLED }),
  gatewayApi: closed({ enabled: FLAG, routeNamespaces: listOf(NAME) }),
  emissary: closed({ enabled: FLAG, ambassadorId: listOf(STRING) }),
  kgateway: closed({ enabled: FLAG, gateways: REFERENCES }),
  cilium: closed({
    enabled: FLAG,
    services: listOf(
      closed({ name: NAME, namespace: NAME, port: PORT }, ['name', 'namespace', 'port']),
    ),
  }),
  ...HTTP_WIRING,
};

const MONITOR: Schema = closed({
  enabled: FLAG,
  interval: text('[0-9]+(ms|s|m)'),
  labels: STRINGS,
});

const AROUND: Readonly<Record<string, Schema>> = {
  admissionPolicy: SWITCH,
  networkPolicy: closed({
    enabled: { type: ['boolean', 'null'] },
    gateways: OBJECTS,
    monitoring: OBJECTS,
    egress: OBJECTS,
  }),
  monitoring: closed({
    annotations: FLAG,
    serviceMonitor: MONITOR,
    podMonitor: MONITOR,
    prometheusRule: closed({ enabled: FLAG, labels: STRINGS, runbookUrl: STRING }),
    dashboard: closed({ enabled: FLAG, labels: STRINGS }),
  }),
  test: closed({ tokenSecret: NAME_OR_NONE, url: text('(https?://.+)?') }),
  demo: SWITCH,
};

/** Without `listen`: the chart sets the addresses, since its ports, probes and Services name them. */
function programsConfig(): Schema {
  const { $schema: _version, title: _title, properties, ...rest } = configSchema();
  const { listen: _listen, ...settings } = properties as Readonly<Record<string, Schema>>;
  return { ...rest, properties: settings };
}
