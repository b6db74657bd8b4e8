import { type Problem, ProblemsError } from '../base/problem.ts';
import { unknownAttributes, unknownPipelines } from '../config/check-consumers.ts';
import {
  claimNamesOf,
  compilePipeline,
  conditionHeadersOf,
  requirementsOf,
} from '../config/compile-pipeline.ts';
import { conditionOf } from '../config/compile-requirement.ts';
import type { ConsumerList } from '../config/consumer-files.ts';
import { crossChecks } from '../config/cross-checks.ts';
import type { Finding } from '../config/explain-issue.ts';
import { probeFileFindings } from '../config/probe-files.ts';
import type { ConfigRead } from '../config/read.ts';
import { readTemplates, type Templates } from '../config/refusal-files.ts';
import type { Config, PipelineConfig } from '../config/shape.ts';
import { HostTable } from '../policy/host.ts';
import type { Issuer } from '../policy/issuer.ts';
import { lowerCase, PathTable } from '../policy/path-table.ts';
import type { Pipeline, Rule } from '../policy/pipeline.ts';
import type { Policy } from '../policy/policy.ts';
import { FORM_HEADERS } from '../policy/refusal-form.ts';
import { metadataUrlOf, placeOf } from '../policy/resource.ts';
import { headerOf } from '../policy/token-place.ts';
import { ConsumerLists } from './consumer-lists.ts';
import type { IssuerPool, OpenIssuer } from './issuer-pool.ts';
import { warningsOf } from './warnings.ts';

/** A configuration that can be served. */
export interface Compiled {
  readonly policy: Policy;
  /** What is valid and probably a mistake. */
  readonly warnings: readonly Problem[];
  /** For `IssuerPool.use`. */
  readonly issuers: readonly OpenIssuer[];
}

/**
 * Compiles a configuration, opening the key files and the list of consumers that it names. Throws `ProblemsError` with every
 * problem. Nothing that serves is touched.
 */
export async function compile(
  read: ConfigRead,
  pool: IssuerPool,
  lists: ConsumerLists = new ConsumerLists(),
): Promise<Compiled> {
  const { config, placeOf } = read;
  const listed = await lists.read(config);
  const list = listed.ok ? listed.list : null;
  const { templates, findings: unread } = await readTemplates(config);
  const findings = [
    ...crossChecks(config),
    ...(list === null ? [] : unknownAttributes(config, list)),
    ...(await probeFileFindings(config)),
    ...unread,
  ];
  const claimNames = claimNamesOf(config);
  const opened = await Promise.all(config.issuers.map((issuer) => pool.open(issuer, claimNames)));
  const placed = ({ path, ...rest }: Finding): Problem => ({ path: placeOf(path), ...rest });
  const problems = [
    ...findings.map(placed),
    ...(listed.ok ? unknownPipelines(config, listed.list) : listed.problems),
  ];
  for (const [index, one] of opened.entries()) {
    if (one.ok) continue;
    const { fault, hint } = one;
    problems.push({
      path: placeOf(['issuers', index, 'keys']),
      message: fault,
      ...(hint === undefined ? {} : { hint }),
    });
  }
  if (problems.length > 0 || list === null) throw new ProblemsError(problems);
  const issuers = opened.flatMap((one) => (one.ok ? one.value : []));
  const policy = compilePolicy(
    config,
    issuers.map(({ issuer }) => issuer),
    list,
    templates,
  );
  const unused = opened.flatMap((one, index) => (one.ok ? unusedKeys(one.value, index) : []));
  const warnings = [...warningsOf(config, policy), ...unused].map(placed);
  return { policy, warnings, issuers };
}

/** Keys of files, and kept sets, that are there and not used: all else goes on without them. */
function unusedKeys(opened: readonly OpenIssuer[], index: number): readonly Finding[] {
  const unused = new Set(opened.flatMap(({ issuer }) => issuer.keys.status().unused));
  return [...unused].map((message) => ({
    path: ['issuers', index, 'keys'],
    message: `not used: ${message}`,
  }));
}

