import { type Objects, ownerOf, type RouteRules, Unseen } from '../../kube/kinds.ts';
import type { KubeObject } from '../../kube/object.ts';
import { MatchTable } from '../match/match-table.ts';
import { RouteIndex, type Scope } from '../match/route-index.ts';
import { attachmentsOf } from './attachments.ts';
import { ContourIngresses } from './contour-ingress.ts';
import { portsOfPlanes } from './destination-ports.ts';
import { matchesOfGatewayRoute } from './gateway-api.ts';
import { GatewayGuards } from './gateway-guards.ts';
import { matchesOfIngress, useOfIngress } from './ingress.ts';
import { bypassOfIngress } from './nginx-opt-outs.ts';
import { ProxyCompiler } from './proxy-compiler.ts';
import { type CompiledObject, compiledObject } from './route-entry.ts';
import { noObjects } from './rules.ts';

const EVERYWHERE: Scope = { complete: true, namespaces: 'any' };
const NOTHING_UNSEEN = new Unseen();

/** The kinds on whose objects the meaning of the others depends. */
const BACKGROUND = ['IngressClass', 'GatewayClass', 'Gateway', 'SecurityPolicy'] as const;

/** Compiles the objects of a cluster once. */
export function compileRoutes(
  objects: Objects,
  rules: RouteRules,
  scope?: Scope,
  unseen?: Unseen,
): RouteIndex {
  return new RouteCompiler(rules, scope).compile(objects, unseen);
}

/**
 * Compiles the objects of a cluster again and again: only what changed is made anew, so that a change among ten thousand routes does
 * not keep decisions waiting. The result is the same as from the start.
 */
export class RouteCompiler {
  readonly #rules: RouteRules;
  readonly #scope: Scope;
  readonly #table = new MatchTable();
  readonly #proxies: ProxyCompiler;
  readonly #contour: ContourIngresses;
  #guards: GatewayGuards;
  #entries: ReadonlyMap<KubeObject, CompiledObject> = new Map();
  /** The objects on which the meaning of others depends. */
  #background: readonly unknown[] = [];

  constructor(rules: RouteRules, scope: Scope = EVERYWHERE) {
    this.#rules = rules;
    this.#scope = scope;
    this.#proxies = new ProxyCompiler(rules);
    this.#contour = new ContourIngresses(rules);
    this.#guards = new GatewayGuards(noObjects(), rules, NOTHING_UNSEEN);
  }

  /** `unseen` is what is not known of the kinds that decisions do not need. */
  compile(objects: Objects, unseen: Unseen = NOTHING_UNSEEN): RouteIndex {
    const sameMeaning = this.#stillMeant(objects, unseen);
    const known = sameMeaning ? this.#entries : new Map<KubeObject, CompiledObject>();
    if (!sameMeaning) this.#guards = new GatewayGuards(objects, this.#rules, unseen);
    const guards = this.#guards;
    // Another Ingress may have got a certificate for the host of one that has not changed.
    const others = this.#contour.update(objects, sameMeaning);
    const entries = new Map<KubeObject, CompiledObject>();
    for (const one of objects.Ingress.values()) {
      const before = known.get(one);
      entries.set(
        one,
        before !== undefined && !others ? before : this.#ingress(one, objects, before),
      );
    }
    for (const routes of [objects.HTTPRoute, objects.GRPCRoute]) {
      for (const one of routes.values()) {
        const made = known.get(one) ?? fromGatewayRoute(one, objects, this.#rules, guards);
        entries.set(one, made);
      }
    }
    for (const entry of this.#proxies.compile(objects)) entries.set(entry.source, entry);
    this.#entries = entries;
    const { hostSpaces, byKey } = this.#table.update(entries);
    return new RouteIndex(byKey, hostSpaces, this.#scope, {
      gateways: guards.gateways(),
      ports: portsOfPlanes(objects, this.#rules, unseen),
    });
  }

  /** `before` is what was made of the same Ingress, and stays where nothing has come to be said of it. */
  #ingress(
    ingress: KubeObject,
    objects: Objects,
    before: CompiledObject | undefined,
  ): CompiledObject {
    const bypass = this.#contour.bypassOf(ingress) ?? bypassOfIngress(ingress, objects);
    if (before?.object.bypass === bypass) return before;
    return fromIngress(ingress, bypass, objects, this.#rules);
  }

  /** Whether classes, gateways and policies, and what is seen of them, are what they were. */
  #stillMeant(objects: Objects, unseen: Unseen): boolean {
    const now = [unseen.key, ...BACKGROUND.flatMap((kind) => [...objects[kind].values()])];
    const before = this.#background;
    this.#background = now;
    return now.length === before.length && now.every((one, index) => one === before[index]);
  }
}

function fromIngress(
  ingress: KubeObject,
  bypass: string | null,
  objects: Objects,
  rules: RouteRules,
): CompiledObject {
  const use = useOfIngress(ingress, objects, rules);
  return compiledObject(ingress, {
    owner: ownerOf(ingress.namespace, rules),
    used: use.hostSpaces.length > 0,
    bypass,
    drafts: matchesOfIngress(ingress, use),
  });
}

function fromGatewayRoute(
  route: KubeObject,
  objects: Objects,
  rules: RouteRules,
  guards: GatewayGuards,
): CompiledObject {
  const attachments = attachmentsOf(route, objects, rules);
  const bypass = guards.bypassOf(route, attachments.length > 0);
  return compiledObject(route, {
    owner: ownerOf(route.namespace, rules),
    used: attachments.length > 0 || bypass !== null,
    bypass,
    drafts: matchesOfGatewayRoute(route, attachments),
  });
}
