import { ProblemsError } from '../base/problem.ts';
import { migrateContour } from './contour.ts';
import { migrateExpressGateway } from './express-gateway.ts';
import { markVariables, variableNotes, withVariables } from './express-variables.ts';
import { migrateIngressNginx } from './ingress-nginx.ts';
import { manifestsOf, readDocuments } from './manifests.ts';
import { type Mapping, mapping } from './mapping.ts';
import type { Migration, MigrationOptions } from './migration.ts';
import { migrateTraefik } from './traefik.ts';
import type { RouteTarget } from './wiring.ts';

/** A file of another gateway. */
export interface Input {
  readonly file: string;
  readonly content: string;
}

/** Translates a file. Throws `ProblemsError` where it is not one of that gateway. */
export type Migrate = (input: Input, options: MigrationOptions, target: RouteTarget) => Migration;

/** The gateways whose configuration can be migrated. */
export const SOURCES: Readonly<Record<string, Migrate>> = {
  'express-gateway': fromExpressGateway,
  'ingress-nginx': (input, options, target) =>
    migrateIngressNginx(manifestsIn(input), options, target),
  traefik: (input, options, target) => migrateTraefik(manifestsIn(input), options, target),
  contour: (input, _, target) => migrateContour(manifestsIn(input), target),
};

function fromExpressGateway({ file, content }: Input, options: MigrationOptions): Migration {
  const variables = options.variables ?? new Map();
  const [config, ...more] = documentsIn({ file, content: withVariables(content, variables) });
  if (config === undefined || more.length > 0)
    throw wrong(file, `has ${more.length + 1} YAML documents, and a gateway.config.yml has one`);
  checkKind(file, config);
  const { pipelines, pipeline, apiEndpoints, apiEndpoint } = mapping(
    readDocuments(file, markVariables(content))[0],
  );
  const translated = migrateExpressGateway(config, options);
  const marked = { apiEndpoints: apiEndpoints || apiEndpoint, pipelines: pipelines || pipeline };
  return { ...translated, notes: [...variableNotes(marked, variables), ...translated.notes] };
}

/** Express Gateway serves nothing without both. */
function checkKind(file: string, config: Mapping): void {
  const hasPipelines = isThere(config['pipelines']) || isThere(config['pipeline']);
  const hasEndpoints = isThere(config['apiEndpoints']) || isThere(config['apiEndpoint']);
  if (hasPipelines && hasEndpoints) return;
  if (config['apiVersion'] !== undefined && config['kind'] !== undefined)
    throw wrong(
      file,
      `is a Kubernetes object (${String(config['kind'])}), not a gateway.config.yml`,
      'migrate ingress-nginx, or migrate traefik',
    );
  const missing = [
    ...(hasPipelines ? [] : ['pipelines']),
    ...(hasEndpoints ? [] : ['apiEndpoints']),
  ];
  const isSystem = ['db', 'crypto', 'session', 'accessTokens'].some((name) =>
    isThere(config[name]),
  );
  throw wrong(
    file,
    `has no ${missing.join(' and no ')}: Express Gateway serves nothing with it`,
    ...(isSystem ? ['it looks like system.config.yml; give gateway.config.yml'] : []),
  );
}

function isThere(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length > 0;
}

function manifestsIn(input: Input): ReturnType<typeof manifestsOf> {
  const documents = documentsIn(input);
  const manifests = manifestsOf(documents);
  if (documents.every((one) => one['kind'] === undefined))
    throw wrong(
      input.file,
      'has no Kubernetes object: nothing in it has a kind',
      'kubectl get ingress,service --output yaml, or the like',
    );
  return manifests;
}

function documentsIn({ file, content }: Input): readonly Mapping[] {
  const documents = readDocuments(file, content);
  if (documents.length === 0)
    throw wrong(file, content.trim() === '' ? 'is empty' : 'has no YAML mapping in it');
  return documents;
}

function wrong(path: string, message: string, hint?: string): ProblemsError {
  return new ProblemsError([{ path, message, ...(hint === undefined ? {} : { hint }) }]);
}
