import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { RouteCompiler } from '../../../src/routes/read/compile.ts';
import { noObjects, objectsFrom, rulesOf } from '../../../src/routes/read/rules.ts';
import { candidates, indexOf, proxy, RULES } from '../samples.ts';

const HOST = { virtualhost: { fqdn: 'p.example' } };
const prefix = (value: string) => ({ conditions: [{ prefix: value }] });

describe('the conditions of HTTPProxies', () => {
  const index = indexOf([
    proxy('root', {
      ...HOST,
      routes: [{}],
      includes: [
        { name: 'team', namespace: 'team', conditions: [{ prefix: '/team' }] },
        { name: 'shop', conditions: [{ prefix: '/shop/' }] },
      ],
    }),
    proxy(
      'team',
      {
        routes: [{}, prefix('/deep')],
        includes: [{ name: 'leaf', conditions: [{ prefix: '/leaf' }] }],
      },
      { namespace: 'team' },
    ),
    proxy('leaf', { routes: [prefix('/x')] }, { namespace: 'team' }),
    proxy('shop', { routes: [{ conditions: [{ exact: '/cart' }] }, prefix('/list')] }),
  ]);
  const rows: readonly (readonly [string, string])[] = [
    ['GET p.example/', 'root'],
    ['GET p.example/team', 'team'],
    // Contour's prefixes are text.
    ['GET p.example/teammate', 'team'],
    ['GET p.example/team/deeper', 'team'],
    ['GET p.example/team/leaf/xy', 'leaf'],
    ['GET p.example/team/leaf', 'team'],
    ['GET p.example/shop/cart', 'shop'],
    ['GET p.example/shop/cart/', 'root'],
    ['GET p.example/shop/list/1', 'shop'],
    ['GET q.example/', ''],
  ];
  for (const [request, names] of rows) {
    test(`${request} is of ${names || 'nobody'}`, () => {
      assert.equal(candidates(index, request), names);
    });
  }
});

describe('HTTPProxies of which it cannot be told', () => {
  test('headers on an include count for all that it includes', () => {
    const index = indexOf([
      proxy('root', {
        ...HOST,
        routes: [{}],
        includes: [{ name: 'beta', conditions: [{ header: { name: 'x-beta', present: true } }] }],
      }),
      proxy('beta', { routes: [{}] }),
    ]);
    assert.equal(candidates(index, 'GET p.example/x'), 'beta root');
  });

  test('a regular expression may be the one', () => {
    const index = indexOf([
      proxy('root', { ...HOST, routes: [{}], includes: [{ name: 'regex' }] }),
      proxy('regex', { routes: [{ conditions: [{ regex: '/v[0-9]' }] }] }),
    ]);
    assert.equal(candidates(index, 'GET p.example/v1'), 'regex root');
  });

  test('exact before a condition on a header is a prefix to Contour', () => {
    const index = indexOf([
      proxy('root', {
        ...HOST,
        routes: [{ conditions: [{ exact: '/a' }, { header: { name: 'x', present: true } }] }],
      }),
    ]);
    assert.equal(candidates(index, 'GET p.example/abc'), 'root');
  });
});

