import { type Manifest, nameOf } from './manifests.ts';
import { list, type Mapping, mapping, text } from './mapping.ts';
import type { Note } from './migration.ts';

/** The rules of an Ingress as HTTPRoute rules, by host; the empty host is every host. */
export function rulesByHost(
  ingress: Manifest,
  notes: Note[],
): ReadonlyMap<string, readonly object[]> {
  const byHost = new Map<string, object[]>();
  const add = (host: string, rule: object): void => {
    byHost.set(host, [...(byHost.get(host) ?? []), rule]);
  };
  const { spec } = ingress;
  if (spec['defaultBackend'] !== undefined) {
    const backend = backendRef(mapping(spec['defaultBackend']), ingress, notes);
    if (backend !== null) add('', { backendRefs: [backend] });
  }
  for (const rule of list(spec['rules']).map(mapping)) {
    for (const path of list(mapping(rule['http'])['paths']).map(mapping)) {
      const backend = backendRef(mapping(path['backend']), ingress, notes);
      const match = pathMatch(path, ingress, notes);
      if (backend !== null && match !== null)
        add(text(rule['host']) ?? '', { matches: [{ path: match }], backendRefs: [backend] });
    }
  }
  return byHost;
}

const IS_REGEX = 'nginx.ingress.kubernetes.io/use-regex';

function pathMatch(path: Mapping, ingress: Manifest, notes: Note[]): object | null {
  const value = text(path['path']) ?? '/';
  const type = text(path['pathType']) ?? 'ImplementationSpecific';
  const say = (says: string) => notes.push({ where: `${nameOf(ingress)} path ${value}`, says });
  if (type === 'Exact') return { type: 'Exact', value };
  const isRegex = ingress.annotations[IS_REGEX] === 'true' || /[()[\]{}^$|\\*+?]/.test(value);
  if (type === 'ImplementationSpecific' && isRegex) {
    say(
      'is a regular expression and is left out: RegularExpression of an HTTPRoute is read by each gateway in its own way',
    );
    return null;
  }
  if (type === 'ImplementationSpecific')
    say('ImplementationSpecific is a prefix of characters in nginx; PathPrefix is one of segments');
  return { type: 'PathPrefix', value };
}

function backendRef(backend: Mapping, ingress: Manifest, notes: Note[]): object | null {
  const service = mapping(backend['service']);
  const name = text(service['name']);
  const port = mapping(service['port']);
  const number = port['number'];
  if (name !== undefined && typeof number === 'number') return { name, port: number };
  const where = `${nameOf(ingress)} backend`;
  if (name === undefined) notes.push({ where, says: 'is no Service and is left out' });
  else
    notes.push({
      where: `${where} ${name}`,
      says: `an HTTPRoute needs the number of port ${String(port['name'])}; the rule is left out`,
    });
  return null;
}
