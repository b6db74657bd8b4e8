import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { rulesOf } from '../../src/routes/read/rules.ts';
import {
  candidates,
  gateway,
  indexOf,
  ingress,
  PARENT,
  proxy,
  type RouteSample,
  route,
} from './samples.ts';

/*
 * A route of one namespace hides that of another only where the gateway is known to serve it: else a tenant could put its own
 * policy in front of another's backend by a route that the gateway does not use.
 */

const TEAM_A = { namespace: 'team-a' };
const TEAM_B = { namespace: 'team-b' };
const at = (path: string) => [{ path: { type: 'PathPrefix', value: path } }];
const orders = (sample: RouteSample = {}) =>
  route('orders', { ...TEAM_A, hostnames: ['orders.example'], ...sample });
/** What covers more exactly than `orders`. */
const evil = (sample: RouteSample = {}) =>
  route('evil', { ...TEAM_B, hostnames: ['orders.example'], matches: at('/orders'), ...sample });

describe('the routes that a listener allows', () => {
  /** What `/orders` and `/` of other namespaces are, where the Gateway is in `infra`. */
  const of = (allowedRoutes: object | undefined, ...routes: unknown[]) =>
    candidates(
      indexOf([
        // JSON leaves out what is undefined, as the API server would.
        JSON.parse(JSON.stringify(gateway([{ ...(allowedRoutes && { allowedRoutes }) }]))),
        ...routes,
      ]),
      'GET orders.example/orders/1',
    );
  const selector = (one: object) => ({ namespaces: { from: 'Selector', selector: one } });
  const byName = (...names: string[]) =>
    selector({
      matchExpressions: [{ key: 'kubernetes.io/metadata.name', operator: 'In', values: names }],
    });
  const rows: readonly (readonly [string, object, string])[] = [
    ['All', { namespaces: { from: 'All' } }, 'evil'],
    ['Same', { namespaces: { from: 'Same' } }, ''],
    ['nothing, which is Same', {}, ''],
    [
      'namespaces with labels, which are not watched',
      selector({ matchLabels: { a: 'b' } }),
      'evil orders',
    ],
    ['a selector that is missing', { namespaces: { from: 'Selector' } }, 'evil orders'],
    ['what is not known yet', { namespaces: { from: 'Elsewhere' } }, 'evil orders'],
    ['every namespace by its labels', selector({}), 'evil'],
    ['team-a by its name', byName('team-a'), 'orders'],
    [
      'team-b by its name',
      selector({ matchLabels: { 'kubernetes.io/metadata.name': 'team-b' } }),
      'evil',
    ],
    ['both by their names', byName('team-a', 'team-b'), 'evil'],
    [
      'all but team-b by its name',
      selector({
        matchExpressions: [
          { key: 'kubernetes.io/metadata.name', operator: 'NotIn', values: ['team-b'] },
        ],
      }),
      'orders',
    ],
    [
      'team-b by its name and labels',
      selector({ matchLabels: { 'kubernetes.io/metadata.name': 'team-b', a: 'b' } }),
      'evil',
    ],
    ['its own kind', { namespaces: { from: 'All' }, kinds: [{ kind: 'HTTPRoute' }] }, 'evil'],
    ['another kind', { namespaces: { from: 'All' }, kinds: [{ kind: 'GRPCRoute' }] }, ''],
    [
      'another group',
      { namespaces: { from: 'All' }, kinds: [{ group: 'x', kind: 'HTTPRoute' }] },
      '',
    ],
  ];
  for (const [name, allowed, names] of rows) {
    test(`where it allows ${name}: ${names || 'none'}`, () => {
      assert.equal(of(allowed, orders(), evil()), names);
    });
  }

  test('Same is the namespace of the Gateway', () => {
    const own = orders({ namespace: 'infra' });
    assert.equal(of({ namespaces: { from: 'Same' } }, own, evil()), 'orders');
  });

  test('a listener for each tenant: a route that also matches the host of another gets nothing there', () => {
    const listener = (team: string) => ({
      name: team,
      hostname: `*.${team}.example`,
      allowedRoutes: byName(team),
    });
    const index = indexOf([
      gateway([listener('team-a'), listener('team-b')]),
      orders({ hostnames: ['orders.team-a.example'] }),
      evil({ hostnames: ['x.team-b.example', 'orders.team-a.example'] }),
    ]);
    assert.equal(candidates(index, 'GET orders.team-a.example/orders/1'), 'orders');
    assert.equal(candidates(index, 'GET x.team-b.example/orders/1'), 'evil');
  });

  test('within one namespace the more exact route is the one, whatever the labels are', () => {
    const own = evil({ ...TEAM_A, hostnames: ['orders.example'] });
    assert.equal(of(selector({ matchLabels: { a: 'b' } }), orders(), own), 'evil');
  });
});

