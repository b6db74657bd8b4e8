import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { cutHosts } from '../../../src/routes/read/attachments.ts';
import { candidates, gateway, indexOf, PARENT, route } from '../samples.ts';

const GATE = gateway([{}]);
const path = (type: string, value: string, more: object = {}) => ({
  path: { type, value },
  ...more,
});

describe('the precedence of HTTPRoutes (Gateway API v1, HTTPRouteRule.matches)', () => {
  const index = indexOf([
    GATE,
    route('root'),
    route('foo', { matches: [path('PathPrefix', '/foo')] }),
    route('foo-get', { matches: [path('PathPrefix', '/foo', { method: 'GET' })] }),
    route('foo-bar', { matches: [path('PathPrefix', '/foo/bar/')] }),
    route('exact', { matches: [path('Exact', '/foo/exact')] }),
    route('exact-post', { matches: [path('Exact', '/foo/exact', { method: 'POST' })] }),
  ]);
  const rows: readonly (readonly [string, string])[] = [
    ['GET api.example/', 'root'],
    ['GET api.example/foobar', 'root'],
    ['GET api.example/foo', 'foo-get'],
    ['POST api.example/foo', 'foo'],
    ['POST api.example/foo/', 'foo'],
    ['POST api.example/foo/bar', 'foo-bar'],
    ['GET api.example/foo/barx', 'foo-get'],
    ['GET api.example/foo/exact', 'exact'],
    ['POST api.example/foo/exact', 'exact-post'],
    ['GET api.example/foo/exact/', 'foo-get'],
    ['GET other.example/foo', ''],
  ];
  for (const [request, names] of rows) {
    test(`${request} is of ${names || 'nobody'}`, () => {
      assert.equal(candidates(index, request), names);
    });
  }
});

describe('HTTPRoutes of which it cannot be told', () => {
  test('headers and queries are not evaluated: the route with them may be the one, or the next', () => {
    const index = indexOf([
      GATE,
      route('canary', { matches: [{ headers: [{ name: 'x', value: 'y' }] }] }),
      route('query', { matches: [{ queryParams: [{ name: 'q', value: '1' }] }] }),
      route('plain'),
    ]);
    assert.equal(candidates(index, 'GET api.example/x'), 'canary query plain');
  });

  test('nor on a longer path: the shorter one may be used in its place', () => {
    const index = indexOf([
      GATE,
      route('canary', {
        matches: [path('PathPrefix', '/foo', { headers: [{ name: 'x', value: 'y' }] })],
      }),
      route('plain'),
    ]);
    assert.equal(candidates(index, 'GET api.example/foo/x'), 'canary plain');
  });

  test('a method comes before headers', () => {
    const index = indexOf([
      GATE,
      route('canary', { matches: [{ headers: [{ name: 'x', value: 'y' }] }] }),
      route('get', { matches: [{ method: 'GET' }] }),
    ]);
    assert.equal(candidates(index, 'GET api.example/x'), 'get');
    assert.equal(candidates(index, 'POST api.example/x'), 'canary');
  });

  test('a regular expression may be the one, even against an exact path', () => {
    const index = indexOf([
      GATE,
      route('regex', { matches: [path('RegularExpression', '/a.*')] }),
      route('exact', { matches: [path('Exact', '/abc')] }),
    ]);
    assert.equal(candidates(index, 'GET api.example/abc'), 'regex exact');
  });

  test('equal matches: age decides, and clocks are not ours', () => {
    const index = indexOf([GATE, route('one'), route('two')]);
    assert.equal(candidates(index, 'GET api.example/'), 'one two');
  });

  test('a change that the gateway has not accepted yet hides nothing', () => {
    const index = indexOf([
      GATE,
      route('changed', { matches: [path('Exact', '/x')], observedGeneration: 1 }),
      route('known'),
    ]);
    assert.equal(candidates(index, 'GET api.example/x'), 'changed known');
  });
});

describe('which HTTPRoutes count', () => {
  test('only those that a Gateway of ours has accepted', () => {
    const index = indexOf([
      GATE,
      route('accepted'),
      route('refused', { accepted: 'False', matches: [path('Exact', '/x')] }),
      route('new', { accepted: null, matches: [path('Exact', '/x')] }),
      route('elsewhere', {
        parentRef: { name: 'other', namespace: 'infra' },
        matches: [path('Exact', '/x')],
      }),
    ]);
    assert.equal(candidates(index, 'GET api.example/x'), 'accepted');
  });

  test('an acceptance under another parent is not one of ours', () => {
    const index = indexOf([
      GATE,
      {
        ...(route('forged') as object),
        status: {
          parents: [
            {
              parentRef: { name: 'mine', namespace: 'apps' },
              conditions: [{ type: 'Accepted', status: 'True' }],
            },
          ],
        },
      },
    ]);
    assert.equal(candidates(index, 'GET api.example/'), '');
  });

  test('a reference to a section is served by that listener only', () => {
    const gate = gateway([
      { name: 'one', hostname: 'one.example' },
      { name: 'two', hostname: 'two.example' },
    ]);
    const index = indexOf([
      gate,
      route('one', { hostnames: [], parentRef: { ...PARENT, sectionName: 'one' } }),
    ]);
    assert.equal(candidates(index, 'GET one.example/'), 'one');
    assert.equal(candidates(index, 'GET two.example/'), '');
  });

  test('listeners on different ports route apart, so the routes of both may be the one', () => {
    const gate = gateway([
      { name: 'one', port: 80 },
      { name: 'two', port: 8080 },
    ]);
    const index = indexOf([
      gate,
      route('inner', { parentRef: { ...PARENT, sectionName: 'one' } }),
      route('outer', {
        parentRef: { ...PARENT, sectionName: 'two' },
        matches: [path('Exact', '/x')],
      }),
    ]);
    assert.equal(candidates(index, 'GET api.example/x'), 'inner outer');
  });
});

