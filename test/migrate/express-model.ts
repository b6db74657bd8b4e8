/**
 * What Express Gateway 1.16 does with a request, from its sources: lib/gateway/pipelines.js, lib/policies,
 * lib/conditions, path-to-regexp 0.1 and vhost 3. Nothing here is shared with the migration.
 */

export interface Endpoint {
  readonly host?: string;
  readonly hostRegex?: string;
  readonly paths?: string | readonly string[];
  readonly path?: string;
  readonly pathRegex?: string;
  readonly methods?: string | readonly string[];
}

export interface Action {
  readonly action?: Readonly<Record<string, unknown>>;
  readonly condition?: Readonly<Record<string, unknown>>;
}

export interface Pipeline {
  readonly apiEndpoints: readonly string[];
  readonly policies: readonly Readonly<Record<string, readonly Action[]>>[];
}

export interface Gateway {
  readonly apiEndpoints: Readonly<Record<string, Endpoint>>;
  readonly pipelines: Readonly<Record<string, Pipeline>>;
}

export interface ModelRequest {
  readonly method: string;
  readonly host: string;
  readonly path: string;
  /** The audience of a token that the key verifies; null without a token. */
  readonly audience: string | null;
}

/** `backend`: it gets there. `refused`: a policy or an endpoint answers. `absent`: nothing matches, or all passed it on. */
export type Fate = 'backend' | 'refused' | 'absent';

export function fateOf(gateway: Gateway, request: ModelRequest): Fate {
  for (const { name, endpoint } of inOrder(gateway)) {
    if (!hostMatches(endpoint, request.host)) continue;
    for (const path of mountPaths(endpoint)) {
      if (!path.test(request.path) || !methodMatches(endpoint, request.method)) continue;
      const pipeline = Object.values(gateway.pipelines).findLast(({ apiEndpoints }) =>
        apiEndpoints.includes(name),
      );
      if (pipeline === undefined) return 'refused';
      const fate = run(pipeline, request);
      if (fate !== 'next') return fate;
    }
  }
  return 'absent';
}

function inOrder({ apiEndpoints }: Gateway) {
  const groups = new Map<string, { name: string; endpoint: Endpoint }[]>();
  for (const [name, endpoint] of Object.entries(apiEndpoints)) {
    const key = endpoint.hostRegex || endpoint.host || '*';
    groups.set(key, [...(groups.get(key) ?? []), { name, endpoint }]);
  }
  return [...groups.values()].flat();
}

function hostMatches({ host, hostRegex }: Endpoint, sent: string): boolean {
  const key = hostRegex || host || '*';
  if (key === '*') return true;
  const source = hostRegex
    ? key
    : key.replace(/[.+?^=!:${}()|[\]/\\]/g, '\\$&').replace(/\*/g, '([^.]+)');
  const begun = source.startsWith('^') ? source : `^${source}`;
  return new RegExp(begun.endsWith('$') ? begun : `${begun}$`, 'i').test(sent);
}

function mountPaths(endpoint: Endpoint): readonly RegExp[] {
  if (endpoint.pathRegex) return [new RegExp(endpoint.pathRegex)];
  const paths = [endpoint.paths ?? endpoint.path ?? []].flat();
  return (paths.length === 0 ? ['*'] : paths).map(expressPath);
}

/** path-to-regexp 0.1.7 with the defaults of an Express router: any letter case, a slash at the end or not. */
function expressPath(path: string): RegExp {
  if (path === '*') return /^/;
  const source = `^${path}${path.endsWith('/') ? '?' : '/?'}`
    .replace(/\/\(/g, '/(?:')
    .replace(/([/.])/g, '\\$1')
    .replace(
      /(\\\/)?(\\\.)?:(\w+)(\(.*?\))?(\*)?(\?)?/g,
      (_all, slash = '', format = '', _key, capture, star, optional = '') =>
        `${optional ? '' : slash}(?:${format}${optional ? slash : ''}${
          capture ?? `([^\\/${format}]+?)`
        }${star ? `((?:[\\/${format}].+?)?)` : ''})${optional}`,
    )
    .replace(/\*/g, '(.*)');
  return new RegExp(`${source}$`, 'i');
}

function methodMatches({ methods }: Endpoint, method: string): boolean {
  if (methods === undefined || methods === '' || methods === '*') return true;
  const named = (typeof methods === 'string' ? methods.split(',') : methods).map((one) =>
    one.trim().toUpperCase(),
  );
  return named.includes(method) || (method === 'HEAD' && named.includes('GET'));
}

function run({ policies }: Pipeline, request: ModelRequest): Fate | 'next' {
  for (const entry of policies) {
    const [policy = '', actions = []] = Object.entries(entry)[0] ?? [];
    for (const { action = {}, condition } of actions.length === 0 ? [{}] : actions) {
      if (condition !== undefined && !holds(condition, request)) continue;
      if (policy === 'proxy') return 'backend';
      if (policy === 'terminate') return 'refused';
      if (policy === 'jwt' && !isVerified(action, request) && action['passThrough'] !== true)
        return 'refused';
      // Nobody has a key here; a plugin's policy refuses whom it does not know.
      if (
        ['key-auth', 'basic-auth', 'ip-filter'].includes(policy) &&
        action['passThrough'] !== true
      )
        return 'refused';
    }
  }
  return 'next';
}

/** There is one key, and nobody in the store of credentials. */
function isVerified(
  action: Readonly<Record<string, unknown>>,
  { audience }: ModelRequest,
): boolean {
  if (audience === null || action['checkCredentialExistence'] !== false) return false;
  return action['audience'] === undefined || action['audience'] === audience;
}

function holds(condition: Readonly<Record<string, unknown>>, request: ModelRequest): boolean {
  const inner = () => condition['condition'] as Readonly<Record<string, unknown>>;
  const all = () => condition['conditions'] as readonly Readonly<Record<string, unknown>>[];
  switch (condition['name']) {
    case 'always':
      return true;
    case 'never':
      return false;
    case 'method':
      return [condition['methods']].flat().includes(request.method);
    case 'pathMatch':
      return new RegExp(String(condition['pattern'])).test(request.path);
    case 'pathExact':
      return request.path === condition['path'];
    case 'not':
      return !holds(inner(), request);
    case 'allOf':
      return all().every((one) => holds(one, request));
    case 'oneOf':
      return all().some((one) => holds(one, request));
    default:
      throw new Error(`condition ${String(condition['name'])}`);
  }
}
