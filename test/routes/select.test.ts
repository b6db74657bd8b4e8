import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Policy } from '../../src/policy/policy.ts';
import type { Request } from '../../src/request/request.ts';
import { faultsOf } from '../../src/routes/faults.ts';
import { type RouteIndex, UNKNOWN_ROUTES } from '../../src/routes/match/route-index.ts';
import { selectRouted } from '../../src/routes/select.ts';
import { samplePipeline, samplePolicy, sampleRequest } from '../policy/samples.ts';
import { gateway, indexOf, ingress, route } from './samples.ts';

const HOST = 'a.example';
const MATCHED = samplePipeline('matched', { routeMay: new Set(['public-paths']) });
const NAMED = [
  samplePipeline('orders', {
    selectableByNamespaces: new Set(['apps']),
    selectableByContext: true,
  }),
  samplePipeline('anyone', { selectableByNamespaces: 'any' }),
  samplePipeline('platform', { selectableByContext: true }),
  samplePipeline('nobody'),
];
const POLICY: Policy = samplePolicy({ named: NAMED, matches: { [HOST]: { '/m/**': MATCHED } } });

const at = (path: string, changed: Partial<Request> = {}) =>
  sampleRequest({ host: HOST, path, ...changed });
const prefixed = (path: string, annotations: Record<string, string> = {}, namespace = 'apps') =>
  ingress(`ing${path.replaceAll('/', '-')}-${namespace}`, HOST, [[path, 'Prefix']], {
    namespace,
    annotations: Object.fromEntries(
      Object.entries(annotations).map(([name, value]) => [`watchword.dev/${name}`, value]),
    ),
  });

/** `pipeline (source)`, or the reason. */
function said(request: Request, routes: RouteIndex | null, policy = POLICY): string {
  const selection = selectRouted(policy, request, routes);
  if (!selection.ok) return selection.reason;
  const others = (selection.others ?? []).map(({ name }) => ` + ${name}`).join('');
  return `${selection.pipeline.name}${others} (${selection.source})`;
}

const named = (name: string): Partial<Request> => ({ context: [['watchword.dev/pipeline', name]] });

describe('which name counts', () => {
  const index = indexOf([
    prefixed('/orders', { pipeline: 'orders' }),
    prefixed('/m/plain'),
    prefixed('/m/deep', { pipeline: 'orders' }),
    prefixed('/typo', { pipeline: 'odrers' }),
    prefixed('/forbidden', { pipeline: 'nobody' }),
    prefixed('/foreign', { pipeline: 'orders' }, 'tenant'),
    prefixed('/anyone', { pipeline: 'anyone' }, 'tenant'),
    prefixed('/wrong', { pipeline: 'orders', scope: 'x' }),
    prefixed('/hidden', { pipeline: 'orders' }),
    prefixed('/hidden/plain'),
  ]);
  const rows: readonly (readonly [string, Partial<Request>, string])[] = [
    ['/orders/1', {}, 'orders (object)'],
    ['/m/deep/1', {}, 'orders (object)'],
    ['/m/plain/1', {}, 'matched (match)'],
    ['/m/nothing', {}, 'matched (match)'],
    ['/typo', {}, 'pipeline_unknown'],
    ['/forbidden', {}, 'pipeline_forbidden'],
    ['/foreign', {}, 'pipeline_forbidden'],
    ['/anyone', {}, 'anyone (object)'],
    ['/wrong', {}, 'route_policy_invalid'],
    ['/elsewhere', {}, 'pipeline_missing'],
    ['/orders/1', named('orders'), 'orders (object)'],
    ['/orders/1', named('platform'), 'pipeline_conflict'],
    ['/orders/1', named('nobody'), 'pipeline_forbidden'],
    ['/m/plain', named('platform'), 'platform (context)'],
    [
      '/elsewhere',
      { context: [['watchword.dev/default-pipeline', 'platform']] },
      'platform (default-context)',
    ],
    // A more specific object without annotations hides the general one.
    ['/hidden/x', {}, 'orders (object)'],
    ['/hidden/plain', {}, 'pipeline_missing'],
  ];
  for (const [path, changed, expected] of rows) {
    test(`${path} ${JSON.stringify(changed.context ?? '')} is judged by ${expected}`, () => {
      assert.equal(said(at(path, changed), index), expected);
    });
  }

  test('hosts and paths with several readings are refused as ever', () => {
    assert.equal(said(at('/orders', { host: 'a.example.' }), index), 'host_ambiguous');
    assert.equal(said(at('orders'), index), 'request_malformed');
    assert.equal(said(at('/orders/..%2fhidden/plain'), index), 'path_ambiguous');
    assert.equal(said(at('/orders/x%2fy'), index), 'orders (object)');
  });
});

