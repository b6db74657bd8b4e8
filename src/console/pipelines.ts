import type { PipelineConfig } from '../config/shape.ts';
import type { LiveConfig } from '../live/live-config.ts';
import type { Policy } from '../policy/policy.ts';
import { faultsOf } from '../routes/faults.ts';
import type { RouteIndex } from '../routes/match/route-index.ts';
import type { RouteObject } from '../routes/route-object.ts';
import type { Pipelines, PipelineUse, RouteUse } from './api.ts';
import { maskedSettings } from './masked-settings.ts';

/** Route objects that are shown of each list. */
const MAX_ROUTES = 100;

/** Every pipeline, where it was defined, and the route objects that use it. */
export function pipelinesShown(live: LiveConfig, index: RouteIndex | null): Pipelines {
  const policy = live.policy.current;
  const objects = index?.objects ?? [];
  const byName = Map.groupBy(objects, ({ policy: { pipeline } }) => pipeline);
  const unnamed = (byName.get(null) ?? []).filter(({ used }) => used);
  const astray = objects.filter(
    ({ policy: { pipeline, faults } }) =>
      (pipeline === null && faults.length > 0) ||
      (pipeline !== null && !policy.pipelines.has(pipeline)),
  );
  const shown = (some: readonly RouteObject[]) =>
    some.slice(0, MAX_ROUTES).map((object) => routeUse(object, policy));
  return {
    pipelines: live.config.pipelines.map((pipeline, position) => {
      const routes = byName.get(pipeline.name) ?? [];
      return {
        ...pipelineShown(live, pipeline, position),
        routes: shown(routes),
        moreRoutes: Math.max(0, routes.length - MAX_ROUTES),
      };
    }),
    routesWatched: index !== null,
    unnamed: shown(unnamed),
    moreUnnamed: Math.max(0, unnamed.length - MAX_ROUTES),
    astray: shown(astray),
  };
}

function pipelineShown(
  live: LiveConfig,
  { name, mode, match, selectableBy, require }: PipelineConfig,
  position: number,
): Omit<PipelineUse, 'routes' | 'moreRoutes'> {
  return {
    name,
    place: live.placeOf(['pipelines', position]),
    mode,
    isDefault: live.config.default === name,
    matches: match.flatMap(({ hosts, paths, methods }) =>
      hosts.flatMap((host) =>
        paths.map((path) => `${methods?.join(',') ?? 'any method'} ${host}${path}`),
      ),
    ),
    selectableBy: selectableShown(selectableBy),
    require: maskedSettings(require),
  };
}

function selectableShown(selectableBy: PipelineConfig['selectableBy']): string {
  const { namespaces, context = false } = selectableBy ?? {};
  const named = namespaces === '*' ? 'every namespace' : (namespaces ?? []).join(', ');
  const who = [named, context ? "the gateway's configuration" : ''].filter((one) => one !== '');
  return who.join('; ') || 'nobody';
}

function routeUse(object: RouteObject, policy: Policy): RouteUse {
  const { key, used, bypass } = object;
  const [fault] = faultsOf(object, policy);
  const state = used ? stateOf(bypass, fault) : 'not used';
  const tightening = Object.entries(object.policy.tightening ?? {});
  return {
    route: key,
    state,
    why: bypass ?? fault ?? null,
    tightens: Object.fromEntries(tightening.map(([name, value]) => [name, annotationShown(value)])),
  };
}

function stateOf(bypass: string | null, fault: string | undefined): RouteUse['state'] {
  if (bypass !== null) return 'bypassed';
  return fault === undefined ? 'used' : 'invalid';
}

function annotationShown(value: unknown): string {
  if (!Array.isArray(value)) return String(value);
  return value
    .map((one: unknown) => (typeof one === 'string' ? one : JSON.stringify(one)))
    .join(' ');
}