describe('HTTPRoutes that only redirect', () => {
  const gate = gateway([
    { name: 'http', port: 80 },
    { name: 'https', port: 443 },
  ]);
  const redirect = (name: string, matches: readonly object[], more: object = {}) => {
    const made = route(name, { hostnames: [], parentRef: { ...PARENT, sectionName: 'http' } });
    const filters = [{ type: 'RequestRedirect', requestRedirect: { scheme: 'https' } }];
    const { spec } = made as { spec: object };
    return { ...(made as object), spec: { ...spec, rules: [{ matches, filters, ...more }] } };
  };
  const api = route('api', { parentRef: { ...PARENT, sectionName: 'https' } });

  test('do not count beside one that reaches a backend', () => {
    const index = indexOf([gate, redirect('to-https', []), api]);
    assert.equal(candidates(index, 'GET api.example/x'), 'api');
  });

  test('count where nothing else covers the request', () => {
    const index = indexOf([gate, redirect('to-https', []), api]);
    assert.equal(candidates(index, 'GET other.example/x'), 'to-https');
  });

  test('hide what is more general on their own port', () => {
    const old = [{ path: { type: 'Exact', value: '/old' } }];
    const plain = route('plain', { parentRef: { ...PARENT, sectionName: 'http' }, hostnames: [] });
    const index = indexOf([gate, redirect('moved', old), plain]);
    assert.equal(candidates(index, 'GET a.example/old'), 'moved');
    assert.equal(candidates(index, 'GET a.example/new'), 'plain');
  });

  test('count like others where they have a backend', () => {
    const index = indexOf([gate, redirect('both', [], { backendRefs: [{ name: 'b' }] }), api]);
    assert.equal(candidates(index, 'GET api.example/x'), 'api both');
  });
});

describe('hosts are cut to those of the listener', () => {
  const rows: readonly (readonly [readonly string[], string | null, readonly string[]])[] = [
    [[], null, ['*']],
    [[], '*.example', ['*.example']],
    [['a.example'], null, ['a.example']],
    [['a.example'], 'a.example', ['a.example']],
    [['a.example', 'b.test'], '*.example', ['a.example']],
    [['*.example'], 'a.example', ['a.example']],
    [['*.a.example'], '*.example', ['*.a.example']],
    [['*.example'], '*.a.example', ['*.a.example']],
    [['example'], '*.example', []],
    [['xexample'], '*.example', []],
    [['a.test'], 'a.example', []],
  ];
  for (const [hosts, listener, cut] of rows) {
    test(`${hosts.join(' ') || 'none'} at ${listener ?? 'any'} is ${cut.join(' ') || 'nothing'}`, () => {
      assert.deepEqual(cutHosts(hosts, listener), cut);
    });
  }

  test('a foreign host at a listener that does not have it matches nothing', () => {
    const index = indexOf([
      gateway([{ hostname: '*.tenant.example' }]),
      route('hijack', { hostnames: ['api.example'] }),
    ]);
    assert.equal(candidates(index, 'GET api.example/'), '');
  });

  test('the most specific host wins; a wildcard stands for any number of labels', () => {
    const index = indexOf([
      GATE,
      route('wild', { hostnames: ['*.example'] }),
      route('deep', { hostnames: ['*.b.example'] }),
      route('exact', { hostnames: ['a.b.example'] }),
    ]);
    assert.equal(candidates(index, 'GET a.b.example/'), 'exact');
    assert.equal(candidates(index, 'GET x.b.example/'), 'deep');
    assert.equal(candidates(index, 'GET x.y.z.example/'), 'wild');
    assert.equal(candidates(index, 'GET example/'), '');
  });
});

describe('GRPCRoutes', () => {
  const grpc = (name: string, method?: object) =>
    route(name, { kind: 'GRPCRoute', ...(method === undefined ? {} : { matches: [{ method }] }) });
  const index = indexOf([
    GATE,
    grpc('all'),
    grpc('service', { service: 'shop.Orders' }),
    grpc('method', { service: 'shop.Orders', method: 'Get' }),
  ]);
  const rows: readonly (readonly [string, string])[] = [
    ['POST api.example/shop.Orders/Get', 'method'],
    ['POST api.example/shop.Orders/List', 'service'],
    ['POST api.example/shop.OrdersX/Get', 'all'],
  ];
  for (const [request, names] of rows) {
    test(`${request} is of ${names}`, () => assert.equal(candidates(index, request), names));
  }

  test('a method without a service, or by expression, may be the one', () => {
    const vague = indexOf([
      GATE,
      grpc('any-get', { method: 'Get' }),
      grpc('regex', { type: 'RegularExpression', service: '.*', method: 'G.*' }),
      grpc('method', { service: 's', method: 'Get' }),
    ]);
    assert.equal(candidates(vague, 'POST api.example/s/Get'), 'any-get regex method');
  });
});

describe('objects named by the gateway', () => {
  test('are found by kind, namespace and name, used or not', () => {
    const index = indexOf([GATE, route('known', { accepted: null })]);
    const ref = { kind: 'HTTPRoute', namespace: 'apps', name: 'known' };
    assert.equal(index.named(ref)?.uid, 'uid-known');
    assert.equal(index.named({ ...ref, kind: 'GRPCRoute' }), null);
  });
});
