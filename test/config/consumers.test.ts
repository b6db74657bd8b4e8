import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { describeProblem } from '../../src/base/problem.ts';
import {
  type ConsumerList,
  type ConsumersRead,
  readConsumers,
} from '../../src/config/consumer-files.ts';
import { folderWith } from '../server/folder.ts';

async function read(text: string, name = 'consumers.yaml'): Promise<ConsumersRead> {
  await using folder = await folderWith({ [name]: text });
  return await readConsumers(folder.at(name));
}

async function list(text: string): Promise<ConsumerList> {
  const made = await read(text);
  assert.ok(made.ok, JSON.stringify(made));
  return made.list;
}

async function problems(text: string): Promise<readonly string[]> {
  const made = await read(text);
  return made.ok ? [] : made.problems.map(describeProblem);
}

const ALICE = {
  active: true,
  pipelines: new Set(['orders']),
  attributes: { plan: 'gold', seats: 7, roles: ['a', 'b'] },
};

describe('a list of consumers', () => {
  for (const [title, text] of [
    [
      'in blocks',
      '- id: alice\n  pipelines: [orders]\n  attributes:\n    plan: gold\n    seats: 7\n    roles: [a, b]\n',
    ],
    [
      'with an entry a line',
      '- { id: alice, pipelines: [orders], attributes: { plan: gold, seats: 7, roles: [a, b] } }\n',
    ],
    [
      'with JSON on each line',
      '- {"id":"alice","pipelines":["orders"],"attributes":{"plan":"gold","seats":7,"roles":["a","b"]}}',
    ],
    [
      'in JSON',
      '[{"id":"alice","pipelines":["orders"],"attributes":{"plan":"gold","seats":7,"roles":["a","b"]}}]',
    ],
    [
      'after comments, a start of the document and a byte order mark',
      '\uFEFF# ours\n\n---\n# all of them\r\n- {"id":"alice","pipelines":["orders"],"attributes":{"plan":"gold","seats":7,"roles":["a","b"]}}\r\n',
    ],
    [
      'that is indented',
      '  - id: alice\n    pipelines: [orders]\n    attributes: { plan: gold, seats: 7, roles: [a, b] }\n',
    ],
  ] as const) {
    test(`${title} is read`, async () => {
      const { consumers, pipelines, attributes } = await list(text);
      assert.deepEqual([...consumers], [['alice', ALICE]]);
      assert.deepEqual([...pipelines.keys()], ['orders']);
      assert.deepEqual([...attributes], ['plan', 'seats', 'roles']);
    });
  }

  test('may be empty, where it says so', async () => {
    assert.equal((await list('[]')).consumers.size, 0);
    assert.deepEqual(await problems(''), [
      'consumers.yaml: must be a list of consumers: - { id: alice } (it is empty; `[]` is a list without one)',
    ]);
  });

  test('needs an id alone: a consumer is active and may use every pipeline', async () => {
    const { consumers } = await list('- id: alice');
    assert.deepEqual(consumers.get('alice'), { active: true, pipelines: 'any', attributes: {} });
  });

  test('keeps what is alike once', async () => {
    const { consumers } = await list(
      '- { id: a, attributes: { plan: x } }\n- {"id":"b","attributes":{"plan":"x"}}\n- { id: c }\n',
    );
    assert.equal(consumers.get('a'), consumers.get('b'));
    assert.notEqual(consumers.get('a'), consumers.get('c'));
  });

  test('may be a folder, of which dotted names and other files are none', async () => {
    await using folder = await folderWith({
      'all/a.yaml': '- { id: a }\n',
      'all/b.json': [{ id: 'b' }],
      'all/.hidden.yaml': '- { id: c }\n',
      'all/notes.txt': 'none',
      'none/notes.txt': 'none',
    });
    const made = await readConsumers(folder.at('all'));
    assert.ok(made.ok);
    assert.deepEqual([...made.list.consumers.keys()], ['a', 'b']);
    const none = await readConsumers(folder.at('none'));
    assert.ok(!none.ok);
    assert.match(describeProblem(none.problems[0] ?? { path: '', message: '' }), /has no list/);
  });

  test('written as JSON on lines is the same as written as JSON at once', async () => {
    const attribute = fc.oneof(
      fc.stringMatching(/^[a-zA-Z0-9](?:[ .:_-]?[a-zA-Z0-9])*$/),
      fc.integer(),
      fc.boolean(),
    );
    const entry = fc.record(
      {
        id: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }),
        active: fc.boolean(),
        pipelines: fc.array(fc.constantFrom('orders', 'shop')),
        attributes: fc.dictionary(fc.constantFrom('plan', 'seats', 'tier'), attribute),
      },
      { requiredKeys: ['id'] },
    );
    const entries = fc.uniqueArray(entry, { selector: ({ id }) => id, minLength: 1 });
    await fc.assert(
      fc.asyncProperty(entries, async (all) => {
        const lines = all.map((one) => `- ${JSON.stringify(one)}\n`).join('');
        const [a, b] = [await list(lines), await list(JSON.stringify(all))];
        assert.deepEqual(a.consumers, b.consumers);
        assert.deepEqual(
          [...a.consumers.keys()],
          all.map(({ id }) => id),
        );
      }),
      { numRuns: 50 },
    );
  });
});

