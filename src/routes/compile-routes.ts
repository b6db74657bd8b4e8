import { attachmentsOf } from './attachments.ts';
import { ClaimTable } from './claim-table.ts';
import { claimsOfGatewayRoute } from './from-gateway-api.ts';
import { claimsOfIngress, useOfIngress } from './from-ingress.ts';
import type { KubeObject } from './kube-object.ts';
import { bypassOfIngress } from './nginx-opt-outs.ts';
import { type Objects, ownerOf, type RouteRules } from './objects.ts';
import { ProxyCompiler } from './proxy-compiler.ts';
import { type CompiledObject, compiledObject } from './route-entry.ts';
import { RouteIndex, type Scope } from './route-index.ts';
import { objectKey } from './route-object.ts';
import { bypassedBySecurityPolicy } from './security-policies.ts';

const EVERYWHERE: Scope = { complete: true, namespaces: 'any' };

/** Compiles the objects of a cluster once. */
export function compileRoutes(objects: Objects, rules: RouteRules, scope?: Scope): RouteIndex {
  return new RouteCompiler(rules, scope).compile(objects);
}

/**
 * Compiles the objects of a cluster again and again: only what changed is made anew, so that a change among ten thousand routes does
 * not keep decisions waiting. The result is the same as from the start.
 */
export class RouteCompiler {
  readonly #rules: RouteRules;
  readonly #scope: Scope;
  readonly #table = new ClaimTable();
  readonly #proxies: ProxyCompiler;
  #entries: ReadonlyMap<KubeObject, CompiledObject> = new Map();
  /** The objects on which the meaning of others depends. */
  #background: readonly KubeObject[] = [];

  constructor(rules: RouteRules, scope: Scope = EVERYWHERE) {
    this.#rules = rules;
    this.#scope = scope;
    this.#proxies = new ProxyCompiler(rules);
  }

  compile(objects: Objects): RouteIndex {
    const known = this.#stillMeant(objects) ? this.#entries : new Map<KubeObject, CompiledObject>();
    const bypassed = bypassedBySecurityPolicy(objects);
    const entries = new Map<KubeObject, CompiledObject>();
    for (const one of objects.Ingress.values()) {
      entries.set(one, known.get(one) ?? fromIngress(one, objects, this.#rules));
    }
    for (const routes of [objects.HTTPRoute, objects.GRPCRoute]) {
      for (const one of routes.values()) {
        const made = known.get(one) ?? fromGatewayRoute(one, objects, this.#rules, bypassed);
        entries.set(one, made);
      }
    }
    for (const entry of this.#proxies.compile(objects)) entries.set(entry.source, entry);
    this.#entries = entries;
    const { planes, byKey } = this.#table.update(entries);
    return new RouteIndex(byKey, planes, this.#scope);
  }

  /** Whether classes, gateways and policies are what they were. */
  #stillMeant({ IngressClass, Gateway, SecurityPolicy }: Objects): boolean {
    const now = [IngressClass, Gateway, SecurityPolicy].flatMap((kind) => [...kind.values()]);
    const before = this.#background;
    this.#background = now;
    return now.length === before.length && now.every((object, index) => object === before[index]);
  }
}

function fromIngress(ingress: KubeObject, objects: Objects, rules: RouteRules): CompiledObject {
  const use = useOfIngress(ingress, objects, rules);
  return compiledObject(ingress, {
    owner: ownerOf(ingress.namespace, rules),
    used: use.planes.length > 0,
    bypass: bypassOfIngress(ingress, objects),
    drafts: claimsOfIngress(ingress, use),
  });
}

function fromGatewayRoute(
  route: KubeObject,
  objects: Objects,
  rules: RouteRules,
  bypassed: ReadonlyMap<string, string>,
): CompiledObject {
  const attachments = attachmentsOf(route, objects, rules);
  return compiledObject(route, {
    owner: ownerOf(route.namespace, rules),
    used: attachments.length > 0,
    bypass: bypassed.get(objectKey(route)) ?? null,
    drafts: claimsOfGatewayRoute(route, attachments),
  });
}