describe('when it is not known which object was used', () => {
  test('every candidate must pass', () => {
    const index = indexOf([
      prefixed('/x', { pipeline: 'orders' }),
      prefixed('/x', { pipeline: 'anyone' }, 'tenant'),
    ]);
    assert.equal(said(at('/x'), index), 'orders + anyone (object)');
  });

  test('one candidate that is wrong refuses', () => {
    const index = indexOf([
      prefixed('/x', { pipeline: 'orders' }),
      prefixed('/x', { pipeline: 'orders' }, 'tenant'),
    ]);
    assert.equal(said(at('/x'), index), 'pipeline_forbidden');
  });

  test('candidates of one mind are one', () => {
    const index = indexOf([prefixed('/m/x'), prefixed('/m/x', {}, 'tenant')]);
    assert.equal(said(at('/m/x'), index), 'matched (match)');
  });
});

describe('an object that the gateway names', () => {
  const index = indexOf([
    gateway([{}]),
    route('one', { annotations: { 'watchword.dev/pipeline': 'orders' } }),
    route('two', { annotations: { 'watchword.dev/pipeline': 'anyone' } }),
  ]);
  const of = (name: string, kind = 'HTTPRoute') =>
    at('/x', { host: 'api.example', route: { kind, namespace: 'apps', name } });

  test('is the one', () => {
    assert.equal(said(of('one'), index), 'orders (object)');
    assert.equal(said(of('two'), index), 'anyone (object)');
    assert.equal(said(at('/x', { host: 'api.example' }), index), 'orders + anyone (object)');
  });

  test('and that is not seen yet is an error and no guess', () => {
    assert.equal(said(of('new'), index), 'routes_unavailable');
  });

  test('of a kind that is not watched says nothing', () => {
    assert.equal(said(of('one', 'TLSRoute'), index), 'pipeline_missing');
  });

  test('counts for nothing where no objects are watched', () => {
    assert.equal(said(of('one'), null), 'pipeline_missing');
  });
});

describe('a method whose letter case chooses the route', () => {
  const HOST_OF_ROUTES = 'api.example';
  const index = indexOf([
    gateway([{}]),
    route('writes', {
      annotations: { 'watchword.dev/pipeline': 'orders' },
      matches: [{ path: { type: 'PathPrefix', value: '/x' }, method: 'POST' }],
    }),
    route('rest', {
      annotations: { 'watchword.dev/pipeline': 'anyone' },
      matches: [{ path: { type: 'PathPrefix', value: '/x' } }],
    }),
  ]);
  const by = (method: string, changed: Partial<Request> = {}) =>
    said(at('/x', { host: HOST_OF_ROUTES, method, ...changed }), index);

  test('is refused, since a backend of both may fold it', () => {
    assert.equal(by('POST'), 'orders (object)');
    assert.equal(by('PUT'), 'anyone (object)');
    assert.equal(by('post'), 'method_refused');
  });

  test('is refused where the gateway names the route, too', () => {
    const rest = { route: { kind: 'HTTPRoute', namespace: 'apps', name: 'rest' } };
    assert.equal(by('PUT', rest), 'anyone (object)');
    assert.equal(by('post', rest), 'method_refused');
  });

  test('is judged where both spellings have one route', () => {
    assert.equal(by('put'), 'anyone (object)');
    assert.equal(by('post', { path: '/y' }), 'pipeline_missing');
  });

  test('is refused for its path first where that has too many readings', () => {
    assert.equal(by('post', { path: `/x/%${'25'.repeat(70)}41` }), 'path_ambiguous');
  });
});

