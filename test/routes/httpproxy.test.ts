import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { candidates, indexOf, proxy } from './samples.ts';

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
});
