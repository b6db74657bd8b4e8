import { classesOf, useOfIngress } from './from-ingress.ts';
import { type KubeObject, recordsAt, textAt, textsAt } from './kube-object.ts';
import { nameKey, type Objects, type RouteRules } from './objects.ts';

/** How `spec.controller` of Contour's IngressClasses begins. Contour itself goes by the name alone. */
const CONTROLLER = 'projectcontour.io/';
/** The class that Contour serves where nobody has told it another. */
const DEFAULT_CLASS = 'contour';

/** Whether Contour serves a class; `unknown` where no IngressClass says whose it is. */
type Served = 'yes' | 'unknown' | 'no';

const WHAT_TO_DO = 'write an HTTPProxy with virtualhost.tls in its place';

/**
 * Ingresses that Contour serves over HTTPS without asking: it puts `globalExtAuth` on the plain listener and on the TLS hosts of HTTPProxies
 * only (1.33, `internal/xdscache/v3/listener.go`). An Ingress without `spec.tls` is served there too, once another one
 * has a certificate for its host (`internal/dag/ingress_processor.go`).
 */
export class ContourIngresses {
  readonly #objects: Objects;
  readonly #rules: RouteRules;
  /** The first Ingress that has a certificate for a host. */
  readonly #certified = new Map<string, string>();

  constructor(objects: Objects, rules: RouteRules) {
    this.#objects = objects;
    this.#rules = rules;
    for (const ingress of objects.Ingress.values()) {
      const entries = recordsAt(ingress.spec, 'tls');
      if (entries.length === 0 || this.#servedOf(ingress) === 'no') continue;
      for (const host of entries.flatMap((one) => textsAt(one, 'hosts')))
        if (!this.#certified.has(host.toLowerCase()))
          this.#certified.set(host.toLowerCase(), nameKey(ingress));
    }
  }

  /** How requests to an Ingress get past Contour's authorizer, or null. */
  bypassOf(ingress: KubeObject): string | null {
    const own = recordsAt(ingress.spec, 'tls').length > 0;
    const other = own ? undefined : this.#otherCertificate(ingress);
    if (!own && other === undefined) return null;
    const served = this.#servedOf(ingress);
    if (served === 'no') return null;
    const why = own
      ? 'spec.tls'
      : `Ingress ${other?.owner ?? ''} has a certificate for ${other?.host ?? ''}`;
    return served === 'yes'
      ? `over HTTPS (${why}) Contour does not ask about an Ingress: ${WHAT_TO_DO}`
      : `if Contour serves it, it does not ask over HTTPS (${why}), and no IngressClass says whose the class is: write one with its controller, or ${WHAT_TO_DO}`;
  }

  #otherCertificate(ingress: KubeObject): { host: string; owner: string } | undefined {
    if (this.#certified.size === 0) return undefined;
    for (const rule of recordsAt(ingress.spec, 'rules')) {
      const host = textAt(rule, 'host')?.toLowerCase() ?? '*';
      const owner = this.#certified.get(host);
      if (owner !== undefined) return { host, owner };
    }
    return undefined;
  }

  #servedOf(ingress: KubeObject): Served {
    const named = classesOf(ingress);
    if (useOfIngress(ingress, this.#objects, this.#rules).planes.length === 0) {
      // Contour may serve classes of which no annotation counts, on the hosts of those that do.
      return named.some((name) => this.#served(name) === 'yes') ? 'yes' : 'no';
    }
    const { ingressClasses } = this.#rules;
    const anyone = ingressClasses.size === 0 ? [DEFAULT_CLASS] : [...ingressClasses];
    const all = (named.length === 0 ? anyone : named).map((name) => this.#served(name));
    return all.find((one) => one === 'yes') ?? all.find((one) => one === 'unknown') ?? 'no';
  }

  #served(name: string): Served {
    if (name === DEFAULT_CLASS || this.#rules.contourClasses.has(name)) return 'yes';
    const found = this.#objects.IngressClass.get(`/${name}`);
    if (found === undefined) return 'unknown';
    return textAt(found.spec, 'controller')?.startsWith(CONTROLLER) === true ? 'yes' : 'no';
  }
}
