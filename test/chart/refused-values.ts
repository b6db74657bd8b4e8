const HTTP = { config: { http: { trustedPeers: ['10.0.0.0/8'] } } };

const ISSUER = {
  name: 'auth0',
  issuer: 'https://tenant.example.com/',
  audiences: ['http://orders'],
  keys: { jwks: 'https://tenant.example.com/jwks.json' },
};
const OTHER = { ...ISSUER, name: 'other', issuer: 'https://other.example.com/' };
const PIPELINE = { name: 'billings', require: {} };

/** A configuration that is right, but for what is laid over it. */
const config = (own: object) => ({
  config: { issuers: [ISSUER], pipelines: [PIPELINE], ...own },
});
const pipeline = (own: object) => config({ pipelines: [{ ...PIPELINE, ...own }] });
const issuer = (own: object) => config({ issuers: [{ ...ISSUER, ...own }] });
const withKeys = (keys: object) => issuer({ keys });

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
  'consumers of two sources': [
    { consumers: { secretName: 'a', configMapName: 'b' } },
    /consumers must have one of secretName and configMapName/,
  ],
  'consumers that are mounted and named': [
    { consumers: { secretName: 'a' }, config: { consumers: { file: 'b' } } },
    /consumers and config\.consumers exclude each other/,
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
  // What `watchword validate` would refuse, and the chart can see.
  'an issuer without an audience': [
    issuer({ audiences: undefined }),
    /neither pipeline billings nor issuer auth0 names an audience/,
  ],
  'a pipeline that accepts an unknown issuer': [
    pipeline({ require: { issuers: ['auth1'] } }),
    /pipelines\[0\]\.require\.issuers of pipeline billings: no issuer is called 'auth1'; there is auth0/,
  ],
  'a pipeline that does not say which of two issuers it accepts': [
    config({ issuers: [ISSUER, OTHER] }),
    /require\.issuers of pipeline billings is mandatory.*some of auth0, other/,
  ],
  'a pipeline that needs a token where there is no issuer': [
    config({ issuers: [] }),
    /pipeline billings needs a token, and config\.issuers is empty/,
  ],
  'a trusted peer with a prefix that no address has': [
    config({ http: { trustedPeers: ['10.0.0.0/99'] } }),
    /config\.http\.trustedPeers\[0\]: '10\.0\.0\.0\/99' is not an address or a block/,
  ],
  'a trusted peer that is no address': [
    config({ http: { trustedPeers: ['10.0.0.0/8', 'fd00::/129'] } }),
    /trustedPeers\[1\]: 'fd00::\/129'/,
  ],
  'a NetworkPolicy with a prefix that no address has': [
    { networkPolicy: { enabled: true, gateways: [{ ipBlock: { cidr: '10.0.0.0/99' } }] } },
    /networkPolicy\.gateways\[0\]\.ipBlock: '10\.0\.0\.0\/99'/,
  ],
  'a Gateway without a namespace': [
    config({ routes: { watch: true, gateways: ['public'] } }),
    /config\.routes\.gateways\[0\]: 'public' must be NAMESPACE\/NAME/,
  ],
  'a wired Gateway whose routes would not count': [
    {
      ...config({ routes: { watch: true, gateways: ['gate/other'] } }),
      wiring: {
        envoyGateway: { enabled: true, gateways: [{ name: 'public', namespace: 'gate' }] },
      },
    },
    /wiring\.envoyGateway\.gateways has gate\/public, and config\.routes\.gateways has not/,
  ],
  'a default that is no pipeline': [
    config({ default: 'open' }),
    /config\.default: no pipeline is called 'open': 'deny', or one of: billings/,
  ],
  'no replica': [{ replicas: 0 }, /replicas: 0 runs no Watchword/],
  'watched routes of no class and no Gateway': [
    config({ routes: { watch: true } }),
    /config\.routes\.watch needs config\.routes\.ingressClasses or config\.routes\.gateways/,
  ],
  'a context extension that names no pipeline': [
    { ...config({}), wiring: { context: { 'watchword.dev/pipeline': 'orders' } } },
    /names the pipeline 'orders', which config\.pipelines does not have.*There is billings/,
  ],
  'a context extension that names a pipeline which a gateway may not name': [
    { ...config({}), wiring: { context: { 'watchword.dev/default-pipeline': 'billings' } } },
    /names the pipeline 'billings', which a gateway may not.*selectableBy: \{context: true\}/,
  ],
  'a route of our own Envoy that names no pipeline': [
    {
      ...config({}),
      gateway: {
        envoy: {
          enabled: true,
          routes: [{ name: 'a', pipeline: 'orders', backend: { host: 'a', port: 1 } }],
        },
      },
    },
    /gateway\.envoy\.routes: the route a names the pipeline 'orders'/,
  ],
  'a pipeline of ingress-nginx that does not exist': [
    {
      ...config({ http: { trustedPeers: ['10.0.0.0/8'] } }),
      wiring: { ingressNginx: { enabled: true, pipeline: 'orders' } },
    },
    /wiring\.ingressNginx\.pipeline names the pipeline 'orders'/,
  ],
  'two issuers of one name': [
    config({ issuers: [ISSUER, { ...OTHER, name: 'auth0' }] }),
    /issuers\[1\]\.name: two issuers are called auth0/,
  ],
  'two issuers with one iss': [
    config({ issuers: [ISSUER, { ...ISSUER, name: 'other' }] }),
    /issuers\[1\]\.issuer: two issuers have the iss/,
  ],
  'two pipelines of one name': [
    config({ pipelines: [PIPELINE, PIPELINE] }),
    /pipelines\[1\]\.name: two pipelines are called billings/,
  ],
  'a pipeline with a name that means something else': [
    pipeline({ name: 'deny' }),
    /pipelines\[0\]\.name: 'deny' is reserved/,
  ],
  'an open pipeline for every namespace': [
    pipeline({ require: 'none', selectableBy: { namespaces: '*' } }),
    /require: none never accepts '\*'/,
  ],
  'a header that is not in the closed list': [
    config({
      identityHeaders: ['x-user'],
      pipelines: [{ ...PIPELINE, forward: { headers: { 'x-mail': 'email' } } }],
    }),
    /sets x-mail, which is not in config\.identityHeaders/,
  ],
  'keys in the clear': [
    withKeys({ jwks: 'http://tenant.example.com/jwks.json' }),
    /keys\.jwks of issuer auth0 must be https/,
  ],
  'keys from two places': [
    withKeys({ jwks: 'https://tenant.example.com/jwks.json', discovery: true }),
    /must have exactly one of file, secretFile, jwks, discovery and kubernetes, and has jwks, discovery/,
  ],
  'a symmetric algorithm with public keys': [
    issuer({ algorithms: ['HS256'] }),
    /algorithms of issuer auth0: HS256 does not fit its keys/,
  ],
  'a key file that nothing mounts': [
    {
      ...withKeys({ file: '/etc/watchword-keys/auth0/pubKey.pem' }),
      keys: [{ name: 'auth1', secretName: 'auth1' }],
    },
    /is in \/etc\/watchword-keys\/auth0, and keys has no auth0: there is auth1/,
  ],
  'two keys of one name': [
    {
      keys: [
        { name: 'a', secretName: 'b' },
        { name: 'a', secretName: 'c' },
      ],
    },
    /keys: two are called a/,
  ],
  'a namespace that trusts others and is not watched': [
    config({
      routes: {
        watch: true,
        ingressClasses: ['x'],
        namespaces: ['team-a'],
        shareHosts: [['team-a', 'team-b']],
      },
    }),
    /shareHosts: namespace 'team-b' is not in config\.routes\.namespaces/,
  ],
  'a pod that is killed while checks are open': [
    config({ shutdown: { delay: '10s', grace: '1m' } }),
    /stopDelaySeconds and config\.shutdown together, which are 75/,
  ],
  'autoscaling on a share of nothing': [
    { autoscaling: { enabled: true }, resources: { requests: { cpu: null } } },
    /autoscaling\.enabled needs resources\.requests\.cpu/,
  ],
  'a disruption budget that lets no node be drained': [
    { podDisruptionBudget: { maxUnavailable: '0%' } },
    /podDisruptionBudget\.maxUnavailable: 0 lets no node be drained/,
  ],
  'annotations of an account that the chart does not make': [
    { serviceAccount: { name: 'mine', annotations: { a: 'b' } } },
    /serviceAccount\.annotations is for the account that the chart makes/,
  ],
  'no time for an answer': [{ wiring: { timeout: '0s' } }, /wiring\.timeout: 0 would be/],
  'one Gateway twice': [
    {
      wiring: {
        envoyGateway: {
          enabled: true,
          gateways: [
            { name: 'a', namespace: 'b' },
            { name: 'a', namespace: 'b' },
          ],
        },
      },
    },
    /wiring\.envoyGateway\.gateways names b\/a twice/,
  ],
  'two routes of our own Envoy with one name': [
    {
      gateway: {
        envoy: {
          enabled: true,
          routes: [
            { name: 'a', backend: { host: 'a', port: 1 } },
            { name: 'a', backend: { host: 'b', port: 1 } },
          ],
        },
      },
    },
    /gateway\.envoy\.routes: two are called a/,
  ],
  'a path without a slash': [
    pipeline({ match: [{ paths: ['orders/**'] }] }),
    /config\.pipelines\[0\]\.match\[0\]\.paths: 'orders\/\*\*' does not begin with '\/'/,
  ],
  'a host with a port': [
    pipeline({ match: [{ hosts: ['orders.example.com:8443'] }] }),
    /match\[0\]\.hosts: 'orders\.example\.com:8443' is not a host/,
  ],
  'a host in upper case': [
    pipeline({ match: [{ hosts: ['Orders.example.com'] }] }),
    /'Orders\.example\.com' is not a host in lower case/,
  ],
  'a URL as a host': [
    pipeline({ match: [{ hosts: ['https://orders.example.com'] }] }),
    /without scheme, port and path/,
  ],
  'a family that there is not': [{ service: { ipFamilies: ['IPv5'] } }, /ipFamilies\/0/],
  'two families where one is allowed': [
    { service: { ipFamilyPolicy: 'SingleStack', ipFamilies: ['IPv4', 'IPv6'] } },
    /SingleStack allows one/,
  ],
  'a sidecar that would need rights of the gateway': [
    {
      ...config({ routes: { watch: true, ingressClasses: ['x'] } }),
      wiring: { sidecar: { enabled: true } },
    },
    /wiring\.sidecar\.enabled and what talks to the API server .* exclude each other/,
  ],
  'a container without a name': [{ extraContainers: [{ image: 'x' }] }, /'name'/],
};
