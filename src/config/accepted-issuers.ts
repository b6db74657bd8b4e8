import type { Config, IssuerConfig, PipelineConfig, RequireConfig } from './shape.ts';

/** The issuers that a pipeline names, those that its alternatives name, or the only one there is. */
export function acceptedIssuers(
  require: PipelineConfig['require'],
  config: Config,
): readonly IssuerConfig[] {
  if (require === 'none') return [];
  const named = require.issuers ?? namedByAlternatives(require);
  return named === null
    ? config.issuers
    : config.issuers.filter((issuer) => named.includes(issuer.name));
}

/** The issuers of all alternatives, where each names some. */
export function namedByAlternatives({ anyOf = [] }: RequireConfig): readonly string[] | null {
  const named = anyOf.map(({ issuers }) => issuers);
  if (anyOf.length === 0 || named.includes(undefined)) return null;
  return named.flatMap((issuers) => issuers ?? []);
}
