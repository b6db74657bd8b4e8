import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  escapedForHtml,
  escapedForJson,
  fillTemplate,
  parseTemplate,
  type Template,
} from '../../src/policy/template.ts';

const parsed = (source: string): Template => {
  const template = parseTemplate(source);
  assert.ok(typeof template !== 'string', String(template));
  return template;
};

test('a template without places is its text', () => {
  const values = { reason: 'a', text: 'b', request_id: 'c' };
  for (const text of ['', '{', '{{', '}}', '{ {reason}}', 'x'])
    assert.equal(fillTemplate(parsed(text), values, String), text);
});

test('each place gets its value, and no value is read again', () => {
  const values = { reason: '{{text}}', text: 'b', request_id: 'c' };
  assert.equal(
    fillTemplate(parsed('{{reason}}{{ text }}-{{request_id}}'), values, String),
    '{{text}}b-c',
  );
});

test('a place that stands for nothing is named with its line', () => {
  assert.equal(
    parseTemplate('a\nb {{token}}'),
    'line 2: {{token}} stands for nothing; there is {{reason}}, {{text}}, {{request_id}}',
  );
});

test('whatever a value is, filled JSON parses to it', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (value) => {
      const values = { reason: value, text: '', request_id: '' };
      const filled = fillTemplate(parsed('{"a":"{{reason}}"}'), values, escapedForJson);
      assert.deepEqual(JSON.parse(filled), { a: value });
    }),
  );
});

test('whatever a value is, it opens no tag and ends no attribute', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (value) => {
      assert.doesNotMatch(escapedForHtml(value), /[<>"']|&(?!(?:amp|lt|gt|quot|#39);)/);
    }),
  );
});
