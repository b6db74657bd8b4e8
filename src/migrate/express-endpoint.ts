import { hostPatternFault } from '../policy/host-pattern-fault.ts';
import { pathPatternFault } from '../policy/path-pattern-fault.ts';
import { type Mapping, text, texts } from './mapping.ts';
import type { Note } from './migration.ts';

export interface EndpointMatch {
  readonly hosts: readonly string[];
  readonly paths: readonly string[];
  readonly methods?: readonly string[];
}

const KNOWN = ['host', 'paths', 'pathRegex', 'methods', 'scopes', 'friendlyName'];

/** An apiEndpoint of Express Gateway: host, paths and methods as Express 4 matches them, to one entry of `match`. */
export function endpointMatch(
  endpoint: Mapping,
  where: string,
): { readonly matches: readonly EndpointMatch[]; readonly notes: readonly Note[] } {
  const notes: Note[] = Object.keys(endpoint)
    .filter((key) => !KNOWN.includes(key))
    .map((key) => ({ where: `${where}.${key}`, says: 'is unknown and left out' }));
  const say = (key: string, says: string) => notes.push({ where: `${where}.${key}`, says });
  if (endpoint['pathRegex'] !== undefined) {
    say('pathRegex', 'has no counterpart; the endpoint is left out, and so refused');
    return { matches: [], notes };
  }
  if (endpoint['scopes'] !== undefined)
    say('scopes', 'were checked by oauth2 and key-auth only; name them as require.scopes');
  const host = text(endpoint['host']) ?? '*';
  if (hostPatternFault(host) !== null) {
    say('host', `${host} is no host or wildcard; the endpoint is left out, and so refused`);
    return { matches: [], notes };
  }
  const all = texts(endpoint['paths']);
  const paths = (all.length === 0 ? ['/**'] : all).flatMap((path) => pathsOf(path, say));
  const methods = methodsOf(endpoint['methods']);
  if (paths.length === 0) return { matches: [], notes };
  return {
    matches: [
      { hosts: [host], paths: [...new Set(paths)], ...(methods === null ? {} : { methods }) },
    ],
    notes,
  };
}

/** `/orders*`, `/orders/*` and `*` to `/**`, `:id` to `*`. */
function pathsOf(path: string, say: (key: string, says: string) => void): readonly string[] {
  if (path === '*' || path === '/*') return ['/**'];
  const rest = /^(.*?)\/?\*$/.exec(path)?.[1];
  if (rest !== undefined && !path.endsWith('/*'))
    say('paths', `${path} matched ${rest}x too; now ${rest} and what is below it`);
  const base = (rest ?? path).replace(/:[A-Za-z0-9_]+(?=\/|$)/g, '*');
  const pattern = rest === undefined ? base : `${base}/**`;
  const fault = pathPatternFault(pattern);
  if (fault === null) return [pattern];
  say('paths', `${path} is left out, and so refused: ${fault}`);
  return [];
}

function methodsOf(value: unknown): readonly string[] | null {
  const methods = texts(value)
    .flatMap((one) => one.split(/[\s,]+/))
    .filter((one) => one !== '');
  return methods.length === 0 || methods.includes('*')
    ? null
    : methods.map((one) => one.toUpperCase());
}
