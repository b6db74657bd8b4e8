import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Reason } from '../../src/decision/reason.ts';
import type { Pipeline, Rule } from '../../src/policy/pipeline.ts';
import { pipelineFor } from '../../src/policy/pipeline.ts';
import type { SelectionSource } from '../../src/policy/select.ts';
import type { ContextEntry, Request } from '../../src/request/request.ts';
import { selectRouted } from '../../src/routes/select.ts';
import { samplePipeline, samplePolicy, sampleRequest } from './samples.ts';

const NAME = 'watchword.dev/pipeline';
const DEFAULT = 'watchword.dev/default-pipeline';

const open = samplePipeline('open', { selectableByContext: true });
const closed = samplePipeline('closed');
const matched = samplePipeline('matched');
const policy = samplePolicy({
  named: [open, closed],
  matches: { 'a.example': { '/m/**': matched } },
});
const withFallback = samplePolicy({ named: [open, closed], fallback: closed });

/** What was chosen and by which source, or the reason why nothing was. */
function chosen(request: Partial<Request>, by = policy): readonly [string, string] {
  const selection = selectRouted(by, sampleRequest(request), null);
  return selection.ok ? [selection.pipeline.name, selection.source] : ['-', selection.reason];
}

interface SelectionCase {
  readonly title: string;
  readonly context: readonly ContextEntry[];
  readonly path?: string;
  readonly expect: readonly [pipeline: string, why: SelectionSource | Reason];
}

const CONTEXT_CASES: readonly SelectionCase[] = [
  {
    title: 'a name in the context comes before a match',
    context: [[NAME, 'open']],
    path: '/m/x',
    expect: ['open', 'context'],
  },
  {
    title: 'a name in the context comes before the default in the context',
    context: [
      [DEFAULT, 'closed'],
      [NAME, 'open'],
    ],
    expect: ['open', 'context'],
  },
  {
    title: 'a match comes before the default in the context',
    context: [[DEFAULT, 'open']],
    path: '/m/x',
    expect: ['matched', 'match'],
  },
  {
    title: 'the default in the context comes last',
    context: [[DEFAULT, 'open']],
    expect: ['open', 'default-context'],
  },
  {
    title: 'the default in the context must exist',
    context: [[DEFAULT, 'nobody']],
    expect: ['-', 'pipeline_unknown'],
  },
  {
    title: 'the default in the context must be selectable',
    context: [[DEFAULT, 'closed']],
    expect: ['-', 'pipeline_forbidden'],
  },
  {
    title: 'two values of the name are a conflict',
    context: [
      [NAME, 'open'],
      [NAME, 'closed'],
    ],
    expect: ['-', 'pipeline_conflict'],
  },
  {
    title: 'two values of the default are a conflict, whatever else chooses',
    context: [
      [NAME, 'open'],
      [DEFAULT, 'open'],
      [DEFAULT, 'closed'],
    ],
    expect: ['-', 'pipeline_conflict'],
  },
  {
    title: 'one value twice is one value',
    context: [
      [NAME, 'open'],
      [NAME, 'open'],
    ],
    expect: ['open', 'context'],
  },
  {
    title: 'an empty name is nobody',
    context: [[NAME, '']],
    path: '/m/x',
    expect: ['-', 'pipeline_unknown'],
  },
  {
    title: 'a name in other letters is nobody',
    context: [[NAME, 'Open']],
    expect: ['-', 'pipeline_unknown'],
  },
  {
    title: 'a name called constructor is nobody',
    context: [[NAME, 'constructor']],
    expect: ['-', 'pipeline_unknown'],
  },
  { title: 'nothing at all is refused', context: [], expect: ['-', 'pipeline_missing'] },
];

describe('which source selects', () => {
  for (const { title, context, path = '/', expect } of CONTEXT_CASES) {
    test(title, () => assert.deepEqual(chosen({ context, path }), expect));
  }

  test("the configuration's default needs nobody's leave", () => {
    assert.deepEqual(chosen({}, withFallback), ['closed', 'default']);
  });

  test("the default in the context comes before the configuration's", () => {
    assert.deepEqual(chosen({ context: [[DEFAULT, 'open']] }, withFallback), [
      'open',
      'default-context',
    ]);
  });
});

