import { type KubeObject, textAt } from './kube-object.ts';
import type { RouteClaim } from './route-object.ts';

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
 * A claim as such a host has it: by the text with which what its path matches begins. A dot is taken as itself, as it is meant; the
 * other signs make it uncertain what the claim covers.
 */
export function claimAsRegex(claim: RouteClaim): RouteClaim {
  if (claim.path.type === 'unknown') return claim;
  const { path } = claim.path;
  const sign = path.search(/[*+?()[\]{}|\\^$]/);
  if (sign === -1) return claim;
  // What stands before `*`, `?` and `{` may be missing; `|` may stand between whole paths.
  const optional = /[*?{]/.test(path.charAt(sign));
  const text = path.includes('|') ? '' : path.slice(0, Math.max(0, optional ? sign - 1 : sign));
  return { ...claim, path: { type: 'text-prefix', path: text }, doubt: 'path-unknown' };
}
