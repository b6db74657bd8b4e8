import { access, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { systemCode } from '../base/system-code.ts';
import { migrateExpressGateway } from '../migrate/express-gateway.ts';
import { migrateIngressNginx } from '../migrate/ingress-nginx.ts';
import { manifestsOf, readDocuments } from '../migrate/manifests.ts';
import {
  describeNote,
  type MigratedFile,
  type Migration,
  type MigrationOptions,
  textOf,
} from '../migrate/migration.ts';
import { migrateTraefik } from '../migrate/traefik.ts';
import { gatewayRef, type RouteTarget, serviceRef } from '../migrate/wiring.ts';
import { type Command, EXIT, print, printError, UsageError } from './command.ts';

const OPTIONS = {
  out: { type: 'string' },
  issuer: { type: 'string' },
  audience: { type: 'string' },
  gateway: { type: 'string', default: 'gateway' },
  to: { type: 'string', default: 'gateway-api' },
  service: { type: 'string', default: 'watchword/watchword' },
} as const;

type Migrate = (
  documents: ReturnType<typeof readDocuments>,
  options: MigrationOptions,
  target: RouteTarget,
) => Migration;

const SOURCES: Readonly<Record<string, Migrate>> = {
  'express-gateway': ([config = {}], options) => migrateExpressGateway(config, options),
  'ingress-nginx': (documents, options, target) =>
    migrateIngressNginx(manifestsOf(documents), options, target),
  traefik: (documents, options, target) => migrateTraefik(manifestsOf(documents), options, target),
};

export const migrate: Command = {
  summary:
    "Writes Watchword's configuration and routes from another gateway's, and says what has no counterpart.",
  usage:
    'express-gateway|ingress-nginx|traefik FILE [--out FOLDER] [--issuer URL] [--audience ID] [--to gateway-api|same] [--gateway NAMESPACE/NAME] [--service NAMESPACE/NAME]',
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
    const { to } = values;
    if (to !== 'gateway-api' && to !== 'same')
      throw new UsageError("--to is 'gateway-api' or 'same'");
    const { issuer, audience } = values;
    const service = serviceRef(values.service);
    if (service === null) throw new UsageError('--service is NAMESPACE/NAME');
    const target: RouteTarget = { to, gateway: gatewayRef(values.gateway), service };
    const migration = from(await readInput(file), { issuer, audience }, target);
    const isEmpty = migration.files.length === 0;
    if (values.out !== undefined) await writeFiles(values.out, migration);
    else if (!isEmpty) printFiles(migration);
    for (const note of migration.notes) printError(describeNote(note));
    return isEmpty ? EXIT.wrong : EXIT.ok;
  },
};

async function readInput(file: string): Promise<ReturnType<typeof readDocuments>> {
  const content = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new UsageError(`${file} cannot be read: ${systemCode(error)}`);
  });
  const documents = readDocuments(file, content);
  if (documents.length === 0) throw new UsageError(`${file} has no YAML mapping in it`);
  return documents;
}

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
  await writeFile(path, textOf(file, file.name === 'watchword.yaml' ? notes : []));
  print(path);
}
