import {
  CLUSTER_KINDS,
  nameKey,
  type Objects,
  type RouteRules,
  WATCHED_KIND_NAMES,
  type WatchedKind,
} from '../../kube/kinds.ts';
import { type KubeObject, kubeObject } from '../../kube/object.ts';

/** The rules that the settings under `routes` say. */
export function rulesOf(settings: {
  readonly ingressClasses: readonly string[];
  readonly ingressWithoutClass: boolean;
  readonly gateways: readonly string[];
  readonly shareHosts: RouteRules['shareHosts'];
  readonly authorizers?: readonly string[] | undefined;
  readonly contourClasses?: readonly string[] | undefined;
}): RouteRules {
  return {
    ingressClasses: new Set(settings.ingressClasses),
    ingressWithoutClass: settings.ingressWithoutClass,
    gateways: new Set(settings.gateways),
    shareHosts: settings.shareHosts,
    authorizers: settings.authorizers === undefined ? null : new Set(settings.authorizers),
    contourClasses: new Set(settings.contourClasses),
    statusOptional: false,
  };
}

/** Objects that change: what a watch keeps. */
export type MutableObjects = Readonly<Record<WatchedKind, Map<string, KubeObject>>>;

export function noObjects(): MutableObjects {
  return Object.fromEntries(
    WATCHED_KIND_NAMES.map((kind) => [kind, new Map<string, KubeObject>()]),
  ) as Record<WatchedKind, Map<string, KubeObject>>;
}

/** Sorts objects out of files by kind; lists are opened, and kinds that are not read are left out. */
export function objectsFrom(documents: readonly unknown[]): Objects {
  const objects = noObjects();
  for (const document of documents) addTo(objects, document);
  return objects;
}

function addTo(objects: MutableObjects, document: unknown): void {
  const { kind, apiVersion, items } = (document ?? {}) as Record<string, unknown>;
  if (Array.isArray(items)) for (const item of items) addTo(objects, item);
  if (typeof kind !== 'string' || !Object.hasOwn(objects, kind)) return;
  const object = kubeObject(kind, String(apiVersion), document);
  if (object === null) return;
  const scoped = CLUSTER_KINDS.has(kind) || object.namespace !== '';
  const placed = scoped ? object : { ...object, namespace: 'default' };
  objects[kind as WatchedKind].set(nameKey(placed), placed);
}
