import { METHODS } from 'node:http';
import { type ExpressHost, expressHost, hostExpression } from './express-host.ts';
import { expressPath, type PathShape, regexPath } from './express-path.ts';
import { unsetVariable } from './express-variables.ts';
import { isMapping, list, type Mapping, mapping, scalar, text } from './mapping.ts';
import type { Note } from './migration.ts';

/** A path of an apiEndpoint, as Express Gateway mounts it. */
export interface ExpressRoute {
  readonly endpoint: string;
  /** Place and text in the input: `apiEndpoints.billings paths /orders*`. */
  readonly where: string;
  readonly host: ExpressHost;
  readonly shapes: readonly PathShape[];
  /** Null for all. GET serves HEAD too. */
  readonly methods: readonly string[] | null;
  /** Whether Express Gateway can serve it at all. */
  readonly isServed: boolean;
}

const KNOWN = [
  'host',
  'hostRegex',
  'path',
  'paths',
  'pathRegex',
  'methods',
  'scopes',
  'friendlyName',
];

/** An apiEndpoint: `hostRegex` over `host`, `pathRegex` over `paths` over `path` (lib/gateway/pipelines.js). */
export function endpointRoutes(
  value: unknown,
  name: string,
  notes: Note[],
): readonly ExpressRoute[] {
  const where = `apiEndpoints.${name}`;
  const endpoint = mapping(value);
  if (!isMapping(value))
    notes.push({ where, says: 'is no mapping, which Express Gateway refuses', isLoss: true });
  const hosts = list(endpoint['hostRegex'] || (endpoint['host'] ?? '*'));
  if (hosts.length > 1)
    notes.push({
      where: `${where}.host`,
      says: 'is a list, which Express Gateway refuses; each of it is taken',
      isLoss: true,
    });
  for (const key of Object.keys(endpoint).filter((one) => !KNOWN.includes(one)))
    notes.push({
      where: `${where}.${key}`,
      says: 'is unknown to Express Gateway, which left it out too',
    });
  if (endpoint['scopes'] !== undefined)
    notes.push({
      where: `${where}.scopes`,
      says: 'were checked by oauth2 and key-auth only; name them as require.scopes',
    });
  const methods = methodsOf(endpoint['methods'], where, notes);
  if (methods?.length === 0) return [];
  return hosts.flatMap((one) => {
    const host = hostOf(one, Boolean(endpoint['hostRegex']), where, notes);
    return pathsOf(endpoint).map(({ setting, written, shapes }) => {
      const route = {
        endpoint: name,
        where: `${where} ${setting} ${written}`.trim(),
        host,
        shapes,
        methods: methods === 'unknown' ? null : methods,
        isServed: methods !== 'unknown' && isMapping(value),
      };
      if (!shapes.every(({ isExact }) => isExact))
        notes.push({ where: route.where, ...unsaid(shapes) });
      return route;
    });
  });
}

/** Of `/a*` only `/ab` is lost. */
function unsaid(shapes: readonly PathShape[]): Omit<Note, 'where'> {
  const start = shapes.find(({ isExact }) => !isExact)?.start ?? '';
  return shapes.some(({ isExact }) => isExact)
    ? { says: `matched ${start}x too, which is refused now; ${start} and what is below it is kept` }
    : {
        says: 'has no pattern in match: what it may cover is refused, at its longest literal prefix; write the paths yourself',
        isLoss: true,
      };
}

function hostOf(value: unknown, isRegex: boolean, where: string, notes: Note[]): ExpressHost {
  const text = scalar(value);
  const setting = isRegex ? 'hostRegex' : 'host';
  const say = (says: string) => notes.push({ where: `${where}.${setting}`, says, isLoss: true });
  if (text === undefined || unsetVariable(text) !== null) {
    say(
      text === undefined
        ? 'is no text: what its endpoint may cover is refused'
        : 'hangs on the environment: what its endpoint may cover is refused',
    );
    return { written: text ?? '', place: '*', kind: 'other', serves: () => null };
  }
  const host = isRegex ? hostExpression(text) : expressHost(text);
  if (host.kind === 'other')
    say(
      `${text} is no host of match: what its endpoint may cover is refused where requests could reach another pipeline; write the hosts one by one`,
    );
  if (host.kind === 'one-label')
    notes.push({
      where: `${where}.${setting}`,
      says: `${text} was hosts of one more label, and match has those of several; an open pipeline is left out there, one that requires a token is not`,
    });
  return host;
}

interface MountedPath {
  readonly setting: string;
  readonly written: string;
  readonly shapes: readonly PathShape[];
}

function pathsOf(endpoint: Mapping): readonly MountedPath[] {
  const { pathRegex } = endpoint;
  const expression = scalar(pathRegex) ?? '';
  if (pathRegex !== undefined && pathRegex !== null && pathRegex !== '')
    return [
      { setting: 'pathRegex', written: expression, shapes: [shapeOf(expression, regexPath)] },
    ];
  const isSet = (value: unknown) => value !== undefined && value !== null && value !== '';
  const setting = isSet(endpoint['paths']) ? 'paths' : 'path';
  const written = list(endpoint[setting]).map((one) => scalar(one) ?? '');
  if (!isSet(endpoint[setting]) || written.length === 0)
    return [{ setting: '', written: '', shapes: expressPath('*') }];
  return written.map((path) => ({
    setting,
    written: path,
    shapes: unsetVariable(path) === null ? expressPath(path) : expressPath(''),
  }));
}

function shapeOf(expression: string, read: (source: string) => PathShape): PathShape {
  return read(unsetVariable(expression) === null ? expression : '');
}

/** Null for all. */
function methodsOf(
  value: unknown,
  where: string,
  notes: Note[],
): readonly string[] | null | 'unknown' {
  if (!value || value === '*') return null;
  const written = Array.isArray(value) ? value.map(String) : (text(value) ?? '?').split(',');
  const methods = written.map((one) => one.trim().toUpperCase()).filter((one) => one !== '');
  if (methods.includes('ALL')) return null;
  const unknown = methods.filter((one) => !METHODS.includes(one));
  if (unknown.length > 0) {
    const says = `${unknown.join(', ')} is no method of Express, which Express Gateway refuses; what its endpoint may cover is refused`;
    notes.push({ where: `${where}.methods`, says, isLoss: true });
    return 'unknown';
  }
  if (methods.length === 0)
    notes.push({
      where: `${where}.methods`,
      says: 'names none: the endpoint serves nothing, and is left out',
    });
  return [...new Set(methods.includes('GET') ? [...methods, 'HEAD'] : methods)];
}

/** Routes in the order in which Express Gateway tries them: hosts as they first come, then as written. */
export function inServedOrder(routes: readonly ExpressRoute[]): readonly ExpressRoute[] {
  // One text is read once: `hostRegex` after an equal `host` is that host.
  return [...Map.groupBy(routes, ({ host }) => host.written).values()].flatMap((group) =>
    group.map((route) => ({ ...route, host: group[0]?.host ?? route.host })),
  );
}
