import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { RouteRules } from '../../src/kube/kinds.ts';
import type { RouteIndex } from '../../src/routes/match/route-index.ts';
import { candidates, gateway, indexOf, ingress, RULES, route } from './samples.ts';

const sharing = (shareHosts: RouteRules['shareHosts']): RouteRules => ({ ...RULES, shareHosts });

describe('a host that namespaces share', () => {
  const OBJECTS = [
    ingress('web', 'a.example', [['/', 'Prefix']], { namespace: 'web' }),
    ingress('api', 'a.example', [['/api', 'Prefix']], { namespace: 'api' }),
    ingress('other', 'a.example', [['/', 'Prefix']], { namespace: 'other' }),
  ];
  const asked = (shareHosts: RouteRules['shareHosts']) =>
    candidates(indexOf(OBJECTS, sharing(shareHosts)), 'GET a.example/api/1');

  test('is that of the most specific route among those that trust each other', () => {
    assert.equal(asked([]), 'api other web');
    assert.equal(asked([['web', 'api']]), 'api other');
    assert.equal(asked([['web', 'api', 'other']]), 'api');
    assert.equal(asked('*'), 'api');
  });

  test('and other groups are others', () => {
    assert.equal(
      asked([
        ['web', 'x'],
        ['api', 'other'],
      ]),
      'api web',
    );
  });

  test('is so for a listener that chooses namespaces by labels, too', () => {
    const labels = { namespaces: { from: 'Selector', selector: { matchLabels: { a: 'b' } } } };
    const objects = [
      gateway([{ allowedRoutes: labels }]),
      route('web', { namespace: 'web' }),
      route('api', {
        namespace: 'api',
        matches: [{ path: { type: 'PathPrefix', value: '/api' } }],
      }),
    ];
    const of = (shareHosts: RouteRules['shareHosts']) =>
      candidates(indexOf(objects, sharing(shareHosts)), 'GET api.example/api/1');
    assert.equal(of([]), 'api web');
    assert.equal(of([['web', 'api']]), 'api');
  });

  test('does not make certain what the gateway does not serve as it is written', () => {
    const objects = [
      gateway([{}]),
      route('web', { namespace: 'web' }),
      route('api', {
        namespace: 'api',
        matches: [{ path: { type: 'PathPrefix', value: '/api' } }],
        conditions: [{ type: 'PartiallyInvalid', status: 'True' }],
      }),
    ];
    const index = indexOf(objects, sharing('*'));
    assert.equal(candidates(index, 'GET api.example/api/1'), 'api web');
  });
});

const HOSTS = ['a.example', 'b.a.example', '*.a.example', '*.example', null];
const PATHS = ['/', '/x', '/X', '/x/y', '/xy'];
const TYPES = ['Exact', 'Prefix', 'ImplementationSpecific'];
const NAMESPACES = ['one', 'two', 'three'];

/** An Ingress of one of three namespaces. */
const some = fc.record({
  namespace: fc.constantFrom(...NAMESPACES),
  host: fc.constantFrom(...HOSTS),
  path: fc.constantFrom(...PATHS),
  type: fc.constantFrom(...TYPES),
});
const REQUESTS = ['a.example', 'b.a.example', 'c.example', 'other'].flatMap((host) =>
  ['/', '/x', '/X', '/x/y/z', '/xyz'].map((path) => ({ host, path })),
);

describe('what other namespaces add', () => {
  const found = (index: RouteIndex, host: string, path: string) => {
    const all = index.find(host, path, 'GET');
    assert.ok(all !== 'too many');
    return all;
  };

  test('hides no Ingress that would have judged without them', () => {
    fc.assert(
      fc.property(fc.array(some, { maxLength: 12 }), (drawn) => {
        const objects = drawn.map(({ namespace, host, path, type }, at) => ({
          namespace,
          object: ingress(`${namespace}-${at}`, host, [[path, type]], { namespace }),
        }));
        const together = indexOf(objects.map(({ object }) => object));
        for (const own of NAMESPACES) {
          const alone = indexOf(
            objects.filter(({ namespace }) => namespace === own).map(({ object }) => object),
          );
          for (const { host, path } of REQUESTS) {
            const counting = found(together, host, path).map(({ name }) => name);
            for (const { name } of found(alone, host, path))
              assert.ok(counting.includes(name), `${name} counts for ${host}${path}`);
          }
        }
      }),
      { numRuns: 500 },
    );
  });
});
