const HTTP = { config: { http: { trustedPeers: ['10.0.0.0/8'] } } };

/** Values that the chart must refuse, and a part of the message with which it does. */
export const REFUSED: Readonly<
  Record<string, readonly [values: Readonly<Record<string, unknown>>, message: RegExp]>
> = {
  'a value that does not exist': [{ replica: 3 }, /additional properties 'replica' not allowed/],
  'a value that does not exist, further down': [
    { image: { name: 'x' } },
    /'\/image'.*'name' not allowed/,
  ],
  'a setting that the program does not know': [
    { config: { pipelines: [{ name: 'a', requires: 'none' }] } },
    /'\/config\/pipelines\/0'/,
  ],
  'a value of a setting that the program refuses': [
    {
      config: { issuers: [{ name: 'a', issuer: 'x', algorithms: ['none'], keys: { file: 'k' } }] },
    },
    /algorithms\/0/,
  ],
  'a listener in the configuration': [
    { config: { listen: { grpc: '0.0.0.0:1' } } },
    /'\/config'.*'listen' not allowed/,
  ],
  'client certificates without TLS': [
    { tls: { clientCa: true } },
    /tls\.clientCa needs tls\.secretName/,
  ],
  'our own Envoy and another gateway': [
    {
      demo: { enabled: true },
      gateway: { envoy: { enabled: true } },
      wiring: { contour: { enabled: true } },
    },
    /gateway\.envoy\.enabled and wiring\.contour\.enabled exclude each other/,
  ],
  'our own Envoy and TLS': [
    { demo: { enabled: true }, gateway: { envoy: { enabled: true } }, tls: { secretName: 'a' } },
    /asks over a Unix socket/,
  ],
  'our own Envoy without a backend': [
    { gateway: { envoy: { enabled: true } } },
    /needs gateway\.envoy\.routes/,
  ],
  'a port in a host of our own Envoy, which no request would find': [
    {
      gateway: {
        envoy: {
          enabled: true,
          routes: [
            { name: 'a', hosts: ['a.example:8080'], backend: { host: 'a.svc', port: 8080 } },
          ],
        },
      },
    },
    /'\/gateway\/envoy\/routes\/0\/hosts\/0'/,
  ],
  'more replicas at least than at most': [
    { autoscaling: { enabled: true, minReplicas: 11 } },
    /minReplicas is larger/,
  ],
  'a pod that is killed before it may stop': [
    { stopDelaySeconds: 30 },
    /terminationGracePeriodSeconds must be larger than stopDelaySeconds/,
  ],
  'a key without a source': [{ keys: [{ name: 'a' }] }, /keys: a must have exactly one of/],
  'a key with two sources': [
    { keys: [{ name: 'a', secretName: 'b', configMapName: 'c' }] },
    /keys: a must have exactly one of/,
  ],
  'Envoy Gateway without a Gateway': [
    { wiring: { envoyGateway: { enabled: true } } },
    /needs wiring\.envoyGateway\.gateways/,
  ],
  'kgateway without a Gateway': [
    { wiring: { kgateway: { enabled: true } } },
    /needs wiring\.kgateway\.gateways/,
  ],
  'Cilium without a Service': [
    { wiring: { cilium: { enabled: true } } },
    /needs wiring\.cilium\.services/,
  ],
  'Gateway API without namespaces': [
    { wiring: { gatewayApi: { enabled: true } } },
    /needs wiring\.gatewayApi\.routeNamespaces/,
  ],
  'an HTTP listener for everybody': [
    { forwardAuth: { enabled: true } },
    /needs config\.http\.trustedPeers/,
  ],
  'an HTTP listener for everybody, over TLS': [
    { forwardAuth: { enabled: true, tls: true }, tls: { secretName: 'a' } },
    /needs config\.http\.trustedPeers, or forwardAuth\.tls with tls\.clientCa/,
  ],
  'an HTTP listener without its certificate': [
    {
      forwardAuth: { enabled: true, tls: true },
      config: { http: { trustedPeers: ['10.0.0.0/8'] } },
    },
    /forwardAuth\.tls needs tls\.secretName/,
  ],
  'TLS of an HTTP listener that is off': [
    { forwardAuth: { tls: true }, tls: { secretName: 'a' } },
    /forwardAuth\.tls needs forwardAuth\.enabled/,
  ],
  'TLS behind a gateway whose wiring asks in the clear': [
    {
      ...HTTP,
      forwardAuth: { enabled: true, tls: true },
      tls: { secretName: 'a' },
      wiring: { haproxy: { enabled: true } },
    },
    /forwardAuth\.tls and wiring\.haproxy\.enabled exclude each other/,
  ],
  'a gateway that asks over HTTP, for everybody': [
    { wiring: { caddy: { enabled: true } } },
    /wiring\.caddy\.enabled needs config\.http\.trustedPeers/,
  ],
  'context extensions for a gateway that sends none': [
    { ...HTTP, wiring: { traefik: { enabled: true }, context: { 'watchword.dev/scopes': 'a' } } },
    /wiring\.context and wiring\.traefik\.enabled exclude each other/,
  ],
  'fragments of the configuration whose headers the chart cannot know': [
    { ...HTTP, configMaps: ['team-a'], wiring: { haproxy: { enabled: true } } },
    /wiring\.haproxy\.enabled with configMaps needs config\.identityHeaders/,
  ],
  'pipelines that differ about the token, behind a gateway that cannot be told': [
    {
      config: {
        ...HTTP.config,
        pipelines: [
          { name: 'a', require: 'none' },
          { name: 'b', require: 'none', forward: { token: 'strip' } },
        ],
      },
      wiring: { haproxy: { enabled: true }, nginx: { enabled: true } },
    },
    /wiring\.nginx\.enabled needs the same forward\.token in all pipelines/,
  ],
  'Traefik without an entry point': [
    { ...HTTP, wiring: { traefik: { enabled: true, entryPoints: [] } } },
    /'\/wiring\/traefik\/entryPoints'/,
  ],
  'two monitors': [
    { monitoring: { serviceMonitor: { enabled: true }, podMonitor: { enabled: true } } },
    /scraped twice/,
  ],
  'a ServiceMonitor of our own Envoy': [
    {
      demo: { enabled: true },
      gateway: { envoy: { enabled: true } },
      monitoring: { serviceMonitor: { enabled: true } },
    },
    /use monitoring\.podMonitor/,
  ],
  'a pipeline with a name of the demo': [
    { demo: { enabled: true }, config: { pipelines: [{ name: 'demo', require: 'none' }] } },
    /config\.pipelines has demo, which demo\.enabled brings/,
  ],
  'a time-out in a unit that a gateway does not know': [
    { wiring: { timeout: '1m' } },
    /'\/wiring\/timeout'/,
  ],
  'a context extension that Watchword does not know': [
    { wiring: { context: { 'watchword.dev/pipelin': 'a' } } },
    /watchword\.dev\/pipelin/,
  ],
  'a route whose prefix could break the YAML of Envoy': [
    {
      gateway: {
        envoy: { routes: [{ name: 'a', prefix: '/x\n  y', backend: { host: 'h', port: 1 } }] },
      },
    },
    /prefix/,
  ],
  'a digest that is none': [{ image: { digest: 'latest' } }, /'\/image\/digest'/],
};