function compilePolicy(
  config: Config,
  issuers: readonly Issuer[],
  { consumers }: ConsumerList,
  templates: Templates,
): Policy {
  const identityHeaders = identityHeadersOf(config);
  const pipelines = new Map<string, Pipeline>(
    config.pipelines.map((pipeline) => [
      pipeline.name,
      compilePipeline(pipeline, config, identityHeaders, templates),
    ]),
  );
  return {
    issuers: new Map(issuers.map((issuer) => [issuer.iss, issuer])),
    pipelines,
    matches: compileMatches(config, pipelines),
    ignoresPathCase: !config.caseSensitivePaths,
    fallback: pipelines.get(config.default) ?? null,
    resources: resourcesOf(config, pipelines),
    identityHeaders,
    readHeaders: readHeadersOf(config, pipelines.values()),
    readsSource: readsSource(config),
    consumers,
  };
}

/** The pipelines whose metadata clients ask for, by its host and path. */
function resourcesOf(
  config: Config,
  pipelines: ReadonlyMap<string, Pipeline>,
): Policy['resources'] {
  return new Map(
    config.pipelines.flatMap(({ name, resource }) => {
      const pipeline = pipelines.get(name);
      return resource === undefined || pipeline === undefined
        ? []
        : [[placeOf(metadataUrlOf(resource.identifier)), pipeline] as const];
    }),
  );
}

/** What the places of tokens are read from, beside what every check reads. */
function readHeadersOf(config: Config, pipelines: Iterable<Pipeline>): readonly string[] {
  const names = [...pipelines].flatMap(({ tokenFrom }) => (tokenFrom ?? []).map(headerOf));
  const conditions = config.pipelines.flatMap(conditionHeadersOf);
  const forms = config.pipelines.some(({ refusal }) => refusal !== undefined) ? FORM_HEADERS : [];
  return [...new Set([...names, ...conditions, ...forms])].filter(
    (name) => name !== null && name !== 'authorization',
  ) as string[];
}

function readsSource({ pipelines }: Config): boolean {
  return pipelines
    .flatMap(requirementsOf)
    .some(({ when }) => when !== undefined && conditionOf(when).readsSource);
}

/** The closed list of headers that may be set: the configured one, else all that some pipeline sets. */
export function identityHeadersOf(config: Config): readonly string[] {
  return (
    config.identityHeaders ?? [
      ...new Set(config.pipelines.flatMap((pipeline) => Object.keys(pipeline.forward.headers))),
    ]
  );
}

function compileMatches(
  config: Config,
  pipelines: ReadonlyMap<string, Pipeline>,
): Policy['matches'] {
  const hosts = new Map<string, Map<string, Rule>>();
  const ignoreCase = !config.caseSensitivePaths;
  for (const { host, path: written, methods, pipeline } of config.pipelines.flatMap(matchesOf)) {
    const compiled = pipelines.get(pipeline);
    const path = ignoreCase ? lowerCase(written) : written;
    const paths = hosts.get(host) ?? new Map<string, Rule>();
    hosts.set(host, paths);
    if (compiled !== undefined) paths.set(path, withPipeline(paths.get(path), compiled, methods));
  }
  return new HostTable(
    new Map([...hosts].map(([host, paths]) => [host, new PathTable<Rule>(paths, { ignoreCase })])),
  );
}

/** Every host and path that a pipeline matches, one by one. */
function matchesOf({ name, match }: PipelineConfig): readonly Match[] {
  return match.flatMap(({ hosts, paths, methods }) =>
    hosts.flatMap((host) => paths.map((path) => ({ host, path, methods, pipeline: name }))),
  );
}

interface Match {
  readonly host: string;
  readonly path: string;
  readonly methods: readonly string[] | undefined;
  readonly pipeline: string;
}

const NO_RULE: Rule = { byMethod: new Map(), otherwise: null };

function withPipeline(
  rule: Rule = NO_RULE,
  pipeline: Pipeline,
  methods: readonly string[] | undefined,
): Rule {
  if (methods === undefined) return { ...rule, otherwise: pipeline };
  const added = methods.map((method) => [method, pipeline] as const);
  return { ...rule, byMethod: new Map([...rule.byMethod, ...added]) };
}