describe('an HTTPRoute that the gateway may not serve as it is written', () => {
  const rows = [
    ['PartiallyInvalid', 'True'],
    ['ResolvedRefs', 'False'],
    ['ResolvedRefs', 'Unknown'],
  ] as const;
  for (const [type, status] of rows) {
    test(`${type} is ${status}: it hides nobody's, not even its own`, () => {
      const doubtful = evil({ conditions: [{ type, status }] });
      const own = route('own', { ...TEAM_B, hostnames: ['orders.example'] });
      const index = indexOf([gateway([{}]), orders(), doubtful, own]);
      assert.equal(candidates(index, 'GET orders.example/orders/1'), 'evil orders own');
    });
  }

  test('a Gateway that has not taken its last change up', () => {
    const status = { conditions: [{ type: 'Programmed', status: 'True', observedGeneration: 1 }] };
    const changed = (from: string) =>
      indexOf([
        gateway([{ allowedRoutes: { namespaces: { from } } }], { generation: 2, status }),
        orders(),
        evil(),
      ]);
    assert.equal(candidates(changed('All'), 'GET orders.example/orders/1'), 'evil orders');
    assert.equal(candidates(changed('Same'), 'GET orders.example/orders/1'), 'evil orders');
  });

  test('a listener that is not served', () => {
    for (const condition of [
      { type: 'Conflicted', status: 'True' },
      { type: 'Accepted', status: 'False' },
      { type: 'Programmed', status: 'False' },
    ]) {
      const status = { listeners: [{ name: 'http', conditions: [condition] }] };
      const index = indexOf([gateway([{}], { status }), orders(), evil()]);
      assert.equal(candidates(index, 'GET orders.example/orders/1'), 'evil orders');
    }
  });
});

describe('listeners of one port are isolated from each other', () => {
  const section = (sectionName: string) => ({ parentRef: { ...PARENT, sectionName } });
  const listeners = (port: number) => [
    { name: 'orders', hostname: 'orders.example' },
    { name: 'wild', hostname: '*.example', port },
  ];
  const asked = (port: number, hostnames: readonly string[]) =>
    candidates(
      indexOf([
        gateway(listeners(port)),
        orders(section('orders')),
        evil({ ...section('wild'), hostnames }),
      ]),
      'GET orders.example/orders/1',
    );

  test('a route of a listener that another is more exact than hides nobody', () => {
    assert.equal(asked(80, ['orders.example']), 'evil orders');
    assert.equal(asked(80, []), 'orders');
  });

  test('a listener of another port takes nothing away: both may be the one', () => {
    assert.equal(asked(81, ['orders.example']), 'orders evil');
  });

  test('hosts that no other listener has are certain', () => {
    const index = indexOf([
      gateway(listeners(80)),
      orders({ ...section('wild'), hostnames: ['*.example'] }),
      evil({ ...section('wild'), hostnames: ['free.example'] }),
    ]);
    assert.equal(candidates(index, 'GET free.example/orders/1'), 'evil');
  });

  test('nor does a route for more hosts than a listener has hide what is more general', () => {
    const index = indexOf([
      gateway([{ name: 'deep', hostname: '*.a.example' }, { name: 'all' }]),
      orders({ ...section('all'), hostnames: ['*.example'] }),
      evil({ ...section('all'), hostnames: ['*.b.a.example'] }),
    ]);
    assert.equal(candidates(index, 'GET c.b.a.example/orders/1'), 'evil orders');
  });
});