describe('a list of consumers is refused', () => {
  for (const [title, text, says] of [
    [
      'that has a consumer twice',
      '- { id: alice }\n- id: bob\n- {"id":"alice"}\n',
      ["consumers.yaml:3: consumer 'alice' is there twice, first at consumers.yaml:1:3"],
    ],
    [
      'with settings that nobody knows, and types that are wrong',
      '- id: 7\n  pipeline: [orders]\n- { id: b, active: "yes", attributes: [gold] }\n',
      [
        "consumers.yaml:1:7 [0].id: must be a string, not 7 (write id: '7')",
        "consumers.yaml:2:13 [0].pipeline: unknown setting (did you mean 'pipelines'?)",
        "consumers.yaml:3:20 [1].active: must be a boolean, not 'yes' (write active: true)",
        'consumers.yaml:3:39 [1].attributes: must be an object, not a list',
      ],
    ],
    [
      'with a name twice in JSON',
      '- {"id":"alice","active":false,"active":true}\n',
      [
        "consumers.yaml:1:32: 'active' is set twice, first in line 1 (put what belongs to it under one)",
      ],
    ],
    [
      'with attributes that no header carries',
      '- {"id":"a","attributes":{"id":"x","a b":1,"n":9007199254740993,"e":"","l":"a\\nb","m":["a,b"]}}\n',
      [
        "consumers.yaml:1:32 [0].attributes.id: 'id' stands for the id itself",
        "consumers.yaml:1:42 [0].attributes.a b: 'a b' is not the name of an attribute: a letter, then letters, digits, - and _, at most 64",
        'consumers.yaml:1:48 [0].attributes.n: must be in quotes: a number so large would change',
        'consumers.yaml:1:69 [0].attributes.e: must not be empty: leave the attribute out',
        'consumers.yaml:1:76 [0].attributes.l: must be what a header carries: no control character, no space at an end',
        'consumers.yaml:1:88 [0].attributes.m[0]: must have no comma: in a header it would read as two',
      ],
    ],
    [
      'that is no list',
      'id: alice\n',
      ['consumers.yaml: must be a list of consumers: - { id: alice }'],
    ],
    [
      'that is no YAML, in one of its entries',
      '- { id: a }\n- { id: b\n- { id: c }\n',
      [
        'consumers.yaml:3:1: Flow map in block collection must be sufficiently indented and end with a } (see the indentation of this line, and brackets and quotes before it)',
      ],
    ],
  ] as const) {
    test(title, async () => assert.deepEqual(await problems(text), says));
  }

  test('that is large and cannot be read in parts', async () => {
    const [line] = await problems(`[${' '.repeat(300 * 1024)}]`);
    assert.match(line ?? '', /larger than 256 KiB.*on a line of its own/);
  });

  test('with twenty problems at most', async () => {
    assert.equal((await problems('- { id: 1 }\n'.repeat(100))).length, 20);
  });

  test('that is not there', async () => {
    const made = await readConsumers('/nowhere/consumers.yaml');
    assert.ok(!made.ok);
    assert.match(describeProblem(made.problems[0] ?? { path: '', message: '' }), /ENOENT.*no such/);
  });
});
