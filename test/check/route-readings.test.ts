import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { selectRouted } from '../../src/routes/select.ts';
import { samplePipeline, samplePolicy, sampleRequest } from '../policy/samples.ts';
import { indexOf, ingress } from '../routes/samples.ts';

const HOST = 'a.example';
/** Encoded more often than is worth following. */
const TOO_MANY = `/m/%${'25'.repeat(70)}41`;
const open = samplePipeline('open', {
  selectableByContext: true,
  selectableByNamespaces: 'any',
  routeMay: new Set(['public-paths']),
});
const policy = samplePolicy({ named: [open], fallback: open });

function reasonFor(path: string, context: Readonly<Record<string, string>>, watched: boolean) {
  const index = indexOf([ingress('m', HOST, [['/m', 'Prefix']], {})]);
  const entries = Object.entries(context).map(
    ([name, value]) => [`watchword.dev/${name}`, value] as const,
  );
  const request = sampleRequest({ host: HOST, path, context: entries });
  const selection = selectRouted(policy, request, watched ? index : null);
  return selection.ok ? selection.pipeline.name : selection.reason;
}

describe('a path with more readings than are worth telling apart', () => {
  test('belongs to no route', () => {
    assert.equal(reasonFor('/m/x', {}, true), 'open');
    assert.equal(reasonFor(TOO_MANY, {}, true), 'path_ambiguous');
  });

  test('is not public, though what it seems to be is', () => {
    const context = { pipeline: 'open', 'public-paths': '/m/**' };
    assert.equal(reasonFor('/m/x', context, false), 'open');
    assert.equal(reasonFor(TOO_MANY, context, false), 'path_ambiguous');
  });

  test('is judged by the pipeline that the context names, where nothing else is said', () => {
    assert.equal(reasonFor(TOO_MANY, { pipeline: 'open' }, false), 'open');
  });
});

describe('where backends ignore the letter case of a path, one that decides which route it belongs to', () => {
  const strict = samplePipeline('strict', { selectableByNamespaces: 'any' });
  const index = indexOf([
    ingress('admin', HOST, [['/admin', 'Prefix']], {
      annotations: { 'watchword.dev/pipeline': 'strict' },
    }),
    ingress('rest', HOST, [['/', 'Prefix']], { annotations: { 'watchword.dev/pipeline': 'open' } }),
  ]);
  const reason = (path: string, ignoresPathCase: boolean) => {
    const named = { ...samplePolicy({ named: [open, strict] }), ignoresPathCase };
    const selection = selectRouted(named, sampleRequest({ host: HOST, path }), index);
    return selection.ok ? selection.pipeline.name : selection.reason;
  };

  test('is refused', () => {
    for (const path of ['/ADMIN/x', '/aDmin', '/%41dmin/x', '/x/../Admin'])
      assert.equal(reason(path, true), 'path_ambiguous', path);
    assert.equal(reason('/admin/x', true), 'strict');
    assert.equal(reason('/Other', true), 'open');
  });

  test('is taken as it is written where they do not', () => {
    assert.equal(reason('/ADMIN/x', false), 'open');
  });
});
