import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { BLOCKS, type Block } from './documents.ts';

const PAGES = new URL('../../../docs/gateways/', import.meta.url);
const UPDATE = process.env['UPDATE_DOCS'] === '1';

/** Puts a block's text between its markers and gives the page before and after. */
function rewritten({ page, name, render }: Block): {
  readonly before: string;
  readonly after: string;
} {
  const before = readFileSync(new URL(page, PAGES), 'utf8');
  const begin = `<!-- ${name}:begin -->`;
  const from = before.indexOf(begin) + begin.length;
  const to = before.indexOf(`<!-- ${name}:end -->`);
  assert.ok(from >= begin.length && to >= from, `${page} has a place for ${name}`);
  return { before, after: `${before.slice(0, from)}\n${render()}\n${before.slice(to)}` };
}

for (const block of BLOCKS) {
  test(`${block.name} in docs/gateways/${block.page} is what the program writes`, () => {
    const { before, after } = rewritten(block);
    if (UPDATE) writeFileSync(new URL(block.page, PAGES), after);
    else assert.equal(before, after, 'run this test with UPDATE_DOCS=1');
  });
}
