import type { RoutePath, SourceRoute } from './contended.ts';
import { isRoutePath, literalPrefixes } from './http-match.ts';
import { type Manifest, nameOf } from './manifests.ts';
import { list, type Mapping, mapping, text } from './mapping.ts';
import type { Note } from './migration.ts';
import type { PortOf } from './services.ts';
import type { RouteRule } from './wiring.ts';

/** A rule of an HTTPRoute for one host; the empty host is every host. */
interface HostRule extends RouteRule {
  readonly host: string;
}

/** What a path of an Ingress becomes. */
interface PathMigrated {
  /** Empty where nothing can hold its place. */
  readonly matches: readonly RoutePath[];
  /** Whether `matches` are what the path meant. */
  readonly isWhole: boolean;
  readonly says: string | null;
}

/**
 * The rules of an Ingress as HTTPRoute rules, by host. A rule that cannot be translated keeps its place without a backend: left
 * out, its requests would go to a broader rule, and so under another pipeline.
 */
export function rulesByHost(
  ingress: Manifest,
  portOf: PortOf,
  regexHosts: ReadonlySet<string>,
  notes: Note[],
): ReadonlyMap<string, readonly RouteRule[]> {
  const rules = [
    ...defaultRule(ingress, portOf, notes),
    ...list(ingress.spec['rules']).flatMap((rule) =>
      hostRules(mapping(rule), ingress, portOf, regexHosts, notes),
    ),
  ];
  // Of two rules with one match the first counts.
  const ordered = [
    ...rules.filter(({ backendRefs }) => backendRefs !== undefined),
    ...rules.filter(({ backendRefs }) => backendRefs === undefined),
  ];
  const byHost = Map.groupBy(ordered, ({ host }) => host);
  return new Map([...byHost].map(([host, all]) => [host, all.map(({ host: _, ...rule }) => rule)]));
}

function defaultRule(ingress: Manifest, portOf: PortOf, notes: Note[]): readonly HostRule[] {
  const defaultBackend = ingress.spec['defaultBackend'];
  if (defaultBackend === undefined) return [];
  const backend = backendOf(mapping(defaultBackend), ingress, portOf);
  if (typeof backend !== 'string') return [{ host: '', backendRefs: [backend] }];
  notes.push({ where: `${nameOf(ingress)} defaultBackend`, says: `is left out: ${backend}` });
  return [];
}

function hostRules(
  rule: Mapping,
  ingress: Manifest,
  portOf: PortOf,
  regexHosts: ReadonlySet<string>,
  notes: Note[],
): readonly HostRule[] {
  const host = text(rule['host']) ?? '';
  const paths = list(mapping(rule['http'])['paths']).map(mapping);
  if (paths.length === 0)
    notes.push({ where: `${nameOf(ingress)} host ${host}`, says: 'has no paths and is left out' });
  return paths.flatMap((path): readonly HostRule[] => {
    const where = `${nameOf(ingress)} path ${text(path['path']) ?? '/'}`;
    const { matches, isWhole, says } = pathMatch(path, regexHosts.has(host));
    if (says !== null) notes.push({ where, says, isLoss: !isWhole });
    const at = matches.map((one) => ({ host, matches: [{ path: one }] }));
    if (!isWhole) return at;
    const backend = backendOf(mapping(path['backend']), ingress, portOf);
    if (typeof backend !== 'string') return at.map((one) => ({ ...one, backendRefs: [backend] }));
    notes.push({ where, says: `is refused, without a backend: ${backend}`, isLoss: true });
    return at;
  });
}

/** What an Ingress had of the requests, under its pipeline. */
export function sourcesOf(
  ingress: Manifest,
  pipeline: string,
  regexHosts: ReadonlySet<string>,
  where: string,
): readonly SourceRoute[] {
  return list(ingress.spec['rules']).flatMap((rule) => {
    const host = text(mapping(rule)['host']);
    const isRegexHost = regexHosts.has(host ?? '');
    return list(mapping(mapping(rule)['http'])['paths']).flatMap((one) => {
      const path = mapping(one);
      const { matches, isWhole } = pathMatch(path, isRegexHost);
      const isRegex = !isWhole || isRegexHost;
      const places = matches.length === 0 ? [{ type: 'PathPrefix', value: '/' } as const] : matches;
      return places.map((place) => ({
        where,
        pipeline,
        hosts: host === undefined ? [] : [host],
        path: place,
        methods: null,
        // Prefix is whole segments in nginx too. A longer regular expression is taken before a longer path.
        isPlaced: !isRegex,
        isByCharacter: isRegexHost || path['pathType'] !== 'Prefix',
        priority: null,
      }));
    });
  });
}

const REGEX_FOR_HOST = ['use-regex', 'rewrite-target'].map(
  (name) => `nginx.ingress.kubernetes.io/${name}`,
);

/**
 * The hosts whose paths are all regular expressions, in any letter case: one Ingress that asks for it makes them so for every
 * Ingress of its hosts. The empty one is every host.
 */
export function regexHostsOf(manifests: readonly Manifest[]): ReadonlySet<string> {
  const asking = manifests.filter(
    ({ kind, annotations }) =>
      kind === 'Ingress' &&
      REGEX_FOR_HOST.some((name) => ![undefined, 'false'].includes(annotations[name])),
  );
  return new Set(
    asking.flatMap(({ spec }) =>
      list(spec['rules']).map((rule) => text(mapping(rule)['host']) ?? ''),
    ),
  );
}

function pathMatch(path: Mapping, isRegex: boolean): PathMigrated {
  const value = text(path['path']) ?? '/';
  const type = text(path['pathType']) ?? 'ImplementationSpecific';
  const mayBeRegex = type === 'ImplementationSpecific' || isRegex;
  if (mayBeRegex && /[()[\]{}^$|\\*+?]/.test(value)) return closedRegex(value);
  if (!isRoutePath(value))
    return { matches: [], isWhole: false, says: 'is left out: no new route can have this path' };
  if (type === 'Exact' && !isRegex)
    return { matches: [{ type: 'Exact', value }], isWhole: true, says: null };
  const says = isRegex
    ? 'was the beginning of a path in any case (use-regex, rewrite-target); PathPrefix is whole segments as written'
    : 'ImplementationSpecific is a prefix of characters in nginx; PathPrefix is one of segments';
  return {
    matches: [{ type: 'PathPrefix', value }],
    isWhole: true,
    says: mayBeRegex ? says : null,
  };
}

function closedRegex(value: string): PathMigrated {
  const prefixes = literalPrefixes(value);
  const why = 'regular expressions are read by each gateway in its own way';
  return prefixes.includes('/')
    ? {
        matches: [],
        isWhole: false,
        says: `is a regular expression and is left out: ${why}; rules of the host that had another authorizer are refused, since they could get its requests`,
      }
    : {
        matches: prefixes.map((prefix) => ({ type: 'PathPrefix', value: prefix })),
        isWhole: false,
        says: `is a regular expression: ${prefixes.join(', ')} is refused, without a backend, until you write it; ${why}`,
      };
}

/** A backend of an HTTPRoute, or why there is none. */
function backendOf(backend: Mapping, { namespace }: Manifest, portOf: PortOf): object | string {
  const service = mapping(backend['service']);
  const name = text(service['name']);
  if (name === undefined) return 'its backend is no Service';
  const { number, name: portName } = mapping(service['port']);
  const port = portOf(namespace, name, number ?? portName);
  return port === undefined
    ? `a route needs the number of port ${String(portName)} of Service ${name}; read the Services too (kubectl get ingress,service)`
    : { name, port };
}
