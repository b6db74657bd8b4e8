import { type KubeObject, textAt } from '../../kube/object.ts';
import type { RouteMatch } from '../route-object.ts';

const PREFIX = 'nginx.ingress.kubernetes.io/';

/**
 * Whether an Ingress makes ingress-nginx take all paths of its hosts, whoever's they are, as regular expressions that have no end and
 * ignore letter case. Asked of every class, since the controller of a class may not be known; to others it means nothing.
 */
export function asksForRegex({ annotations }: KubeObject): boolean {
  // The controller reads it with Go's strconv.ParseBool.
  const useRegex = textAt(annotations, `${PREFIX}use-regex`)?.trim() ?? '';
  return (
    /^(?:1|t|T|true|TRUE|True)$/.test(useRegex) ||
    textAt(annotations, `${PREFIX}rewrite-target`) !== null
  );
}

/**
 * A match as such a host has it: by the text with which what its path matches begins. A dot is taken as itself, as it is meant; the
 * other signs make it uncertain what the match covers.
 */
export function matchAsRegex(match: RouteMatch): RouteMatch {
  if (match.path.type === 'unknown') return match;
  const { path } = match.path;
  const sign = path.search(/[*+?()[\]{}|\\^$]/);
  if (sign === -1) return match;
  // What stands before `*`, `?` and `{` may be missing; `|` may stand between whole paths.
  const optional = /[*?{]/.test(path.charAt(sign));
  const text = path.includes('|') ? '' : path.slice(0, Math.max(0, optional ? sign - 1 : sign));
  return { ...match, path: { type: 'text-prefix', path: text }, uncertainty: 'path-unknown' };
}
