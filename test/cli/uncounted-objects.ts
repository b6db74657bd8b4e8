/** Route objects that count for nothing, as people write them, and what `explain --objects` says of each. */
interface UncountedCase {
  /** A sentence. */
  readonly title: string;
  readonly objects: readonly object[];
  readonly says: RegExp;
}

const NAMED = { 'watchword.dev/pipeline': 'shop' };
const meta = (name: string, more: object = {}) => ({
  metadata: { name, namespace: 'shop', annotations: NAMED, ...more },
});
const ingress = (spec: object, more: object = {}) => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'Ingress',
  ...meta('web', more),
  spec: {
    rules: [{ host: 'shop.example', http: { paths: [{ path: '/', pathType: 'Prefix' }] } }],
    ...spec,
  },
});
const gateway = (listener: object) => ({
  apiVersion: 'gateway.networking.k8s.io/v1',
  kind: 'Gateway',
  metadata: { name: 'gate', namespace: 'infra' },
  spec: { listeners: [{ name: 'http', port: 80, protocol: 'HTTP', ...listener }] },
});
const route = (spec: object, status: object = {}) => ({
  apiVersion: 'gateway.networking.k8s.io/v1',
  kind: 'HTTPRoute',
  ...meta('api'),
  spec: { hostnames: ['shop.example'], ...spec },
  status,
});
const ours = { name: 'gate', namespace: 'infra' };
const proxy = (spec: object, status: object = {}) => ({
  apiVersion: 'projectcontour.io/v1',
  kind: 'HTTPProxy',
  ...meta('proxy'),
  spec,
  status,
});
const fqdn = { virtualhost: { fqdn: 'shop.example' }, routes: [{ services: [] }] };
const open = { namespaces: { from: 'All' } };

export const UNCOUNTED: readonly UncountedCase[] = [
  {
    title: 'an Ingress of another class',
    objects: [ingress({ ingressClassName: 'public' })],
    says: /Ingress\/shop\/web does not count: its class is 'public', and routes\.ingressClasses has ours, contour: change one of the two/,
  },
  {
    title: 'an Ingress whose annotation names another class',
    objects: [ingress({}, { annotations: { ...NAMED, 'kubernetes.io/ingress.class': 'old' } })],
    says: /its class is 'old'/,
  },
  {
    title: 'an Ingress without a class',
    objects: [ingress({})],
    says: /it names no class, .* spec\.ingressClassName, or set routes\.ingressWithoutClass/,
  },
  {
    title: 'a route of another Gateway',
    objects: [route({ parentRefs: [{ name: 'eg', namespace: 'default' }] })],
    says: /HTTPRoute\/shop\/api does not count: its Gateway is default\/eg, and routes\.gateways has infra\/gate: add it there/,
  },
  {
    title: 'a route that means the Gateway of its own namespace',
    objects: [gateway({ allowedRoutes: open }), route({ parentRefs: [{ name: 'gate' }] })],
    says: /its Gateway is shop\/gate/,
  },
  {
    title: 'a route without a parent',
    objects: [route({})],
    says: /it names no Gateway: spec\.parentRefs is empty/,
  },
  {
    title: 'a route of a mesh',
    objects: [route({ parentRefs: [{ kind: 'Service', group: '', name: 'orders' }] })],
    says: /its parent Service orders is no Gateway/,
  },
  {
    title: 'a route that its Gateway has not accepted',
    objects: [
      gateway({ allowedRoutes: open }),
      route(
        { parentRefs: [ours] },
        {
          parents: [
            {
              parentRef: ours,
              conditions: [
                {
                  type: 'Accepted',
                  status: 'False',
                  reason: 'NotAllowedByListeners',
                  message: 'no',
                },
              ],
            },
          ],
        },
      ),
    ],
    says: /Gateway infra\/gate has not accepted it: NotAllowedByListeners, no/,
  },
  {
    title: 'a route whose namespace the listener does not allow',
    objects: [
      gateway({ allowedRoutes: { namespaces: { from: 'Same' } } }),
      route({ parentRefs: [ours] }),
    ],
    says: /no listener of Gateway infra\/gate allows HTTPRoutes of namespace shop: see allowedRoutes/,
  },
  {
    title: 'a route whose host the listener does not have',
    objects: [
      gateway({ allowedRoutes: open, hostname: '*.other.example' }),
      route({ parentRefs: [ours] }),
    ],
    says: /its hostnames shop\.example are not among those of Gateway infra\/gate: \*\.other\.example/,
  },
  {
    title: 'a route of a listener that is not there',
    objects: [
      gateway({ allowedRoutes: open }),
      route({ parentRefs: [{ ...ours, sectionName: 'https' }] }),
    ],
    says: /Gateway infra\/gate has no HTTP listener called 'https': it has http \(HTTP, port 80\)/,
  },
  {
    title: 'a route of a listener of TCP',
    objects: [
      gateway({ allowedRoutes: open, protocol: 'TCP' }),
      route({ parentRefs: [{ ...ours, port: 80 }] }),
    ],
    says: /has no HTTP listener on port 80: it has http \(TCP, port 80\)/,
  },
  {
    title: 'an HTTPProxy of another class',
    objects: [proxy({ ...fqdn, ingressClassName: 'internal' })],
    says: /HTTPProxy\/shop\/proxy does not count: its class is 'internal'/,
  },
  {
    title: 'an HTTPProxy that Contour does not serve',
    objects: [
      proxy(fqdn, {
        currentStatus: 'orphaned',
        description: 'this HTTPProxy is not part of a delegation chain',
      }),
    ],
    says: /Contour says that it is orphaned: this HTTPProxy is not part of a delegation chain/,
  },
  {
    title: 'an HTTPProxy that nobody includes',
    objects: [proxy({ routes: [] })],
    says: /it has no virtualhost, and no HTTPProxy includes it/,
  },
  {
    title: 'a kind that is not read',
    objects: [{ apiVersion: 'traefik.io/v1alpha1', kind: 'IngressRoute', ...meta('web') }],
    says: /IngressRoute\/shop\/web does not count: objects of this kind are not read, but Ingress, HTTPRoute/,
  },
];
