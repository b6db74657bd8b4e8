import { nameKey, type Objects, type RouteRules } from '../../kube/kinds.ts';
import { type KubeObject, recordsAt, textAt, textsAt } from '../../kube/object.ts';
import { classesOf, useOfIngress } from './ingress.ts';

/** How `spec.controller` of Contour's IngressClasses begins. Contour itself goes by the name alone. */
const CONTROLLER = 'projectcontour.io/';
/** The class that Contour serves where nobody has told it another. */
const DEFAULT_CLASS = 'contour';

/** Whether Contour serves a class; `unknown` where no IngressClass says whose it is. */
type Served = 'yes' | 'unknown' | 'no';

const WHAT_TO_DO =
  'write an HTTPProxy with virtualhost.tls in its place (watchword migrate contour)';

interface Facts {
  readonly hasTls: boolean;
  /** Those that it has a certificate for, where Contour may serve it. */
  readonly hosts: readonly string[];
}

/**
 * Ingresses that Contour serves over HTTPS without asking: it puts `globalExtAuth` on the plain listener and on the TLS hosts of HTTPProxies
 * only (1.33, `internal/xdscache/v3/listener.go`). An Ingress without `spec.tls` is served there too, once another one
 * has a certificate for its host (`internal/dag/ingress_processor.go`).
 */
export class ContourIngresses {
  readonly #rules: RouteRules;
  #objects: Objects | null = null;
  /** What each Ingress has, which does not change with others of its kind. */
  #facts = new WeakMap<KubeObject, Facts>();
  /** The first Ingress that has a certificate for a host. */
  #certified: ReadonlyMap<string, string> = new Map();

  constructor(rules: RouteRules) {
    this.#rules = rules;
  }

  /**
   * Takes over the objects as they are now; `sameClasses` says whether IngressClasses are what they were. Gives whether
   * `bypassOf` may now say something else of an Ingress that has not changed.
   */
  update(objects: Objects, sameClasses: boolean): boolean {
    this.#objects = objects;
    if (!sameClasses) this.#facts = new WeakMap();
    const certified = new Map<string, string>();
    for (const ingress of objects.Ingress.values()) {
      for (const host of this.#factsOf(ingress, objects).hosts)
        if (!certified.has(host)) certified.set(host, nameKey(ingress));
    }
    const before = this.#certified;
    this.#certified = certified;
    return !sameClasses || !sameEntries(before, certified);
  }

  /** How requests to an Ingress get past Contour's authorizer, or null. */
  bypassOf(ingress: KubeObject): string | null {
    if (this.#objects === null) return null;
    const own = this.#factsOf(ingress, this.#objects).hasTls;
    const other = own ? undefined : this.#otherCertificate(ingress);
    if (!own && other === undefined) return null;
    const served = this.#servedOf(ingress, this.#objects);
    if (served === 'no') return null;
    const why = own
      ? 'spec.tls'
      : `Ingress ${other?.owner ?? ''} has a certificate for ${other?.host ?? ''}`;
    return served === 'yes'
      ? `over HTTPS (${why}) Contour does not ask about an Ingress: ${WHAT_TO_DO}`
      : `if Contour serves it, it does not ask over HTTPS (${why}), and no IngressClass says whose the class is: write one with its controller, or ${WHAT_TO_DO}`;
  }

  #factsOf(ingress: KubeObject, objects: Objects): Facts {
    const known = this.#facts.get(ingress);
    if (known !== undefined) return known;
    const entries = recordsAt(ingress.spec, 'tls');
    const serves = entries.length > 0 && this.#servedOf(ingress, objects) !== 'no';
    const hosts = serves ? entries.flatMap((one) => textsAt(one, 'hosts')) : [];
    const made = {
      hasTls: entries.length > 0,
      hosts: hosts.map((host) => host.toLowerCase()),
    };
    this.#facts.set(ingress, made);
    return made;
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

  #servedOf(ingress: KubeObject, objects: Objects): Served {
    const named = classesOf(ingress);
    if (useOfIngress(ingress, objects, this.#rules).hostSpaces.length === 0) {
      // Contour may serve classes of which no annotation counts, on the hosts of those that do.
      return named.some((name) => this.#served(name, objects) === 'yes') ? 'yes' : 'no';
    }
    const { ingressClasses } = this.#rules;
    const anyone = ingressClasses.size === 0 ? [DEFAULT_CLASS] : [...ingressClasses];
    const all = (named.length === 0 ? anyone : named).map((name) => this.#served(name, objects));
    return all.find((one) => one === 'yes') ?? all.find((one) => one === 'unknown') ?? 'no';
  }

  #served(name: string, objects: Objects): Served {
    if (name === DEFAULT_CLASS || this.#rules.contourClasses.has(name)) return 'yes';
    const found = objects.IngressClass.get(`/${name}`);
    if (found === undefined) return 'unknown';
    return textAt(found.spec, 'controller')?.startsWith(CONTROLLER) === true ? 'yes' : 'no';
  }
}

function sameEntries(a: ReadonlyMap<string, string>, b: ReadonlyMap<string, string>): boolean {
  if (a.size !== b.size) return false;
  for (const [key, value] of a) if (b.get(key) !== value) return false;
  return true;
}
