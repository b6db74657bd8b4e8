import { copyFile } from 'node:fs/promises';
import { build } from 'esbuild';

/*
 * Bundles the console's page into dist/page: a script, a style sheet and two files as they are. Preact and uPlot are in the script, so
 * that the program needs neither.
 */

const file = (name) => new URL(`../${name}`, import.meta.url).pathname;

await build({
  entryPoints: { page: file('console/main.tsx') },
  outdir: file('dist/page'),
  bundle: true,
  minify: true,
  format: 'esm',
  target: 'es2022',
  jsx: 'automatic',
  jsxImportSource: 'preact',
  legalComments: 'inline',
  logLevel: 'warning',
});
await build({
  entryPoints: { page: file('console/page.css') },
  outdir: file('dist/page'),
  bundle: true,
  minify: true,
  logLevel: 'warning',
});
for (const name of ['index.html', 'icon.svg'])
  await copyFile(file(`console/${name}`), file(`dist/page/${name}`));
