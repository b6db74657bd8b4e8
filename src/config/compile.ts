import { type Problem, ProblemsError } from '../base/problem.ts';
import { HostTable } from '../policy/host.ts';
import type { Issuer } from '../policy/issuer.ts';
import { PathTable } from '../policy/path-table.ts';
import type { Pipeline, Rule } from '../policy/pipeline.ts';
import type { Policy } from '../policy/policy.ts';
import { crossChecks } from './cross-checks.ts';
import type { IssuerPool } from './open-issuers.ts';
import { claimNamesOf, compilePipeline } from './compile-pipeline.ts';
import type { ConfigRead } from './read.ts';
import type { Config } from './shape.ts';

/** A configuration that can be served. */
export interface Compiled {
  readonly policy: Policy;
  /** By what identifies their settings, for `IssuerPool.use`. */
  readonly issuers: ReadonlyMap<string, Issuer>;
}

/**
 * Compiles a configuration, opening the key files that it names. Throws `ProblemsError` with every problem. Nothing that
 * serves is touched.
 */
export async function compile(read: ConfigRead, pool: IssuerPool): Promise<Compiled> {
  const { config, placeOf } = read;
  const findings = crossChecks(config);
  const claimNames = claimNamesOf(config);
  const opened = await Promise.all(config.issuers.map((issuer) => pool.open(issuer, claimNames)));
  const problems: Problem[] = [...findings.map(({ path, ...rest }) => ({ path: placeOf(path), ...rest }))];
  for (const [index, one] of opened.entries()) {
    if (one.ok) continue;
    const { fault, hint } = one;
    problems.push({ path: placeOf(['issuers', index, 'keys']), message: fault, ...(hint === undefined ? {} : { hint }) });
  }
  if (problems.length > 0) throw new ProblemsError(problems);
  const issuers = new Map(opened.flatMap((one) => (one.ok ? [[one.value.identity, one.value.issuer] as const] : [])));
  return { policy: compilePolicy(config, [...issuers.values()]), issuers };
}

function compilePolicy(config: Config, issuers: readonly Issuer[]): Policy {
  const identityHeaders = identityHeadersOf(config);
  const pipelines = new Map<string, Pipeline>(
    config.pipelines.map((pipeline) => [pipeline.name, compilePipeline(pipeline, config, identityHeaders)]),
  );
  return {
    issuers: new Map(issuers.map((issuer) => [issuer.iss, issuer])),
    pipelines,
    matches: compileMatches(config, pipelines),
    fallback: pipelines.get(config.default) ?? null,
    identityHeaders,
  };
}

/** The closed list of headers that may be set: the configured one, else all that some pipeline sets. */
export function identityHeadersOf(config: Config): readonly string[] {
  return (
    config.identityHeaders ?? [...new Set(config.pipelines.flatMap((pipeline) => Object.keys(pipeline.forward.headers)))]
  );
}

function compileMatches(config: Config, pipelines: ReadonlyMap<string, Pipeline>): Policy['matches'] {
  const hosts = new Map<string, Map<string, Rule>>();
  for (const { name, match } of config.pipelines) {
    const pipeline = pipelines.get(name);
    if (pipeline === undefined) continue;
    for (const { hosts: patterns, paths, methods } of match) {
      for (const host of patterns) {
        const table = hosts.get(host) ?? new Map<string, Rule>();
        hosts.set(host, table);
        for (const path of paths) table.set(path, withPipeline(table.get(path), pipeline, methods));
      }
    }
  }
  return new HostTable(new Map([...hosts].map(([host, paths]) => [host, new PathTable<Rule>(paths)])));
}


function withPipeline(rule: Rule = { byMethod: new Map(), otherwise: null }, pipeline: Pipeline, methods?: readonly string[]): Rule {
  if (methods === undefined) return { ...rule, otherwise: pipeline };
  return { ...rule, byMethod: new Map([...rule.byMethod, ...methods.map((method) => [method, pipeline] as const)]) };
}
