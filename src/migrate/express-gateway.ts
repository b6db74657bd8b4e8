import { type ExpressRoute, endpointRoutes, inServedOrder } from './express-endpoint.ts';
import { BEARER } from './express-extractor.ts';
import { CONSUMERS_FILE, JwtPolicies } from './express-jwt.ts';
import {
  handlingOf,
  isOpen,
  methodsOfSteps,
  policyNotes,
  type Step,
  stepsOf,
} from './express-policies.ts';
import { isMapping, list, type Mapping, mapping, scalar } from './mapping.ts';
import { matchEntries } from './match-entries.ts';
import { type Cell, cellsOf, type HandledRoute } from './match-table.ts';
import {
  type Migration,
  type MigrationOptions,
  NEVER_CLAIMED,
  type Note,
  REFUSING_PIPELINE,
  UNKNOWN_ISSUER,
  uniqueNames,
} from './migration.ts';
import { type Needs, pipelineKey, REFUSED } from './needs.ts';
import { patternText } from './path-pattern.ts';

/**
 * `gateway.config.yml` of Express Gateway 1.16 to a Watchword configuration. Nothing gets to a backend that did not before:
 * `cellsOf` says why.
 */
export function migrateExpressGateway(config: Mapping, options: MigrationOptions): Migration {
  const notes: Note[] = [];
  const endpoints = named(config, 'apiEndpoints', notes);
  const pipelines = pipelinesOf(config, endpoints, notes);
  const used = new Set(pipelines.flatMap((pipeline) => pipeline.endpoints));
  // What is said of endpoints that no pipeline has: they served nothing.
  const unused: Note[] = [];
  const tokens = new JwtPolicies(options, uniqueNames());
  const routes = inServedOrder(
    [...endpoints].flatMap(([name, value]) =>
      (Array.isArray(value) ? value : [value]).flatMap((one) =>
        endpointRoutes(one, name, used.has(name) ? notes : unused),
      ),
    ),
  );
  const handled = routes.map((route) => handledRoute(route, pipelines, tokens));
  const cells = cellsOf(handled, methodsOf(routes, pipelines));
  const document = documentOf(cells, tokens, options);
  return {
    files: [
      {
        name: 'watchword.yaml',
        about: 'Watchword, from gateway.config.yml',
        documents: [document],
      },
    ],
    notes: [
      ...notes,
      ...pipelines.flatMap(({ notes: own }) => own),
      ...tokens.notes,
      ...conflictNotes(cells),
      ...(hasPipelines(document) ? [] : [NOTHING_LEFT]),
      LETTER_CASE,
    ],
  };
}

const NOTHING_LEFT: Note = {
  where: 'pipelines',
  says: 'has none that could be translated: with this result every request is refused',
  isLoss: true,
};

const LETTER_CASE: Note = {
  where: 'caseSensitivePaths',
  says: 'is false, since Express matches paths in any letter case',
};

interface ExpressPipeline {
  /** In the input. */
  readonly written: string;
  /** In the result. */
  readonly name: string;
  readonly endpoints: readonly string[];
  readonly steps: readonly Step[];
  readonly notes: readonly Note[];
}

/** Pipelines and endpoints by name: a mapping, a list, whose members have an index or a `name`, or one alone. */
function named(
  config: Mapping,
  setting: 'apiEndpoints' | 'pipelines',
  notes: Note[],
): ReadonlyMap<string, unknown> {
  const several = config[setting];
  const value = several || config[setting.slice(0, -1)];
  if (isMapping(value) && (several || !isOne(value))) return new Map(Object.entries(value));
  if (Array.isArray(value) && setting === 'apiEndpoints')
    notes.push({
      where: setting,
      says: 'is a list, which Express Gateway refuses; its members are called by their name, or their index',
      isLoss: true,
    });
  return new Map(
    list(value).map((one, index) => [scalar(mapping(one)['name']) ?? String(index), one]),
  );
}

/** Whether a mapping is an endpoint or a pipeline itself, and not one of them by name. */
function isOne(value: Mapping): boolean {
  const settings = ['host', 'paths', 'path', 'policies', 'policy', 'apiEndpoint', 'apiEndpoints'];
  return Object.entries(value).some(([key, one]) => settings.includes(key) && !isMapping(one));
}

function pipelinesOf(
  config: Mapping,
  endpoints: ReadonlyMap<string, unknown>,
  notes: Note[],
): readonly ExpressPipeline[] {
  const nameFor = uniqueNames();
  nameFor(REFUSING_PIPELINE);
  const all = named(config, 'pipelines', notes);
  return [...all].map(([written, value]) => {
    const pipeline = mapping(value);
    const where = `pipelines.${written}`;
    const steps = stepsOf(pipeline);
    const used = list(pipeline['apiEndpoints'] ?? pipeline['apiEndpoint']).map(String);
    const missing = used.filter((name) => !endpoints.has(name));
    return {
      written,
      name: nameFor(written),
      endpoints: used,
      steps,
      notes: [
        ...missing.map((name) => ({
          where,
          says: `no apiEndpoint is called ${name}`,
          isLoss: true,
        })),
        ...policyNotes(steps, where),
        ...openNotes(steps, where),
      ],
    };
  });
}

