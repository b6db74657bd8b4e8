import { readFile } from 'node:fs/promises';
import { parseAllDocuments } from 'yaml';
import { systemCode } from '../base/system-code.ts';
import type { RoutesConfig } from '../config/shape-routes.ts';
import { compileRoutes } from '../routes/compile-routes.ts';
import type { RouteIndex } from '../routes/route-index.ts';
import { objectsFrom, rulesOf } from '../routes/rules.ts';
import { UsageError } from './command.ts';

/**
 * The route objects in files, as a cluster would have them; null where no file is named. An object without a status counts as
 * accepted, since nobody has applied it yet.
 */
export async function routesIn(
  files: readonly string[],
  settings: RoutesConfig,
): Promise<RouteIndex | null> {
  if (files.length === 0) return null;
  const documents = (await Promise.all(files.map(documentsIn))).flat();
  return compileRoutes(objectsFrom(documents), { ...rulesOf(settings), statusOptional: true });
}

async function documentsIn(file: string): Promise<readonly unknown[]> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new UsageError(`--objects ${file} cannot be read: ${systemCode(error)}`);
  });
  const documents = parseAllDocuments(text, { prettyErrors: false });
  return documents.map((document) => {
    const [fault] = document.errors;
    if (fault !== undefined) throw new UsageError(`--objects ${file}: ${fault.message}`);
    return document.toJS({ maxAliasCount: 100 }) as unknown;
  });
}
