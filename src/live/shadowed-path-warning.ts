import type { Finding } from '../config/explain-issue.ts';
import type { Config } from '../config/shape.ts';
import { PathTable } from '../policy/path-table.ts';
import { type Pipeline, pipelineFor } from '../policy/pipeline.ts';
import type { Policy } from '../policy/policy.ts';
import { asksAtLeast } from '../policy/strictness.ts';
import { neighboursOf, withoutSlash, written } from './path-neighbours.ts';

/**
 * Exact paths with weaker neighbours. `/admin` is exact as in Kubernetes, but many backends serve `/admin/` as the same page
 * and what is below it as part of it: where another pipeline judges those and refuses fewer, a slash leads around the first.
 */
export function shadowedPathWarnings(config: Config, policy: Policy): readonly Finding[] {
  const patterns = patternsByHost(config);
  return exactPathsOf(config).flatMap((exact) => {
    const weak = exact.hosts
      .map((host) => weakAt(exact, host, patterns.get(host), policy))
      .find((found) => found.length > 0);
    return weak === undefined ? [] : [{ path: exact.place, ...said(exact.path, weak) }];
  });
}

interface ExactPath {
  readonly pipeline: string;
  readonly hosts: readonly string[];
  /** Without `**` at its end; never `/`, which has no other spelling. */
  readonly path: string;
  readonly place: readonly PropertyKey[];
}

function exactPathsOf({ pipelines }: Config): readonly ExactPath[] {
  return pipelines.flatMap(({ name, match }, index) =>
    match.flatMap(({ hosts, paths }, at) =>
      paths.flatMap((path, place) =>
        path === '/' || path.endsWith('/**')
          ? []
          : [
              {
                pipeline: name,
                hosts,
                path,
                place: ['pipelines', index, 'match', at, 'paths', place],
              },
            ],
      ),
    ),
  );
}

function patternsByHost({
  pipelines,
  caseSensitivePaths,
}: Config): ReadonlyMap<string, PathTable<string>> {
  const patterns = new Map<string, string[]>();
  for (const { hosts, paths } of pipelines.flatMap(({ match }) => match)) {
    for (const host of hosts) patterns.set(host, [...(patterns.get(host) ?? []), ...paths]);
  }
  return new Map(
    [...patterns].map(([host, paths]) => [
      host,
      new PathTable(
        paths.map((path) => [path, path]),
        { ignoreCase: !caseSensitivePaths },
      ),
    ]),
  );
}

/** A neighbour of an exact path, and who judges it. */
interface Weak {
  readonly neighbour: string;
  readonly judge: Pipeline;
}

function weakAt(
  { pipeline: name, path }: ExactPath,
  host: string,
  patterns: PathTable<string> | undefined,
  policy: Policy,
): readonly Weak[] {
  const pipeline = policy.pipelines.get(name);
  if (pipeline === undefined || patterns === undefined) return [];
  return neighboursOf(path).flatMap((neighbour) => {
    if (isMeant(path, neighbour, patterns)) return [];
    const weaker = judgesOf(policy, host, path, neighbour, pipeline).find(
      (judge) => !asksAtLeast(judge, pipeline),
    );
    return weaker === undefined ? [] : [{ neighbour, judge: weaker }];
  });
}

/** Whether somebody wrote a pattern for the neighbour itself, or for what is below the path. */
function isMeant(path: string, neighbour: string, patterns: PathTable<string>): boolean {
  const pattern = patterns.find(written(neighbour)) ?? '';
  const isBelow = neighbour.endsWith('/*') && pattern.startsWith(`${withoutSlash(path)}/`);
  return pattern === neighbour || isBelow;
}

/** The pipelines that judge a neighbour for the methods that `pipeline` judges at the path. */
function judgesOf(
  { matches, fallback }: Policy,
  host: string,
  path: string,
  neighbour: string,
  pipeline: Pipeline,
): readonly Pipeline[] {
  // A host pattern finds its own table: nothing is more specific.
  const table = matches.find(host);
  const own = table?.find(written(path)) ?? null;
  const rule = table?.find(written(neighbour)) ?? null;
  // The empty name stands for all methods that nobody names.
  const methods = new Set(['', ...(own?.byMethod.keys() ?? []), ...(rule?.byMethod.keys() ?? [])]);
  return [...methods]
    .filter((method) => own !== null && pipelineFor(own, method) === pipeline)
    .map((method) => (rule === null ? fallback : pipelineFor(rule, method)))
    .filter((judge) => judge !== null);
}

function said(path: string, weak: readonly Weak[]): Pick<Finding, 'message' | 'hint'> {
  const below = weak.some(({ neighbour }) => neighbour.endsWith('/*'));
  const spelling = weak.find(({ neighbour }) => !neighbour.endsWith('/*'))?.neighbour;
  const neighbours = [
    ...(spelling === undefined ? [] : [`'${spelling}'`]),
    ...(below ? ['what is below it'] : []),
  ];
  const judges = [...new Set(weak.map(({ judge }) => `'${judge.name}'`))];
  return {
    message: `'${path}' is one path: ${neighbours.join(' and ')} is judged by ${judges.join(' and ')}, which lets pass whom this pipeline refuses`,
    hint: below ? `'${withoutSlash(path)}/**' covers them all` : `name '${spelling}' as well`,
  };
}
