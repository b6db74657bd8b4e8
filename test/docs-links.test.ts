import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';

/*
 * Links between the documents: each leads to a file of this project and, where it names one, to a heading of it. Each page
 * below docs can be reached from docs/index.md.
 */

const ROOT = fileURLToPath(new URL('../', import.meta.url));
const PAGES = execFileSync('git', ['ls-files', '*.md'], { cwd: ROOT, encoding: 'utf8' })
  .trim()
  .split('\n')
  // `@…@` stands for what the chart's README is made of.
  .filter((name) => !name.endsWith('.head.md'));

interface Link {
  readonly target: string;
  /** Without its `#`; empty where none is named. */
  readonly heading: string;
}

function withoutCode(text: string): string {
  return text.replaceAll(/^```.*?^```$/gms, '').replaceAll(/`[^`\n]*`/g, '');
}

/** Links to files, as paths from the root. Addresses of other hosts are left out. */
function linksOf(page: string): readonly Link[] {
  const text = withoutCode(readFileSync(join(ROOT, page), 'utf8'));
  return [...text.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, address = '']) => address)
    .filter((address) => !/^[a-z]+:/.test(address))
    .map((address) => {
      const [path = '', heading = ''] = address.split('#');
      const target = path === '' ? page : relative(ROOT, join(ROOT, dirname(page), path));
      return { target, heading };
    });
}

/** The anchors of a page as GitHub makes them: lower case, no punctuation, dashes for spaces, a number where one is used again. */
function anchorsOf(page: string): ReadonlySet<string> {
  const text = readFileSync(join(ROOT, page), 'utf8').replaceAll(/^```.*?^```$/gms, '');
  const seen = new Map<string, number>();
  return new Set(
    [...text.matchAll(/^#{1,6} (.+)$/gm)].map(([, title = '']) => {
      const plain = title.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1').toLowerCase();
      const anchor = plain.replaceAll(/[^\p{L}\p{N} _-]/gu, '').replaceAll(' ', '-');
      const before = seen.get(anchor) ?? 0;
      seen.set(anchor, before + 1);
      return before === 0 ? anchor : `${anchor}-${before}`;
    }),
  );
}

/** The pages that a reader of one page gets to by links. */
function reachableFrom(start: string): ReadonlySet<string> {
  const found = new Set([start]);
  for (const page of found) {
    for (const { target } of linksOf(page)) {
      const isFolder = existsSync(join(ROOT, target)) && statSync(join(ROOT, target)).isDirectory();
      const file = isFolder ? join(target, 'README.md') : target;
      if (PAGES.includes(file)) found.add(file);
    }
  }
  return found;
}

describe('links between the documents', () => {
  for (const page of PAGES) {
    test(`${page} leads to files and headings that are there`, () => {
      const wrong = linksOf(page).filter(({ target, heading }) => {
        if (!existsSync(join(ROOT, target))) return true;
        return heading !== '' && target.endsWith('.md') && !anchorsOf(target).has(heading);
      });
      assert.deepEqual(wrong, []);
    });
  }

  test('each page below docs can be reached from docs/index.md', () => {
    const reachable = reachableFrom('docs/index.md');
    const lost = PAGES.filter((page) => page.startsWith('docs/') && !reachable.has(page));
    assert.deepEqual(lost, []);
  });
});
