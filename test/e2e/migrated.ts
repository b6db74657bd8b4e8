import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse, stringify } from 'yaml';
import { CORPUS } from '../migrate/corpus.ts';
import type { Specimen } from '../migrate/specimen.ts';
import { makeKey } from '../support/keys.ts';
import { helm, kubectl, run } from './commands.ts';
import { makeOwnNamespace } from './own-objects.ts';
import { CHART } from './release.ts';
import type { Story } from './story.ts';

const PROGRAM = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
const NAMESPACE = 'watchword-e2e-migrated';

/** Ways to migrate objects of Kubernetes, by the files with objects that they write. */
const TARGETS = {
  same: ['routes.yaml', 'back.yaml'],
  'gateway-api': ['routes.yaml'],
  // HTTPProxies are made of Ingresses.
  contour: ['httpproxies.yaml'],
} as const;

/** What `migrate` writes is taken by `validate`, by the chart and by the API server, as it stands. */
export async function migrated({ chapter, step }: Story, namespace = NAMESPACE): Promise<void> {
  chapter('What migrate writes, against validate, the chart and the API server');
  await makeOwnNamespace(namespace);
  const folder = await mkdtemp(join(tmpdir(), 'watchword-migrated-'));
  try {
    for (const [index, specimen] of CORPUS.entries())
      await step(`${specimen.source}: ${specimen.title}`, () =>
        judged(specimen, namespace, join(folder, String(index))),
      );
  } finally {
    await rm(folder, { recursive: true });
    await kubectl(['delete', 'namespace', '--ignore-not-found', '--wait=false', namespace]);
  }
}

async function judged(specimen: Specimen, namespace: string, folder: string): Promise<string> {
  const { source, documents } = specimen;
  await mkdir(folder);
  const from = join(folder, 'from.yaml');
  const objects = documents(namespace);
  await writeFile(from, objects.map((one) => stringify(one)).join('---\n'));
  if (source === 'express-gateway') {
    const out = await written(source, from, join(folder, 'out'), []);
    await mkdir(join(out, 'key'));
    await writeFile(join(out, 'key/pubKey.pem'), makeKey('RS256').spki);
    return configured(out);
  }
  const files = [from];
  for (const [to, names] of Object.entries(TARGETS)) {
    if (to === 'contour' && source !== 'ingress-nginx') continue;
    const gateway = `${namespace}/gateway`;
    const out = await written(source, from, join(folder, to), ['--to', to, '--gateway', gateway]);
    await configured(out);
    files.push(...names.map((name) => join(out, name)).filter(existsSync));
  }
  return dryRun(files);
}

async function written(
  source: string,
  from: string,
  out: string,
  more: readonly string[],
): Promise<string> {
  const command = [PROGRAM, 'migrate', source, from, '--out', out, ...more];
  // 2: something has no counterpart, and the rest is written.
  await run(process.execPath, command).catch((error: unknown) => {
    if (!existsSync(join(out, 'watchword.yaml'))) throw error;
  });
  return out;
}

/** `validate` and the chart's schema take the configuration, with the values beside it where there are some. */
async function configured(folder: string): Promise<string> {
  const file = join(folder, 'watchword.yaml');
  await run(process.execPath, [PROGRAM, 'validate', '--config', file]);
  const config: unknown = parse(await readFile(file, 'utf8'));
  const own = join(folder, 'own.json');
  await writeFile(own, JSON.stringify({ config }));
  const beside = join(folder, 'values.yaml');
  const values = [own, ...(existsSync(beside) ? [beside] : [])].flatMap((one) => ['--values', one]);
  const text = await helm(['template', 'watchword', CHART, '--namespace', 'watchword', ...values]);
  assert.ok(text.includes('"pipelines"'));
  return 'validated and rendered';
}

/** The API server would take every object. */
async function dryRun(files: readonly string[]): Promise<string> {
  const named = files.flatMap((file) => ['--filename', file]);
  const said = await kubectl(['apply', '--dry-run=server', ...named]);
  const taken = said.split('\n').filter((line) => line.endsWith('(server dry run)'));
  return `${taken.length} objects accepted`;
}
