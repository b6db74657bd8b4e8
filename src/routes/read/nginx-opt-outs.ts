import type { Objects } from '../../kube/kinds.ts';
import { type KubeObject, textAt } from '../../kube/object.ts';
import { classesOf } from './ingress.ts';

/** `spec.controller` of the IngressClasses of ingress-nginx. */
const CONTROLLER = 'k8s.io/ingress-nginx';
const PREFIX = 'nginx.ingress.kubernetes.io/';
/** The paths that Watchword answers: `/auth/CONVENTION/PIPELINE`. */
const OUR_PATH = /^[^/]*\/\/[^/]+\/auth\/(?:ingress-)?nginx\/[^/]+\/?(?:\?|$)/;

/**
 * How an Ingress gets past the `global-auth-url` of ingress-nginx's controller, as its annotations say, or null. Only where its class is
 * known to be of that controller: to others the annotations mean nothing.
 */
export function bypassOfIngress(ingress: KubeObject, objects: Objects): string | null {
  const isNginx = classesOf(ingress).some((name) => {
    const found = objects.IngressClass.get(`/${name}`);
    return found !== undefined && textAt(found.spec, 'controller') === CONTROLLER;
  });
  if (!isNginx) return null;
  const said = (name: string) => textAt(ingress.annotations, `${PREFIX}${name}`)?.trim() ?? null;
  // The controller reads them with Go's strconv.ParseBool and by exact text.
  if (/^(?:0|f|F|false|FALSE|False)$/.test(said('enable-global-auth') ?? ''))
    return `${PREFIX}enable-global-auth is false`;
  if (said('satisfy') === 'any') return `${PREFIX}satisfy is any: an address may be enough`;
  const url = said('auth-url');
  return url === null || OUR_PATH.test(url)
    ? null
    : `${PREFIX}auth-url replaces the authorizer of the controller`;
}
