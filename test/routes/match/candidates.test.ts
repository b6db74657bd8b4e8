import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { MAX_CANDIDATES } from '../../../src/routes/match/search.ts';
import { selectRouted } from '../../../src/routes/select.ts';
import { samplePipeline, samplePolicy, sampleRequest } from '../../policy/samples.ts';
import { candidates, gateway, indexOf, ingress, route } from '../samples.ts';

const POLICY = samplePolicy({
  named: [samplePipeline('one', { selectableByNamespaces: 'any' })],
});

/** Routes of one host of which each may be the one, by conditions that are not evaluated. */
const routes = (count: number, annotations: (index: number) => Record<string, string>) =>
  Array.from({ length: count }, (_, index) =>
    route(`route-${index}`, {
      annotations: annotations(index),
      matches: [{ headers: [{ name: 'x', value: String(index) }] }],
    }),
  );
const different = (index: number) => ({
  'watchword.dev/pipeline': 'one',
  'watchword.dev/scopes': `scope-${index}`,
});
const alike = () => ({ 'watchword.dev/pipeline': 'one' });
const select = (...objects: unknown[]) =>
  selectRouted(
    POLICY,
    sampleRequest({ host: 'api.example', path: '/x' }),
    indexOf([gateway([{}]), ...objects]),
  );

describe('objects of which any may have been used', () => {
  test('are all asked, up to a limit', () => {
    const selection = select(...routes(MAX_CANDIDATES, different));
    assert.ok(selection.ok);
    assert.equal(selection.others?.length, MAX_CANDIDATES - 1);
  });

  test('are refused beyond it: each would make every request to the host cost more', () => {
    for (const count of [MAX_CANDIDATES + 1, 500]) {
      const selection = select(...routes(count, different));
      assert.ok(!selection.ok);
      assert.equal(selection.reason, 'route_policy_invalid');
      assert.match(selection.detail, /more than 32 different ones/);
    }
  });

  test('count once where they are of one namespace and say the same', () => {
    const selection = select(...routes(500, alike));
    assert.ok(selection.ok);
    assert.equal(selection.pipeline.name, 'one');
    assert.equal(selection.others, undefined);
    const mixed = select(...routes(500, alike), ...routes(MAX_CANDIDATES - 1, different));
    assert.ok(mixed.ok);
    assert.equal(mixed.others?.length, MAX_CANDIDATES - 1);
  });

  test('that only redirect are limited, too', () => {
    const redirects = routes(500, different).map((made) => {
      const { spec, ...rest } = made as { spec: { rules: readonly object[] } };
      const rules = spec.rules.map((rule) => ({ ...rule, filters: [{ type: 'RequestRedirect' }] }));
      return { ...rest, spec: { ...spec, rules } };
    });
    assert.equal(select(...redirects).ok, false);
  });

  test('do not count where a namespace has something more exact, however many there are', () => {
    const many = Array.from({ length: 500 }, (_, index) =>
      ingress(`many-${index}`, 'a.example', [['/', 'Prefix']], { annotations: different(index) }),
    );
    const index = indexOf([
      ...many,
      ingress('own', 'a.example', [['/x', 'Prefix']]),
      ingress('other', 'a.example', [['/', 'Prefix']], { namespace: 'other' }),
    ]);
    assert.equal(candidates(index, 'GET a.example/x'), 'own other');
    assert.equal(candidates(index, 'GET a.example/y'), 'too many');
  });
});