describe('which HTTPProxies count', () => {
  test('only those that are served, of a class of ours or of none', () => {
    const rows: readonly (readonly [object, object, string])[] = [
      [{}, {}, 'root'],
      [{}, { status: 'invalid' }, 'root'],
      [{}, { status: 'invalid', errors: ['VirtualHostError'] }, ''],
      [{}, { status: 'orphaned' }, ''],
      [{}, { status: '' }, ''],
      [{ ingressClassName: 'ours' }, {}, 'root'],
      [{ ingressClassName: 'other' }, {}, ''],
      [
        { ingressClassName: 'ours' },
        { annotations: { 'projectcontour.io/ingress.class': 'other' } },
        '',
      ],
    ];
    for (const [spec, meta, names] of rows) {
      const index = indexOf([proxy('root', { ...HOST, routes: [{}], ...spec }, meta)]);
      assert.equal(candidates(index, 'GET p.example/'), names, JSON.stringify([spec, meta]));
    }
  });

  test('an included one that is not used, a root of its own, or nobody’s counts for nothing', () => {
    const index = indexOf([
      proxy('root', {
        ...HOST,
        routes: [{}],
        includes: [
          { name: 'unused', conditions: [{ prefix: '/i' }] },
          { name: 'own', conditions: [{ prefix: '/o' }] },
          { name: 'missing', conditions: [{ prefix: '/m' }] },
        ],
      }),
      proxy('unused', { routes: [{}] }, { status: '' }),
      proxy('own', { virtualhost: { fqdn: 'own.example' }, routes: [{}] }),
      proxy('orphan', { routes: [{}] }),
    ]);
    for (const path of ['i', 'o', 'm'])
      assert.equal(candidates(index, `GET p.example/${path}`), 'root');
    assert.equal(index.objects.find(({ name }) => name === 'orphan')?.used, false);
  });

  test('a cycle of includes ends', () => {
    const index = indexOf([
      proxy('root', { ...HOST, includes: [{ name: 'one' }] }),
      proxy('one', { routes: [{}], includes: [{ name: 'two' }] }),
      proxy('two', { includes: [{ name: 'one' }] }),
    ]);
    assert.equal(candidates(index, 'GET p.example/'), 'one');
  });
});