describe('what is wrong with a request is said in one order', () => {
  const wrong = { host: 'a..example', path: 'x', context: [[NAME, 'nobody']] } as const;
  test('the host first', () => assert.deepEqual(chosen(wrong), ['-', 'host_ambiguous']));
  test('then the path', () =>
    assert.deepEqual(chosen({ ...wrong, host: 'a.example' }), ['-', 'request_malformed']));
  test('then the context', () =>
    assert.deepEqual(chosen({ ...wrong, host: 'a.example', path: '/m/x' }), [
      '-',
      'pipeline_unknown',
    ]));
});

describe('a path with several readings', () => {
  const byPath = samplePolicy({
    matches: { 'a.example': { '/a/**': open, '/a/b': closed } },
    fallback: matched,
  });
  test('goes on to the default where no reading matches', () =>
    assert.deepEqual(chosen({ path: '/x/../y' }, byPath), ['matched', 'default']));
  test('is refused where one reading matches and another does not, though there is a default', () =>
    assert.deepEqual(chosen({ path: '/x/../a' }, byPath), ['-', 'path_ambiguous']));
  test('is judged by the rule that all of them select', () =>
    assert.deepEqual(chosen({ path: '/a/c/../d' }, byPath), ['open', 'match']));
  test('is not looked at where no pattern covers the host', () =>
    assert.deepEqual(chosen({ host: 'b.example', path: '/x/../a' }, byPath), [
      'matched',
      'default',
    ]));
});

describe('methods', () => {
  const get = samplePipeline('get', { preflight: 'pass' });
  const post = samplePipeline('post');
  const rest = samplePipeline('rest');
  const byMethod = new Map<string, Pipeline>([
    ['GET', get],
    ['POST', post],
  ]);
  const rule: Rule = { byMethod, otherwise: null };
  const asked = (method: string, preflightFor: string | null, one: Rule) =>
    chosen({ method, preflightFor }, samplePolicy({ matches: { 'a.example': { '/**': one } } }));

  test('each has its pipeline', () => {
    assert.equal(pipelineFor(rule, 'GET'), get);
    assert.equal(pipelineFor(rule, 'PUT'), null);
    assert.equal(pipelineFor({ byMethod, otherwise: rest }, 'PUT'), rest);
  });
  test('are compared with their case', () =>
    assert.deepEqual(asked('get', null, rule), ['-', 'method_refused']));
  test('are refused where their case chooses, since a backend may fold it', () => {
    const open = { byMethod, otherwise: rest };
    for (const method of ['get', 'Post', 'pOST', 'po\u017ft'])
      assert.deepEqual(asked(method, null, open), ['-', 'method_refused'], method);
    assert.deepEqual(asked('patch', null, open), ['rest', 'match']);
    assert.deepEqual(asked('OPTIONS', 'post', open), ['-', 'method_refused']);
    assert.deepEqual(asked('OPTIONS', 'patch', open), ['rest', 'match']);
  });
  test('make a preflight only in upper case, whatever selects', () => {
    const options = { method: 'options', preflightFor: 'GET' };
    assert.deepEqual(chosen({ ...options, path: '/m/x' }), ['-', 'method_refused']);
    assert.deepEqual(chosen({ ...options, context: [[NAME, 'open']] }), ['-', 'method_refused']);
    assert.deepEqual(chosen({ method: 'options', path: '/m/x' }), ['matched', 'match']);
  });
  test('an empty one is refused where none is covered but by name', () =>
    assert.deepEqual(asked('', null, rule), ['-', 'method_refused']));
  test('a preflight is judged by the pipeline of the method that it announces', () =>
    assert.deepEqual(asked('OPTIONS', 'GET', rule), ['get', 'match']));
  test('a preflight for a pipeline that refuses them is an OPTIONS like others', () => {
    assert.deepEqual(asked('OPTIONS', 'POST', rule), ['-', 'method_refused']);
    assert.deepEqual(asked('OPTIONS', 'POST', { byMethod, otherwise: rest }), ['rest', 'match']);
  });
});
