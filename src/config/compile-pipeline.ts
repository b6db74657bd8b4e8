import type {
  ClaimPath,
  ClaimRule,
  ForwardRule,
  Pipeline,
  Requirement,
} from '../policy/pipeline.ts';
import { removalsOf } from './removals.ts';
import type { Config, IssuerConfig, PipelineConfig } from './shape.ts';

/** Compiles one pipeline whose settings were cross-checked. */
export function compilePipeline(
  pipeline: PipelineConfig,
  config: Config,
  identityHeaders: readonly string[],
): Pipeline {
  return {
    name: pipeline.name,
    require: compileRequirement(pipeline, config),
    preflight: pipeline.preflight,
    forward: Object.entries(pipeline.forward.headers).map(
      ([name, from]): ForwardRule =>
        typeof from === 'string'
          ? { name, path: [from], as: 'text' }
          : { name, path: from.claim as ClaimPath, as: from.as },
    ),
    removes: removalsOf(identityHeaders, pipeline.forward),
    mode: pipeline.mode,
    selectableByContext: pipeline.selectableBy?.context ?? false,
    selectableByNamespaces: namespacesOf(pipeline),
    routeMay: new Set(pipeline.routeMay),
    extraClaims: [],
  };
}

function namespacesOf({ selectableBy }: PipelineConfig): Pipeline['selectableByNamespaces'] {
  const namespaces = selectableBy?.namespaces ?? [];
  return namespaces === '*' ? 'any' : new Set(namespaces);
}

function compileRequirement(pipeline: PipelineConfig, config: Config): Requirement | null {
  const { require } = pipeline;
  if (require === 'none') return null;
  return {
    audiencesByIssuer: new Map(
      acceptedIssuers(pipeline, config).map((issuer) => {
        const audiences = require.audiences ?? issuer.audiences ?? [];
        return [issuer.name, audiences === 'any' ? audiences : new Set(audiences)];
      }),
    ),
    scopes: {
      all: require.scopes?.all ?? [],
      any: require.scopes?.any === undefined ? [] : [require.scopes.any],
    },
    claims: (require.claims ?? []).map(
      (rule): ClaimRule => ({
        path: rule.path as ClaimPath,
        accepted: rule.in === undefined ? null : new Set(rule.in),
      }),
    ),
    optional: require.optional,
  };
}

/** The issuers that a pipeline names, or the only one there is. */
export function acceptedIssuers(
  { require }: PipelineConfig,
  config: Config,
): readonly IssuerConfig[] {
  if (require === 'none') return [];
  if (require.issuers === undefined) return config.issuers;
  const { issuers } = require;
  return config.issuers.filter((issuer) => issuers.includes(issuer.name));
}

/** The top-level claims that some pipeline reads. */
export function claimNamesOf(config: Config): ReadonlySet<string> {
  return new Set(
    config.pipelines.flatMap(({ require, forward }) => [
      ...(require === 'none' ? [] : (require.claims ?? []).map(({ path }) => path[0])),
      ...Object.values(forward.headers).map((from) =>
        typeof from === 'string' ? from : from.claim[0],
      ),
    ]),
  );
}
