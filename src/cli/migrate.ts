import { access, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ProblemsError } from '../base/problem.ts';
import { systemCode } from '../base/system-code.ts';
import { crossChecks } from '../config/cross-checks.ts';
import { readConfigText } from '../config/read.ts';
import { describeNote, type MigratedFile, type Migration, textOf } from '../migrate/migration.ts';
import { SOURCES } from '../migrate/sources.ts';
import {
  gatewayRef,
  type RouteTarget,
  serviceRef,
  TARGET_NAMES,
  type TargetName,
} from '../migrate/wiring.ts';
import { type Command, EXIT, print, printError, UsageError } from './command.ts';

const OPTIONS = {
  out: { type: 'string' },
  issuer: { type: 'string' },
  audience: { type: 'string' },
  gateway: { type: 'string', default: 'gateway' },
  to: { type: 'string' },
  service: { type: 'string', default: 'watchword/watchword' },
  env: { type: 'string', multiple: true, default: [] as string[] },
} as const;

export const migrate: Command = {
  summary:
    "Writes Watchword's configuration and routes from another gateway's, and says what has no counterpart.",
  usage:
    'express-gateway|ingress-nginx|traefik|contour FILE [--out FOLDER] [--issuer URL] [--audience ID] [--to gateway-api|contour|same] [--gateway NAMESPACE/NAME] [--service NAMESPACE/NAME] [--env NAME=VALUE …]',
  details: [
    'Exit 0: everything is translated. 2: something has no counterpart and is refused; the result is printed, never',
    'wider than before. 1: there is nothing that could be translated. What is printed has passed validate; the key',
    'files that it names are read by validate itself.',
  ],
  run: async (args) => {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: OPTIONS,
      allowPositionals: true,
    });
    const [source = '', file, ...more] = positionals;
    const from = Object.hasOwn(SOURCES, source) ? SOURCES[source] : undefined;
    if (from === undefined)
      throw new UsageError(`'${source}' is none of ${Object.keys(SOURCES).join(', ')}`);
    if (file === undefined || more.length > 0) throw new UsageError('give one FILE');
    const to = targetOf(source, values.to);
    const { issuer, audience } = values;
    const service = serviceRef(values.service);
    if (service === null) throw new UsageError('--service is NAMESPACE/NAME');
    const target: RouteTarget = { to, gateway: gatewayRef(values.gateway), service };
    const options = { issuer, audience, variables: variablesOf(values.env) };
    const migration = from(await readInput(file), options, target);
    checkResult(migration);
    const isEmpty = migration.files.length === 0;
    if (values.out !== undefined) await writeFiles(values.out, migration);
    else if (!isEmpty) printFiles(migration);
    for (const note of migration.notes) printError(describeNote(note));
    if (isEmpty) return EXIT.wrong;
    return migration.notes.some(({ isLoss }) => isLoss === true) ? EXIT.incomplete : EXIT.ok;
  },
};

/** What a source is migrated to: HTTPProxies are made of Ingresses. */
function targetOf(source: string, written: string | undefined): TargetName {
  const usual = source === 'contour' ? 'contour' : 'gateway-api';
  const to = TARGET_NAMES.find((name) => name === (written ?? usual));
  if (to === undefined) throw new UsageError(`--to is one of ${TARGET_NAMES.join(', ')}`);
  if (source === 'contour' && to !== 'contour')
    throw new UsageError('migrate contour writes HTTPProxies: --to is contour');
  if (to === 'contour' && source !== 'contour' && source !== 'ingress-nginx')
    throw new UsageError(`--to contour is for Ingresses: it is not supported yet for ${source}`);
  return to;
}

async function readInput(file: string): Promise<{ file: string; content: string }> {
  const content = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new UsageError(`${file} cannot be read: ${systemCode(error)}`);
  });
  return { file, content };
}

function variablesOf(written: readonly string[]): ReadonlyMap<string, string> {
  return new Map(
    written.map((one) => {
      const [, name, value] = /^([A-Za-z0-9_]+)=(.*)$/s.exec(one) ?? [];
      if (name === undefined || value === undefined) throw new UsageError('--env is NAME=VALUE');
      return [name, value] as const;
    }),
  );
}

/** What `validate` would refuse is never printed. The key files are not there yet, so only the settings are checked. */
function checkResult({ files }: Migration): void {
  const file = files.find(({ name }) => name === CONFIGURATION);
  if (file === undefined) return;
  const { config, placeOf } = readConfigText(CONFIGURATION, textOf(file, []));
  const problems = crossChecks(config).map(({ path, ...rest }) => ({
    ...rest,
    path: placeOf(path),
  }));
  if (problems.length > 0) throw new ProblemsError(problems);
}

const CONFIGURATION = 'watchword.yaml';

function printFiles({ files }: Migration): void {
  print(
    files
      .map((file) => `# ${file.name}\n${textOf(file, [])}`)
      .join('---\n')
      .trimEnd(),
  );
}

/** Never over a file that is there: it may have been worked on since. */
async function writeFiles(folder: string, { files, notes }: Migration): Promise<void> {
  if (files.length === 0) return;
  const paths = files.map(({ name }) => join(folder, name));
  for (const path of paths) {
    const exists = await access(path).then(
      () => true,
      () => false,
    );
    if (exists) throw new UsageError(`${path} is there already`);
  }
  await mkdir(folder, { recursive: true });
  for (const file of files) await writeOne(join(folder, file.name), file, notes);
}

async function writeOne(
  path: string,
  file: MigratedFile,
  notes: Migration['notes'],
): Promise<void> {
  await writeFile(path, textOf(file, file.name === CONFIGURATION ? notes : []));
  print(path);
}
