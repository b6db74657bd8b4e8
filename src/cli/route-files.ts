import { readFile } from 'node:fs/promises';
import { parseAllDocuments } from 'yaml';
import { systemCode } from '../base/system-code.ts';
import type { RoutesConfig } from '../config/shape-routes.ts';
import { CLUSTER_KINDS, WATCHED_KINDS } from '../kube/kinds.ts';
import { isRecord, recordAt } from '../kube/object.ts';
import type { RouteIndex } from '../routes/match/route-index.ts';
import { compileRoutes } from '../routes/read/compile.ts';
import { objectsFrom, rulesOf } from '../routes/read/rules.ts';
import { type Uncounted, uncountedOf } from '../routes/read/uncounted.ts';
import { ROUTE_KINDS } from '../routes/route-object.ts';
import { UsageError } from './command.ts';

/** The route objects that count, and those that do not. */
export interface RoutesRead {
  readonly routes: RouteIndex | null;
  readonly uncounted: readonly Uncounted[];
}

/**
 * The route objects in files, as a cluster would have them; null where no file is named. An object without a status counts as
 * accepted, since nobody has applied it yet.
 */
export async function routesIn(
  files: readonly string[],
  settings: RoutesConfig,
): Promise<RoutesRead> {
  if (files.length === 0) return { routes: null, uncounted: [] };
  const documents = (await Promise.all(files.map(documentsIn))).flat();
  const objects = objectsFrom(documents.map(inNamespace));
  const rules = { ...rulesOf(settings), statusOptional: true };
  const routes = compileRoutes(objects, rules);
  return {
    routes,
    uncounted: [...uncountedOf(objects, rules, routes.objects), ...unread(documents)],
  };
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

/** A file need not name a namespace: kubectl then writes into that of its context, `default` unless it was changed. */
function inNamespace(document: unknown): unknown {
  if (!isRecord(document)) return document;
  const { items } = document;
  if (Array.isArray(items)) return { ...document, items: items.map(inNamespace) };
  if (CLUSTER_KINDS.has(String(document['kind']))) return document;
  const metadata = recordAt(document, 'metadata');
  return { ...document, metadata: { namespace: 'default', ...metadata } };
}

/** Objects of kinds that send requests somewhere and that Watchword does not read. */
function unread(documents: readonly unknown[]): readonly Uncounted[] {
  return documents.flatMap((document) => {
    if (!isRecord(document)) return [];
    if (Array.isArray(document['items'])) return unread(document['items']);
    const kind = String(document['kind']);
    if (
      !/route|ingress|virtualservice|mapping|proxy/i.test(kind) ||
      Object.hasOwn(WATCHED_KINDS, kind)
    )
      return [];
    const { name, namespace = 'default' } = recordAt(document, 'metadata');
    const why = `objects of this kind are not read, but ${ROUTE_KINDS.join(', ')}; its gateway names the pipeline in its own configuration (docs/gateways)`;
    return [{ key: `${kind}/${String(namespace)}/${String(name)}`, why, hosts: [] }];
  });
}