function openNotes(steps: readonly Step[], where: string): readonly Note[] {
  if (!steps.some(({ policy }) => policy === 'proxy'))
    return [
      {
        where,
        says: 'has no proxy policy: what passes its policies goes to the next endpoint, or is 404',
      },
    ];
  return isOpen(steps)
    ? [{ where, says: 'has no jwt policy: what it opened stays open, as `require: none` says' }]
    : [];
}

function handledRoute(
  route: ExpressRoute,
  pipelines: readonly ExpressPipeline[],
  tokens: JwtPolicies,
): HandledRoute {
  // The last pipeline that names an endpoint has it.
  const pipeline = pipelines.findLast(({ endpoints }) => endpoints.includes(route.endpoint));
  const { where, host, shapes, methods } = route;
  return {
    where,
    host,
    shapes,
    methods,
    handling: (method) =>
      pipeline === undefined || !route.isServed
        ? { needs: REFUSED, ends: 'yes' }
        : handlingOf(pipeline.steps, pipeline.name, method, tokens),
  };
}

/** Methods that something names, and null for all others. */
function methodsOf(
  routes: readonly ExpressRoute[],
  pipelines: readonly ExpressPipeline[],
): readonly (string | null)[] {
  const named = [
    ...routes.flatMap(({ methods }) => methods ?? []),
    ...pipelines.flatMap(({ steps }) => methodsOfSteps(steps)),
  ];
  return [null, ...new Set(named)];
}

/** The configuration that is written. */
interface Document {
  readonly caseSensitivePaths: false;
  readonly issuers?: readonly object[];
  readonly consumers?: { readonly file: string };
  readonly pipelines: readonly { readonly name: string }[];
}

function hasPipelines({ pipelines }: Document): boolean {
  return pipelines.some(({ name }) => name !== REFUSING_PIPELINE);
}

function documentOf(
  cells: readonly Cell[],
  tokens: JwtPolicies,
  options: MigrationOptions,
): Document {
  const entries = matchEntries(cells);
  const all = cells.flatMap((cell) => [...cell.needs.values()]);
  const made = [...new Map(all.map((one) => [pipelineKey(one), one])).values()].filter((one) =>
    entries.has(pipelineKey(one)),
  );
  const used = made.flatMap((one) => (one.kind === 'token' ? [one.issuer] : []));
  const isRefusing = entries.has(REFUSED.kind);
  const issuers = [
    ...tokens.issuersNamed(used),
    ...(isRefusing && used.length === 0 ? [standInIssuer(options)] : []),
  ];
  const nameFor = uniqueNames();
  const refusing = nameFor(REFUSING_PIPELINE);
  const pipelines = made
    .filter((one) => one.kind !== 'refused')
    .map((one) => ({
      name: nameFor(one.pipeline),
      match: entries.get(pipelineKey(one)) ?? [],
      ...tokenFromOf(one),
      require: requireOf(one, ''),
    }));
  const refused = {
    name: refusing,
    match: entries.get(REFUSED.kind) ?? [],
    require: requireOf(REFUSED, used[0] ?? STAND_IN),
  };
  return {
    caseSensitivePaths: false,
    ...(issuers.length > 0 ? { issuers } : {}),
    ...(made.some(asksForConsumer) ? { consumers: { file: CONSUMERS_FILE } } : {}),
    pipelines: isRefusing ? [...pipelines, refused] : pipelines,
  };
}

function asksForConsumer(needs: Needs): boolean {
  return needs.kind === 'token' && needs.isKnownSubject;
}

const STAND_IN = 'unknown';

/** A pipeline that refuses needs an issuer, and there is none. */
function standInIssuer({ issuer = UNKNOWN_ISSUER }: MigrationOptions): object {
  const allowHttp = issuer.startsWith('http:') ? { allowHttp: true } : {};
  return { name: STAND_IN, issuer, required: false, keys: { discovery: true, ...allowHttp } };
}

function tokenFromOf(needs: Needs): object {
  return needs.kind === 'token' && needs.place !== BEARER ? { tokenFrom: [needs.place] } : {};
}

function requireOf(needs: Needs, issuer: string): object | 'none' {
  if (needs.kind === 'refused')
    return { issuers: [issuer], audiences: 'any', claims: [NEVER_CLAIMED] };
  if (needs.kind === 'open') return 'none';
  return {
    issuers: [needs.issuer],
    audiences: needs.audience === null ? 'any' : [needs.audience],
    ...(needs.isKnownSubject ? { consumer: true } : {}),
    ...(needs.isOptional ? { optional: true } : {}),
  };
}

function conflictNotes(cells: readonly Cell[]): readonly Note[] {
  return cells.flatMap(({ host, path, conflict }) =>
    conflict.length === 0
      ? []
      : [
          {
            where: `${host}${patternText(path)}`,
            says: `is refused: no pattern of match tells apart what went to ${[...new Set(conflict)].join(', ')}`,
            isLoss: true,
          },
        ],
  );
}
