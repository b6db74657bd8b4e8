import { execFile, execFileSync } from 'node:child_process';
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { fetchBy } from '../deploy/support/fetch.ts';
import { cached } from '../deploy/support/found.ts';
import { temporaryFolder } from '../deploy/support/temporary-folder.ts';

/*
 * `make site`: the documents as a site that can be searched, by mkdocs-material. The folder that it writes is the argument,
 * `site` where none is given. Any link that leads nowhere, and any warning, is an error. The navigation is docs/index.md.
 */

const ROOT = fileURLToPath(new URL('../', import.meta.url));
const MKDOCS = 'mkdocs-material==9.8.2';
const INDEX = 'docs/index.md';

/** An entry of mkdocs' `nav`: a page (a path), or a section (a title with entries). */
type Entry = string | { readonly [title: string]: readonly Entry[] };

/** Files that the documents may link to: all but the tests, which are no reading. */
function trackedFiles(): readonly string[] {
  const listed = execFileSync('git', ['ls-files', '-z'], { cwd: ROOT, encoding: 'utf8' });
  return listed.split('\0').filter((name) => name !== '' && !name.endsWith('.head.md'));
}

/** The sections of docs/index.md with the pages that they link to; each page stands where it is named first. */
async function navigation(pages: readonly string[]): Promise<readonly Entry[]> {
  const text = await readFile(join(ROOT, INDEX), 'utf8');
  const sections = text.split(/^## /m).slice(1);
  const named = sections.map((section) =>
    [...section.matchAll(/\]\(([^)#]+)/g)].map(([, path = '']) =>
      relative(ROOT, join(ROOT, dirname(INDEX), path)),
    ),
  );
  const order = ['README.md', ...named.flat()];
  const entries = named.map((all, index): Entry => {
    const before = ['README.md', ...named.slice(0, index).flat()];
    const own = all.filter((page, at) => all.indexOf(page) === at && !before.includes(page));
    const title = sections[index]?.split('\n')[0] ?? '';
    return { [title]: own.flatMap((page) => withItsFolder(page, pages, order)) };
  });
  return ['README.md', ...entries];
}

/** A page; the README of a folder leads a section with the pages of its folder, which then stand nowhere else. */
function withItsFolder(
  page: string,
  pages: readonly string[],
  order: readonly string[],
): readonly Entry[] {
  if (!pages.includes(page)) return [];
  const folder = dirname(page);
  const readme = join(folder, 'README.md');
  // The pages of docs itself, and of the root, stand one by one.
  if (!order.includes(readme) || folder === '.') return [page];
  if (page !== readme) return [];
  const rest = pages.filter((one) => dirname(one) === folder && one !== readme);
  if (rest.length === 0) return [page];
  const name = folder.split('/').at(-1) ?? '';
  return [{ [name.slice(0, 1).toUpperCase() + name.slice(1)]: [page, ...rest] }];
}

async function settings(pages: readonly string[], from: string, to: string): Promise<object> {
  return {
    site_name: 'Watchword',
    docs_dir: from,
    site_dir: to,
    nav: await navigation(pages),
    theme: {
      name: 'material',
      // Nothing is fetched from other hosts by whoever reads it.
      font: false,
      features: ['navigation.sections', 'navigation.top', 'content.code.copy', 'search.highlight'],
      palette: [
        {
          media: '(prefers-color-scheme: light)',
          scheme: 'default',
          toggle: { icon: 'material/weather-night', name: 'dark' },
        },
        {
          media: '(prefers-color-scheme: dark)',
          scheme: 'slate',
          toggle: { icon: 'material/weather-sunny', name: 'light' },
        },
      ],
    },
    plugins: ['search'],
    // Lists as GitHub reads them: two spaces are enough to nest, and a list needs no empty line before it.
    markdown_extensions: [
      'tables',
      'sane_lists',
      'mdx_truly_sane_lists',
      'pymdownx.superfences',
      'pymdownx.highlight',
    ],
    validation: { nav: { omitted_files: 'ignore' }, links: { not_found: 'warn', anchors: 'warn' } },
  };
}

const target = resolve(process.argv[2] ?? 'site');
const packages = await cached(MKDOCS.replace('==', '-'), async (folder) => {
  const quiet = ['--quiet', '--disable-pip-version-check', '--no-input'];
  const wanted = [MKDOCS, 'mdx_truly_sane_lists==1.3'];
  await fetchBy('python3', ['-m', 'pip', 'install', ...quiet, '--target', folder, ...wanted]);
});
await using work = await temporaryFolder('watchword-site-');
const from = join(work.path, 'from');
const files = trackedFiles();
for (const file of files) {
  await mkdir(join(from, dirname(file)), { recursive: true });
  await cp(join(ROOT, file), join(from, file));
}
const config = join(work.path, 'mkdocs.json');
const pages = files.filter((name) => name.endsWith('.md'));
// JSON is YAML.
await writeFile(config, JSON.stringify(await settings(pages, from, target)));
const { stderr } = await promisify(execFile)(
  'python3',
  ['-m', 'mkdocs', 'build', '--strict', '--quiet', '--config-file', config],
  { env: { ...process.env, PYTHONPATH: packages, NO_MKDOCS_2_WARNING: '1' } },
);
process.stderr.write(stderr);
process.stdout.write(`${target}\n`);