describe('what lets requests past', () => {
  const bypassOf = (spec: object) => indexOf([proxy('root', spec)]).objects[0]?.bypass ?? null;

  test('authPolicy.disabled on a route or a host is seen', () => {
    const off = { authPolicy: { disabled: true } };
    assert.match(String(bypassOf({ ...HOST, routes: [{}, off] })), /routes\[1\]/);
    const host = { fqdn: 'p.example', authorization: off };
    assert.match(String(bypassOf({ virtualhost: host, routes: [{}] })), /virtualhost/);
    assert.equal(bypassOf({ ...HOST, routes: [{ authPolicy: { disabled: false } }] }), null);
  });

  const bypassesOf = (objects: readonly unknown[], rules = RULES) =>
    Object.fromEntries(
      indexOf(objects, rules).objects.flatMap(({ name, used, bypass }) =>
        bypass === null ? [] : [[name, used ? bypass : 'not used']],
      ),
    );
  const off = { authPolicy: { disabled: true } };
  const opened = { virtualhost: { fqdn: 'p.example', authorization: off } };

  test('a root that only includes opens what it includes, and is bypassed itself', () => {
    const objects = [
      proxy('root', { ...opened, includes: [{ name: 'child', namespace: 'team' }] }),
      proxy('child', { routes: [{}], includes: [{ name: 'leaf' }] }, { namespace: 'team' }),
      proxy('leaf', { routes: [{}] }, { namespace: 'team' }),
      proxy('apart', { virtualhost: { fqdn: 'apart.example' }, routes: [{}] }),
    ];
    const found = bypassesOf(objects);
    assert.deepEqual(Object.keys(found).sort(), ['child', 'leaf', 'root']);
    assert.match(
      String(found['root']),
      /^virtualhost\.authorization\.authPolicy\.disabled is true$/,
    );
    for (const name of ['child', 'leaf'])
      assert.match(String(found[name]), /^it is included by HTTPProxy apps\/root: virtualhost/);
  });

  test("a tenant's root that includes another tenant's child opens it, although its own root does not", () => {
    const child = proxy('child', { routes: [{}] }, { namespace: 'team' });
    const includes = [{ name: 'child', namespace: 'team' }];
    const own = proxy('own', { ...HOST, includes: [{ name: 'child' }] }, { namespace: 'team' });
    assert.deepEqual(bypassesOf([own, child]), {});
    const found = bypassesOf([own, child, proxy('theirs', { ...opened, includes })]);
    assert.match(String(found['child']), /included by HTTPProxy apps\/theirs/);
  });

  test('a route takes authorization up again, or gives it up, and a redirect reaches nothing', () => {
    const child = (route: object) => [
      proxy('root', { ...opened, includes: [{ name: 'child' }] }),
      proxy('child', { routes: [route] }),
    ];
    assert.equal(bypassesOf(child({ authPolicy: { disabled: false } }))['child'], undefined);
    assert.equal(bypassesOf(child({ authPolicy: { context: {} } }))['child'], undefined);
    assert.equal(bypassesOf(child({ requestRedirectPolicy: {} }))['child'], undefined);
    assert.match(String(bypassesOf(child({ authPolicy: null }))['child']), /included by/);
    const closed = proxy('root', { ...HOST, includes: [{ name: 'child' }] });
    const opens = proxy('child', { routes: [{}, off] });
    assert.deepEqual(bypassesOf([closed, opens]), {
      child: 'routes[1].authPolicy.disabled is true',
    });
  });

  describe('on the TLS side', () => {
    const tls = (authorization: object) => [
      proxy('root', {
        virtualhost: { fqdn: 'p.example', tls: { secretName: 's' }, authorization },
        routes: [{ authPolicy: { disabled: false } }],
        includes: [{ name: 'child' }],
      }),
      proxy('child', { routes: [{}] }),
    ];
    const ours = rulesOf({
      ingressClasses: ['ours'],
      ingressWithoutClass: false,
      gateways: [],
      shareHosts: [],
      authorizers: ['watchword/watchword'],
    });
    const extensionRef = { namespace: 'watchword', name: 'watchword' };

    test('another extensionRef asks another authorizer, whatever the routes say', () => {
      for (const rules of [RULES, ours]) {
        const found = bypassesOf(tls({ extensionRef: { name: 'mine' } }), rules);
        assert.match(String(found['root']), /extensionRef asks apps\/mine/);
        assert.match(String(found['child']), /included by .*extensionRef asks apps\/mine/);
      }
      // Without the setting nobody knows whose it is.
      assert.match(String(bypassesOf(tls({ extensionRef }))['root']), /routes\.authorizers/);
      assert.deepEqual(bypassesOf(tls({ extensionRef }), ours), {});
    });

    test('ours may not be left out', () => {
      const found = bypassesOf(tls({ extensionRef, failOpen: true }), ours);
      assert.match(String(found['root']), /failOpen is true/);
    });

    test('a root without an authorizer of its own is asked about, as is one without TLS', () => {
      assert.deepEqual(bypassesOf(tls({})), {});
      assert.deepEqual(bypassesOf(tls({ extensionRef: {} })), {});
      const plain = { fqdn: 'p.example', authorization: { extensionRef: { name: 'mine' } } };
      assert.deepEqual(bypassesOf([proxy('root', { virtualhost: plain, routes: [{}] })]), {});
    });

    test('tcpproxy passes connections on, and what is included is asked about without TLS', () => {
      const found = bypassesOf([
        proxy('root', { ...HOST, tcpproxy: { services: [] }, includes: [{ name: 'child' }] }),
        proxy('child', { routes: [{}] }),
      ]);
      assert.deepEqual(Object.keys(found), ['root']);
      assert.match(String(found['root']), /no request is seen/);
    });
  });

  test('a root that is changed changes what it includes', () => {
    const compiler = new RouteCompiler(RULES);
    const child = proxy('child', { routes: [{}] });
    const objects = noObjects();
    const bypassWith = (spec: object) => {
      for (const one of objectsFrom([
        proxy('root', { ...spec, includes: [{ name: 'child' }] }),
      ]).HTTPProxy.values())
        objects.HTTPProxy.set('apps/root', one);
      const ref = { kind: 'HTTPProxy', namespace: 'apps', name: 'child' };
      return compiler.compile(objects).named(ref)?.bypass;
    };
    for (const [key, one] of objectsFrom([child]).HTTPProxy) objects.HTTPProxy.set(key, one);
    assert.equal(bypassWith(HOST), null);
    assert.match(String(bypassWith(opened)), /included by/);
    assert.equal(bypassWith(HOST), null);
  });
});
