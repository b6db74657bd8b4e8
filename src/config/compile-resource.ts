import { metadataUrlOf, type Resource } from '../policy/resource.ts';
import { acceptedIssuers } from './accepted-issuers.ts';
import type { Config, PipelineConfig } from './shape.ts';
import type { TokenRequirementConfig } from './shape-require.ts';
import { tenantsOf } from './tenants.ts';

/** Compiles the resource of a pipeline; null where it has none. The document is made once. */
export function compileResource(pipeline: PipelineConfig, config: Config): Resource | null {
  const { resource, require } = pipeline;
  if (resource === undefined || require === 'none') return null;
  const { identifier, documentation } = resource;
  const scopes = resource.scopes ?? scopesOf([require, ...(require.anyOf ?? [])]);
  // RFC 9728 section 2. `resource` is the identifier letter by letter (section 3.3).
  const metadata = {
    resource: identifier,
    authorization_servers: authorizationServersOf(pipeline, config),
    ...(scopes.length === 0 ? {} : { scopes_supported: scopes }),
    bearer_methods_supported: bearerMethodsOf(pipeline),
    ...(documentation === undefined ? {} : { resource_documentation: documentation }),
  };
  return {
    metadataUrl: metadataUrlOf(identifier).href,
    document: `${JSON.stringify(metadata)}\n`,
  };
}

/** The issuers of a pipeline that clients can look up (RFC 8414 section 2: an issuer is a URL). */
export function authorizationServersOf(
  { require }: PipelineConfig,
  config: Config,
): readonly string[] {
  const all = acceptedIssuers(require, config).flatMap(tenantsOf);
  return all.map((tenant) => tenant.config.issuer).filter((issuer) => /^https?:\/\//.test(issuer));
}

function scopesOf(requirements: readonly TokenRequirementConfig[]): readonly string[] {
  const named = requirements.flatMap(({ scopes }) => [
    ...(scopes?.all ?? []),
    ...(scopes?.any ?? []),
  ]);
  return [...new Set(named)];
}

/** RFC 6750 sections 2.1 and 2.3. Cookies and the like are ways of browsers, which this list has no word for. */
function bearerMethodsOf({ tokenFrom }: PipelineConfig): readonly string[] {
  if (tokenFrom === undefined) return ['header'];
  const inHeader = tokenFrom.some(
    ({ header, scheme }) => header === 'authorization' && scheme?.toLowerCase() === 'bearer',
  );
  const inQuery = tokenFrom.some(({ query }) => query === 'access_token');
  return [...(inHeader ? ['header'] : []), ...(inQuery ? ['query'] : [])];
}