describe('Ingresses of different namespaces on one host', () => {
  const A = ingress('orders', 'orders.example', [['/', 'Prefix']], TEAM_A);
  const b = (name: string, path: string, type: string) =>
    ingress(name, 'orders.example', [[path, type]], TEAM_B);

  test('hide each other never: the Service may be missing, and controllers rank in their own ways', () => {
    const index = indexOf([A, b('evil', '/orders', 'Prefix'), b('exact', '/orders', 'Exact')]);
    assert.equal(candidates(index, 'GET orders.example/orders/1'), 'evil orders');
    // Within one namespace the Ingress API decides.
    assert.equal(candidates(index, 'GET orders.example/orders'), 'exact orders');
    assert.equal(candidates(index, 'GET orders.example/else'), 'orders');
  });

  test('nor by a host that is more exact', () => {
    const wild = ingress('wild', '*.example', [['/', 'Prefix']], TEAM_B);
    const any = ingress('any', null, [['/', 'Prefix']], { namespace: 'team-c' });
    assert.equal(candidates(indexOf([A, wild, any]), 'GET orders.example/x'), 'orders wild any');
  });

  test('a controller may take a path as text, in any letter case', () => {
    const index = indexOf([
      ingress('orders', 'orders.example', [['/orders', 'Prefix']], TEAM_A),
      ingress('cart', 'orders.example', [['/cart/', 'Exact']], TEAM_A),
      b('rest', '/', 'Prefix'),
      b('OrdersX', '/OrdersX', 'Prefix'),
    ]);
    assert.equal(candidates(index, 'GET orders.example/ORDERS/1'), 'rest orders');
    assert.equal(candidates(index, 'GET orders.example/ordersX'), 'rest orders');
    assert.equal(candidates(index, 'GET orders.example/cart'), 'rest cart');
    assert.equal(candidates(index, 'GET orders.example/order'), 'rest');
    // Its own namespace's match, read exactly, comes before such a reading.
    assert.equal(candidates(index, 'GET orders.example/OrdersX/1'), 'OrdersX orders');
  });

  test('where one namespace has the host, paths are read exactly', () => {
    const index = indexOf([ingress('orders', 'orders.example', [['/orders', 'Prefix']], TEAM_A)]);
    assert.equal(candidates(index, 'GET orders.example/ORDERS/1'), '');
  });

  test('nor by a wildcard host, or an object of another kind', () => {
    const own = ingress('orders', 'orders.example', [['/orders', 'Prefix']], TEAM_A);
    const rest = [{ conditions: [{ prefix: '/' }] }];
    for (const beside of [
      ingress('beside', '*.example', [['/', 'Prefix']], TEAM_B),
      proxy('beside', { virtualhost: { fqdn: 'orders.example' }, routes: rest }, TEAM_B),
    ]) {
      const index = indexOf([own, beside]);
      assert.equal(candidates(index, 'GET orders.example/ORDERS/1'), 'beside orders');
      assert.equal(candidates(index, 'GET orders.example/else'), 'beside');
    }
    const route = evil({ matches: at('/') });
    const index = indexOf([own, gateway([{}]), route]);
    assert.equal(candidates(index, 'GET orders.example/ORDERS/1'), 'evil orders');
  });
});

