import { nameKey, type RouteRules } from '../../kube/kinds.ts';
import { isRecord, type Json, type KubeObject, recordAt, textAt } from '../../kube/object.ts';

/** What a root HTTPProxy says for everything that it includes, so that its requests pass without a check of ours. */
export interface Opening {
  readonly says: string;
  /** Whether a route may take authorization up again: Contour goes by the route's `authPolicy` first. */
  readonly routesDecide: boolean;
}

/**
 * How the virtual host of a root gets past `globalExtAuth` (Contour 1.33, `internal/dag/httpproxy_processor.go`): by switching it off,
 * or by an authorizer of its own for the TLS side.
 */
export function hostOpening({ spec, namespace }: KubeObject, rules: RouteRules): Opening | null {
  const host = recordAt(spec, 'virtualhost');
  const authorization = recordAt(host, 'authorization');
  const extension = recordAt(authorization, 'extensionRef');
  const name = textAt(extension, 'name');
  if (isRecord(host['tls']) && name !== null) {
    const asked = nameKey({ namespace: textAt(extension, 'namespace') ?? namespace, name });
    const at = 'virtualhost.authorization';
    if (rules.authorizers?.has(asked) !== true) {
      const hint = rules.authorizers === null ? ' (if that is Watchword: routes.authorizers)' : '';
      const says = `${at}.extensionRef asks ${asked}${hint}`;
      return { says, routesDecide: false };
    }
    if (authorization['failOpen'] === true)
      return { says: `${at}.failOpen is true: they pass without an answer`, routesDecide: false };
  }
  return recordAt(authorization, 'authPolicy')['disabled'] === true
    ? { says: 'virtualhost.authorization.authPolicy.disabled is true', routesDecide: true }
    : null;
}

/** How the TLS side of a root gets past as a whole, whatever its routes say: they are served without TLS only then. */
export function connectionOpening({ spec }: KubeObject): string | null {
  return isRecord(spec['tcpproxy'])
    ? 'tcpproxy passes connections on, and no request is seen'
    : null;
}

/** How one route gets past, or null. `root` is what includes its object, null where that is the root itself. */
export function openingOf(
  route: Json,
  index: number,
  root: KubeObject | null,
  host: Opening | null,
): string | null {
  // No backend is reached.
  if (isRecord(route['requestRedirectPolicy']) || isRecord(route['directResponsePolicy']))
    return null;
  const own = route['authPolicy'];
  if (isRecord(own) && own['disabled'] === true)
    return `routes[${index}].authPolicy.disabled is true`;
  if (host === null || (isRecord(own) && host.routesDecide)) return null;
  return root === null ? host.says : `it is included by HTTPProxy ${nameKey(root)}: ${host.says}`;
}
