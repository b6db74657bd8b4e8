import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { compileRoutes, RouteCompiler } from '../../../src/routes/read/compile.ts';
import { objectsFrom } from '../../../src/routes/read/rules.ts';
import { candidates, gateway, ingress, proxy, RULES, route } from '../samples.ts';

const HOSTS = ['a.example', 'b.example', '*.example', '*'];
const PATHS = ['/', '/x', '/x/y'];

/** An object under one of a few names, so that later ones change and remove earlier ones. */
const some = fc.record({
  kind: fc.constantFrom('Ingress', 'HTTPRoute', 'HTTPProxy', 'Gateway', 'SecurityPolicy'),
  name: fc.constantFrom('one', 'two', 'three'),
  host: fc.constantFrom(...HOSTS),
  path: fc.constantFrom(...PATHS),
  remove: fc.boolean(),
});
type Some = typeof some extends fc.Arbitrary<infer T> ? T : never;

function objectOf({ kind, name, host, path }: Some): unknown {
  switch (kind) {
    case 'Ingress':
      return ingress(name, host === '*' ? null : host, [[path, 'Prefix']]);
    case 'HTTPRoute':
      return route(name, {
        hostnames: host === '*' ? [] : [host],
        matches: [{ path: { type: 'PathPrefix', value: path } }],
      });
    case 'HTTPProxy':
      // One includes two, which includes three.
      return proxy(name, {
        ...(name === 'one' ? { virtualhost: { fqdn: 'a.example' } } : {}),
        routes: [{ conditions: [{ prefix: path }] }],
        includes: name === 'three' ? [] : [{ name: name === 'one' ? 'two' : 'three' }],
      });
    case 'Gateway':
      return gateway([host === '*' ? {} : { hostname: host }]);
    default:
      return {
        apiVersion: 'gateway.envoyproxy.io/v1alpha1',
        kind,
        metadata: { name, namespace: 'apps' },
        spec: { targetRefs: [{ kind: 'HTTPRoute', name: 'one' }] },
      };
  }
}

const REQUESTS = ['a.example', 'b.example', 'c.d.example', 'other'].flatMap((host) =>
  ['/', '/x', '/x/y/z'].map((path) => `GET ${host}${path}`),
);

describe('an index that is made step by step', () => {
  test('is the one that is made at once', () => {
    fc.assert(
      fc.property(fc.array(some, { maxLength: 12 }), (steps) => {
        const compiler = new RouteCompiler(RULES);
        let objects = objectsFrom([]);
        for (const step of steps) {
          const next = objectsFrom([objectOf(step)]);
          objects = Object.fromEntries(
            Object.entries(objects).map(([kind, before]) => {
              const after = new Map(before);
              for (const [key, object] of next[kind as keyof typeof next]) {
                if (step.remove) after.delete(key);
                else after.set(key, object);
              }
              return [kind, after];
            }),
          ) as unknown as typeof objects;
          const [stepwise, atOnce] = [compiler.compile(objects), compileRoutes(objects, RULES)];
          for (const request of REQUESTS)
            assert.equal(candidates(stepwise, request), candidates(atOnce, request), request);
          const facts = (index: typeof atOnce) =>
            index.objects.map(({ key, used, bypass }) => `${key} ${used} ${bypass}`).sort();
          assert.deepEqual(facts(stepwise), facts(atOnce));
        }
      }),
      { numRuns: 300 },
    );
  });

  test('leaves the index before it as it was', () => {
    const compiler = new RouteCompiler(RULES);
    const before = compiler.compile(objectsFrom([ingress('one', 'a.example', [['/', 'Prefix']])]));
    compiler.compile(objectsFrom([]));
    assert.equal(candidates(before, 'GET a.example/'), 'one');
    assert.notEqual(before.named({ kind: 'Ingress', namespace: 'apps', name: 'one' }), null);
  });

  test('includes that double with every level are not followed for ever, and judge nobody', () => {
    const levels = Array.from({ length: 30 }, (_, level) =>
      proxy(`level-${level}`, {
        ...(level === 0 ? { virtualhost: { fqdn: 'deep.example' } } : {}),
        routes: [{}],
        includes: [0, 1].map(() => ({ name: `level-${level + 1}` })),
      }),
    );
    const index = compileRoutes(objectsFrom(levels), RULES);
    const found = index.find('deep.example', '/x', 'GET');
    assert.ok(found !== 'too many');
    assert.ok(
      found.some(({ policy }) => policy.faults.some((fault) => /includes more/.test(fault))),
    );
  });
});
