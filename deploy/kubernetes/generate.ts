import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { findHelm } from '../../test/cluster/programs.ts';
import { alertRules } from '../monitoring/alerts.ts';
import { dashboard } from '../monitoring/dashboard.ts';
import { chartReadme } from './chart-readme.ts';
import { fragmentTemplates } from './fragments.ts';
import { renderChart, renderInstall } from './install.ts';
import { recipe, recipePages } from './recipes.ts';
import { valuesSchema } from './values-schema.ts';

const ROOT = new URL('../../', import.meta.url);

/** The files that are made from others: path from the root of the project, and how. */
export const GENERATED: Readonly<Record<string, () => string | Promise<string>>> = {
  'helm/watchword/values.schema.json': () => formatted('x.json', JSON.stringify(valuesSchema())),
  'helm/watchword/templates/_fragments.tpl': fragmentTemplates,
  'helm/watchword/files/alerts.yaml': alertRules,
  'helm/watchword/files/dashboard.json': () => formatted('x.json', JSON.stringify(dashboard())),
  'helm/watchword/README.md': () =>
    chartReadme(read('helm/watchword/README.head.md'), read('helm/watchword/values.yaml')),
  'deploy/kubernetes/install.yaml': async () =>
    formatted('x.yaml', renderInstall(await findHelm())),
  ...Object.fromEntries(
    recipePages().map((page) => [`docs/gateways/${page}`, () => withHelm(page)]),
  ),
};

async function withHelm(page: string): Promise<string> {
  const helm = await findHelm();
  return recipe(page, (values) => renderChart(helm, values));
}

function read(path: string): string {
  return readFileSync(new URL(path, ROOT), 'utf8');
}

/** As the project's formatter writes it; the name tells the language. */
function formatted(name: string, text: string): string {
  const biome = fileURLToPath(new URL('node_modules/.bin/biome', ROOT));
  const args = ['format', `--stdin-file-path=${name}`];
  return execFileSync(biome, args, { cwd: ROOT, input: text, encoding: 'utf8' });
}

// The schema and the templates come first: helm reads them when it renders the others.
if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const [path, make] of Object.entries(GENERATED)) {
    writeFileSync(new URL(path, ROOT), await make());
    process.stdout.write(`${path}\n`);
  }
}