test('before the first list nothing can be said', () => {
  assert.equal(said(at('/m/x'), UNKNOWN_ROUTES), 'routes_unavailable');
});

describe('the terms of a context', () => {
  const terms = (...context: (readonly [string, string])[]) =>
    at('/m/x', {
      context: context.map(([name, value]) => [`watchword.dev/${name}`, value] as const),
    });

  test('tighten as annotations do, with and without objects', () => {
    for (const routes of [null, indexOf([prefixed('/m')])]) {
      const selection = selectRouted(POLICY, terms(['scopes', 'write']), routes);
      assert.ok(selection.ok);
      assert.deepEqual(selection.pipeline.require?.scopes.all, ['write']);
    }
  });

  test('and those of the object add up', () => {
    const index = indexOf([prefixed('/m', { scopes: 'read' })]);
    const selection = selectRouted(POLICY, terms(['scopes', 'write']), index);
    assert.ok(selection.ok);
    assert.deepEqual(selection.pipeline.require?.scopes.all, ['write', 'read']);
  });

  test('are refused where they are wrong', () => {
    assert.equal(said(terms(['scope', 'x']), null), 'route_policy_invalid');
    assert.equal(said(terms(['mode', 'shadow']), null), 'route_policy_invalid');
  });
});

describe('public paths', () => {
  const open = (path: string, annotations: Record<string, string>) => {
    const index = indexOf([prefixed('/m', annotations)]);
    const selection = selectRouted(POLICY, at(path), index);
    return selection.ok ? selection.pipeline.require === null : selection.reason;
  };

  test('are open, and nothing beside them', () => {
    const annotations = { 'public-paths': '/m/health /m/docs/**', scopes: 'x' };
    assert.equal(open('/m/health', annotations), true);
    assert.equal(open('/m/docs/a/b', annotations), true);
    assert.equal(open('/m/healthz', annotations), false);
    assert.equal(open('/m', annotations), false);
    assert.equal(open('/m/docs/..;/secret', annotations), 'path_ambiguous');
  });

  test('outside of what the object matches are a fault', () => {
    assert.equal(open('/m/x', { 'public-paths': '/other' }), 'route_policy_invalid');
    assert.equal(open('/m/x', { 'public-paths': '/**' }), 'route_policy_invalid');
    assert.equal(open('/m/x', { 'public-paths': '/*/x' }), 'route_policy_invalid');
  });

  test('of an exact path are that path', () => {
    const exact = (publicPath: string) => {
      const annotations = { 'watchword.dev/public-paths': publicPath };
      const index = indexOf([ingress('exact', HOST, [['/m/a', 'Exact']], { annotations })]);
      return said(at('/m/a'), index);
    };
    assert.equal(exact('/m/a'), 'matched (match)');
    assert.equal(exact('/m/b'), 'route_policy_invalid');
  });

  test('need routeMay', () => {
    assert.equal(
      open('/m/x', { pipeline: 'orders', 'public-paths': '/m/x' }),
      'route_policy_invalid',
    );
  });
});

describe('faults that can be told without a request', () => {
  const faultOf = (annotations: Record<string, string>) =>
    indexOf([prefixed('/m', annotations)]).objects.map((object) => faultsOf(object, POLICY)[0])[0];

  test('are found', () => {
    assert.equal(faultOf({ pipeline: 'orders', scopes: 'x' }), undefined);
    assert.equal(faultOf({}), undefined);
    assert.match(String(faultOf({ pipeline: 'odrers' })), /odrers/);
    assert.match(String(faultOf({ pipeline: 'nobody' })), /may not name/);
    assert.match(String(faultOf({ pipeline: 'orders', mode: 'shadow' })), /enforce to shadow/);
    assert.match(String(faultOf({ scope: 'x' })), /unknown/);
  });
});
