import { closest } from '../base/closest.ts';
import { startWithoutTokens } from '../base/redact.ts';
import type { HostTable } from './host.ts';
import { withoutQuery } from './path.ts';
import { lowerCase, type PathTable } from './path-table.ts';
import type { Pipeline, Rule } from './pipeline.ts';

/** What a refusal of the selection adds for logs and `explain`: what there is in place of what was asked for. */

/** Names and pipelines beyond these are not listed: a refusal costs the same however many there are. */
const MAX_LISTED = 12;
const MAX_COMPARED = 200;
const MAX_PATH_SHOWN = 128;

/** A name that no pipeline has, with the ones there are and the one that is near. */
export function unknownPipeline(name: string, known: Iterable<string>): string {
  const names: string[] = [];
  for (const one of known) {
    if (names.length === MAX_COMPARED) break;
    names.push(one);
  }
  const meant = closest(name.slice(0, 64), names);
  const shown = JSON.stringify(name.slice(0, 64));
  const near = meant === null ? '' : `did you mean '${meant}'? `;
  return `no pipeline is called ${shown}; ${near}there is ${listed(names)}`;
}

/** A host and path that no `match` covers, with what is covered at that place. */
export function uncoveredRequest(
  host: string,
  target: string,
  matches: HostTable<PathTable<Rule>>,
): string {
  const paths = matches.find(host);
  if (paths === null)
    return `no match for host ${host} and no default; hosts there: ${listed(matches.patterns)}`;
  const path = withoutQuery(target);
  const inOtherCase = paths.patterns
    .slice(0, MAX_COMPARED)
    .find((one) => isCoveredButForCase(path, one.split('*', 1)[0] ?? ''));
  const near = inOtherCase === undefined ? '' : `; ${inOtherCase} is in another letter case`;
  return `no match for path ${JSON.stringify(startWithoutTokens(path, MAX_PATH_SHOWN))} at host ${host} and no default; paths there: ${listed(paths.patterns)}${near}`;
}

function isCoveredButForCase(path: string, prefix: string): boolean {
  return !path.startsWith(prefix) && lowerCase(path).startsWith(lowerCase(prefix));
}

/** A method for which no pipeline judges at a host and path, with those for which one does. */
export function uncoveredMethod(method: string, { byMethod }: Rule): string {
  return `method ${JSON.stringify(method)}; covered here: ${listed([...byMethod.keys()])}`;
}

/** Who may name a pipeline, as its `selectableBy` says. */
export function whoMayName({ selectableByContext, selectableByNamespaces }: Pipeline): string {
  const namespaces =
    selectableByNamespaces === 'any'
      ? ['routes of every namespace']
      : selectableByNamespaces.size === 0
        ? []
        : [`routes of namespaces ${listed([...selectableByNamespaces])}`];
  const all = [...namespaces, ...(selectableByContext ? ["the gateway's context"] : [])];
  return `its selectableBy lets ${all.join(' and ') || 'nobody'} name it`;
}

function listed(names: readonly string[]): string {
  if (names.length === 0) return 'none';
  const rest = names.length - MAX_LISTED;
  return `${names.slice(0, MAX_LISTED).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
}
