import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { rulesOf } from '../../../src/routes/read/rules.ts';
import { candidates, indexOf, ingress, RULES } from '../samples.ts';

/** One Ingress per path, named after it. */
const PATHS = indexOf([
  ingress('root', 'a.example', [['/', 'Prefix']]),
  ingress('foo', 'a.example', [['/foo', 'Prefix']]),
  ingress('foo-bar', 'a.example', [['/foo/bar/', 'Prefix']]),
  ingress('foo-exact', 'a.example', [['/foo', 'Exact']]),
  ingress('slash-exact', 'a.example', [['/only/', 'Exact']]),
]);

/** Kubernetes documentation, "Ingress", table of examples; the paths are ours. */
const ROWS: readonly (readonly [request: string, names: string])[] = [
  ['GET a.example/', 'root'],
  ['GET a.example/other', 'root'],
  ['GET a.example/foo', 'foo-exact'],
  ['GET a.example/foo/', 'foo'],
  ['GET a.example/foo/x', 'foo'],
  ['GET a.example/foobar', 'root'],
  ['GET a.example/foo/bar', 'foo-bar'],
  ['GET a.example/foo/bar/', 'foo-bar'],
  ['GET a.example/foo/bar/baz', 'foo-bar'],
  ['GET a.example/foo/barbaz', 'foo'],
  ['GET a.example/only/', 'slash-exact'],
  ['GET a.example/only', 'root'],
  ['GET a.example/FOO', 'root'],
  ['GET b.example/foo', ''],
];

describe('the paths of Ingresses', () => {
  for (const [request, names] of ROWS) {
    test(`${request} is of ${names || 'nobody'}`, () => {
      assert.equal(candidates(PATHS, request), names);
    });
  }
});

describe('the hosts of Ingresses', () => {
  const index = indexOf([
    ingress('exact', 'x.a.example', [['/only-here', 'Prefix']]),
    ingress('wild', '*.a.example', [['/', 'Prefix']]),
    ingress('any', null, [['/', 'Prefix']]),
  ]);

  test('a wildcard stands for one label', () => {
    assert.equal(candidates(index, 'GET y.a.example/'), 'wild');
    assert.equal(candidates(index, 'GET a.example/'), 'any');
  });

  test('a controller may let a wildcard stand for more labels, so both must pass', () => {
    assert.equal(candidates(index, 'GET z.y.a.example/'), 'wild any');
  });

  test('an exact host that has no such path hides nothing', () => {
    assert.equal(candidates(index, 'GET x.a.example/only-here'), 'exact');
    assert.equal(candidates(index, 'GET x.a.example/else'), 'wild');
  });

  test('a rule without a host is for every host', () => {
    assert.equal(candidates(index, 'GET whatever.test/'), 'any');
  });

  test('a default backend and a rule without paths take the rest', () => {
    const rest = indexOf([
      ingress('backend', 'b.example', [['/b', 'Prefix']], { spec: { defaultBackend: {} } }),
      ingress('bare', 'c.example', [], { spec: { rules: [{ host: 'c.example' }] } }),
    ]);
    assert.equal(candidates(rest, 'GET nobody.example/x'), 'backend');
    assert.equal(candidates(rest, 'GET c.example/x'), 'bare');
  });
});

describe('Ingresses of which it cannot be told', () => {
  test('two with equal matches are both candidates', () => {
    const index = indexOf([
      ingress('one', 'a.example', [['/x', 'Prefix']], { namespace: 'one' }),
      ingress('two', 'a.example', [['/x', 'Prefix']], { namespace: 'two' }),
    ]);
    assert.equal(candidates(index, 'GET a.example/x/y'), 'one two');
  });

  test('ImplementationSpecific may be anything', () => {
    const index = indexOf([
      ingress('special', 'a.example', [['/re(.*)', 'ImplementationSpecific']]),
      ingress('plain', 'a.example', [['/', 'Prefix']]),
    ]);
    assert.equal(candidates(index, 'GET a.example/x'), 'special plain');
  });
});

describe('the classes of Ingresses', () => {
  const of = (name: string, spec: object, annotations: Record<string, string> = {}) =>
    ingress(name, 'a.example', [['/', 'Prefix']], { spec, annotations });
  const used = (object: unknown, ...more: unknown[]) =>
    candidates(indexOf([object, ...more]), 'GET a.example/');

  test('another class does not count, so a bogus one hijacks nothing', () => {
    const hijack = ingress('hijack', 'a.example', [['/secret', 'Exact']], {
      namespace: 'tenant',
      spec: { ingressClassName: 'bogus' },
    });
    const index = indexOf([hijack, of('own', {})]);
    assert.equal(candidates(index, 'GET a.example/secret'), 'own');
    assert.equal(index.objects.find(({ name }) => name === 'hijack')?.used, false);
  });

  test('the old annotation counts', () => {
    const old = { 'kubernetes.io/ingress.class': 'ours' };
    assert.equal(used(of('old', { ingressClassName: null }, old)), 'old');
  });

  test('annotation and field that differ add a candidate and hide none', () => {
    const torn = ingress('torn', 'a.example', [['/x', 'Exact']], {
      annotations: { 'kubernetes.io/ingress.class': 'bogus' },
    });
    const index = indexOf([torn, of('own', {})]);
    assert.equal(candidates(index, 'GET a.example/x'), 'torn own');
  });

  test('without a class it counts only where that is said, or by the default class', () => {
    const bare = of('bare', { ingressClassName: null });
    const defaultClass = {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'IngressClass',
      metadata: {
        name: 'ours',
        annotations: { 'ingressclass.kubernetes.io/is-default-class': 'true' },
      },
    };
    assert.equal(used(bare), '');
    assert.equal(used(bare, defaultClass), 'bare');
    const said = rulesOf({
      ingressClasses: [],
      ingressWithoutClass: true,
      gateways: [],
      shareHosts: [],
    });
    assert.equal(candidates(indexOf([bare], said), 'GET a.example/'), 'bare');
    assert.deepEqual([...RULES.ingressClasses], ['ours']);
  });
});
