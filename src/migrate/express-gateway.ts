import { type EndpointMatch, endpointMatch } from './express-endpoint.ts';
import { migrateJwt } from './express-jwt.ts';
import { list, type Mapping, mapping, texts } from './mapping.ts';
import { type Migration, type MigrationOptions, type Note, uniqueNames } from './migration.ts';

/** Policies that authenticate in another way: what they protect is left out, so that it is refused. */
const OTHER_AUTHENTICATION = ['oauth2', 'oauth2-introspect', 'key-auth', 'basic-auth'];

/** `gateway.config.yml` of Express Gateway 1.16 to a Watchword configuration. */
export function migrateExpressGateway(config: Mapping, options: MigrationOptions): Migration {
  const nameFor = uniqueNames();
  const migrated = Object.entries(mapping(config['pipelines'])).map(([name, value]) =>
    migratePipeline(mapping(value), name, nameFor(name), config, options),
  );
  const issuers = migrated.flatMap(({ issuer }) => (issuer === null ? [] : [issuer]));
  const pipelines = migrated.flatMap(({ pipeline }) => (pipeline === null ? [] : [pipeline]));
  return {
    files: [
      {
        name: 'watchword.yaml',
        about: 'Watchword, from gateway.config.yml',
        documents: [{ ...(issuers.length > 0 ? { issuers } : {}), pipelines }],
      },
    ],
    notes: [...migrated.flatMap(({ notes }) => notes), ...oneIssuerEach(issuers)],
  };
}

interface PipelineMigrated {
  /** Null where it is left out: nothing selects it then, and `default: deny` refuses. */
  readonly pipeline: object | null;
  readonly issuer: object | null;
  readonly notes: readonly Note[];
}

function migratePipeline(
  from: Mapping,
  name: string,
  own: string,
  config: Mapping,
  options: MigrationOptions,
): PipelineMigrated {
  const where = `pipelines.${name}`;
  const policies = policiesOf(from);
  const jwt = policies.filter(([policy]) => policy === 'jwt').at(-1);
  const others = policies.filter(([policy]) => OTHER_AUTHENTICATION.includes(policy));
  const { matches, notes } = matchesOf(from, config, where);
  const said = [...policyNotes(policies, where), ...notes];
  if (others.length > 0 || matches.length === 0)
    return { pipeline: null, issuer: null, notes: said };
  if (jwt === undefined) {
    const open = { where, says: 'has no jwt policy: it stays open, as `require: none` says' };
    const pipeline = { name: own, match: matches, require: 'none' };
    return { pipeline, issuer: null, notes: [...said, open] };
  }
  const token = migrateJwt(jwt[1], `${where} jwt`, own, options);
  return {
    pipeline: { name: own, match: matches, require: token.require },
    issuer: token.issuer,
    notes: [...said, ...token.notes],
  };
}

/** Policies in order, each with its parameters; `- jwt:` alone has none. */
function policiesOf(pipeline: Mapping): readonly (readonly [string, Mapping])[] {
  return list(pipeline['policies']).flatMap((entry) =>
    Object.entries(mapping(entry)).flatMap(([policy, steps]) => {
      const all = list(steps);
      return (all.length === 0 ? [{}] : all).map((step) => [policy, mapping(step)] as const);
    }),
  );
}

function policyNotes(
  policies: readonly (readonly [string, Mapping])[],
  where: string,
): readonly Note[] {
  const notes = policies
    .filter(([policy]) => policy !== 'jwt')
    .map(([policy]) => ({
      where: `${where} ${policy}`,
      says: OTHER_AUTHENTICATION.includes(policy)
        ? 'has no counterpart; the pipeline is left out, and so refused'
        : 'is the work of the gateway in front of Watchword',
    }));
  const several = policies.filter(([policy]) => policy === 'jwt').length > 1;
  const last = {
    where,
    says: 'has several jwt policies, which all had to pass; the last is taken',
  };
  return several ? [...notes, last] : notes;
}

function matchesOf(
  pipeline: Mapping,
  config: Mapping,
  where: string,
): { readonly matches: readonly EndpointMatch[]; readonly notes: readonly Note[] } {
  const names = [...texts(pipeline['apiEndpoints']), ...texts(pipeline['apiEndpoint'])];
  const endpoints = mapping(config['apiEndpoints']);
  const found = names.flatMap((name) => {
    if (!(name in endpoints))
      return [{ matches: [], notes: [{ where, says: `no apiEndpoint is called ${name}` }] }];
    return list(endpoints[name]).map((one) => endpointMatch(mapping(one), `apiEndpoints.${name}`));
  });
  const matches = found.flatMap((one) => one.matches);
  const notes = found.flatMap((one) => one.notes);
  const left = {
    where,
    says: 'has no endpoint that could be translated; it is left out, and so refused',
  };
  return { matches, notes: matches.length === 0 ? [...notes, left] : notes };
}

/** Watchword finds an issuer by `iss`, so two keys of one `iss` belong into one file. */
function oneIssuerEach(issuers: readonly object[]): readonly Note[] {
  const names = issuers.map((one) => ('issuer' in one ? one.issuer : ''));
  const repeated = names.some((name, index) => names.indexOf(name) < index);
  return repeated
    ? [
        {
          where: 'issuers',
          says: 'two have one iss, which `validate` refuses: keep one, with all keys in one JWK Set file',
        },
      ]
    : [];
}