describe('a host of which one Ingress makes ingress-nginx take all paths as regular expressions', () => {
  const USE_REGEX = { 'nginx.ingress.kubernetes.io/use-regex': 'true' };
  const REWRITE = { 'nginx.ingress.kubernetes.io/rewrite-target': '/$1' };
  const front = ingress('front', 'a.example', [['/', 'Prefix']], TEAM_A);
  const admin = ingress('admin', 'a.example', [['/admin', 'Prefix']], TEAM_A);
  const asks = (annotations: Record<string, string>, more: object = {}, host = 'a.example') =>
    ingress('asks', host, [['/zzz', 'Prefix']], { ...TEAM_B, annotations, ...more });
  const found = (path: string, ...objects: unknown[]) =>
    candidates(indexOf(objects), `GET a.example${path}`);

  for (const annotations of [
    USE_REGEX,
    REWRITE,
    { 'nginx.ingress.kubernetes.io/use-regex': 'T' },
  ]) {
    for (const owner of [TEAM_A, TEAM_B]) {
      test(`${JSON.stringify(annotations)} of ${owner.namespace} adds what covers the path as text, in any letter case`, () => {
        const objects = [front, admin, asks(annotations, owner)];
        assert.equal(found('/ADMIN/x', ...objects), 'front admin');
        assert.equal(found('/adminx', ...objects), 'front admin');
        assert.equal(found('/admin/x', ...objects), 'admin');
        assert.equal(found('/else', ...objects), 'front');
      });
    }
  }

  test('what asks for none changes nothing', () => {
    for (const annotations of [
      { 'nginx.ingress.kubernetes.io/use-regex': 'false' },
      { 'nginx.ingress.kubernetes.io/rewrite-target': '' },
      { 'watchword.dev/scopes': 'a' },
    ])
      assert.equal(found('/ADMIN/x', front, admin, asks(annotations)), 'front');
    assert.equal(found('/ADMIN/x', front, admin, asks(USE_REGEX, {}, 'b.example')), 'front');
    const otherClass = asks(USE_REGEX, { spec: { ingressClassName: 'bogus' } });
    assert.equal(found('/ADMIN/x', front, admin, otherClass), 'front');
  });

  test('also where nothing else covers the path', () => {
    assert.equal(found('/ADMIN/x', admin, asks(USE_REGEX)), 'admin');
  });

  test('a path with more than text in it counts from where its text ends, and hides nothing', () => {
    const regex = ingress('regex', 'a.example', [['/Api/vv*/x', 'Prefix']], TEAM_A);
    const either = ingress('either', 'a.example', [['/b|/c', 'Prefix']], TEAM_A);
    assert.equal(found('/api/v/x', front, regex, asks(USE_REGEX)), 'front regex');
    assert.equal(found('/api/x', front, regex, asks(USE_REGEX)), 'front');
    assert.equal(found('/c', front, either, asks(USE_REGEX)), 'front either');
    const api = ingress('api', 'a.example', [['/API', 'Prefix']], TEAM_A);
    assert.equal(found('/api/v', front, api, regex, asks(USE_REGEX)), 'front regex api');
  });

  test('a wildcard host that asks for it adds nothing where the owner has the host itself', () => {
    const wild = (path: string) =>
      ingress('wild', '*.example', [[path, 'Prefix']], { ...TEAM_A, annotations: USE_REGEX });
    assert.equal(found('/x', front, wild('/')), 'front');
    assert.equal(found('/ADMIN/x', front, wild('/admin')), 'front');
    assert.equal(found('/ADMIN/x', wild('/'), admin, asks(USE_REGEX)), 'wild admin');
  });
});

describe('Ingresses of several classes', () => {
  test('are served by different gateways, so one of each may be the one', () => {
    const of = (name: string, path: string, ingressClassName: string | null) =>
      ingress(name, 'a.example', [[path, 'Prefix']], { spec: { ingressClassName } });
    const rules = rulesOf({
      ingressClasses: ['inner', 'outer'],
      ingressWithoutClass: true,
      gateways: [],
      shareHosts: [],
    });
    const both = indexOf([of('in', '/x', 'inner'), of('out', '/', 'outer')], rules);
    assert.equal(candidates(both, 'GET a.example/x'), 'in out');
    const bare = indexOf([of('in', '/x', 'inner'), of('bare', '/', null)], rules);
    assert.equal(candidates(bare, 'GET a.example/x'), 'in bare');
  });
});

describe('HTTPProxies that Contour may not serve as they are written', () => {
  const HOST = { virtualhost: { fqdn: 'p.example' } };
  const routes = [{ conditions: [{ prefix: '/orders' }] }];
  const wild = proxy('wild', { virtualhost: { fqdn: '*.example' }, routes: [{}] }, TEAM_B);
  const of = (meta: Parameters<typeof proxy>[2]) =>
    candidates(
      indexOf([proxy('root', { ...HOST, routes }, { ...TEAM_A, ...meta }), wild]),
      'GET p.example/orders',
    );

  test('one that is valid hides a wildcard', () => {
    assert.equal(of({}), 'root');
  });

  test('one whose last change Contour has not seen hides nobody', () => {
    assert.equal(of({ observedGeneration: 1 }), 'root wild');
  });

  test('one that is invalid may be served in part, as where one of its Services is missing', () => {
    assert.equal(of({ status: 'invalid', errors: ['ServiceError'] }), 'root wild');
  });

  test('one that matches the host of another is not served at all', () => {
    assert.equal(of({ status: 'invalid', errors: ['VirtualHostError'] }), 'wild');
    assert.equal(of({ status: 'invalid', errors: ['RootNamespaceError', 'TLSError'] }), 'wild');
  });

  test('an uncertainty about a root is one about what it includes', () => {
    const index = indexOf([
      proxy('root', { ...HOST, includes: [{ name: 'leaf' }] }, { observedGeneration: 1 }),
      proxy('leaf', { routes }),
      wild,
    ]);
    assert.equal(candidates(index, 'GET p.example/orders'), 'leaf wild');
  });
});
