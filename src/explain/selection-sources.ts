import { withoutTokens } from '../base/without-tokens.ts';
import { parseHost } from '../policy/host.ts';
import { readings, withoutQuery } from '../policy/path.ts';
import type { Policy } from '../policy/policy.ts';
import { DEFAULT_PIPELINE_NAME, PIPELINE_NAME, type SelectionSource } from '../policy/select.ts';
import type { Request } from '../request/request.ts';
import { claimShown } from '../routes/claim-shown.ts';
import type { RouteIndex } from '../routes/route-index.ts';
import { objectKey, type RouteObject } from '../routes/route-object.ts';
import { candidatesOf, selectRouted } from '../routes/select-routed.ts';

/** What one source says about the pipeline, and whether it was the one that counted. */
export interface SourceSaid {
  readonly source: SelectionSource;
  readonly says: string;
  readonly chose: boolean;
}

/** The source is left out. */
const NOT_ASKED = '';

/** Asks every source by itself, so that a user sees which one chose the pipeline and which ones lost. */
export function selectionSources(
  policy: Policy,
  request: Request,
  routes: RouteIndex | null,
): readonly SourceSaid[] {
  const selection = selectRouted(policy, request, routes);
  const chosen = selection.ok ? selection.source : null;
  const alone = selectRouted({ ...policy, fallback: null }, { ...request, context: [] }, null);
  const said: Readonly<Record<SelectionSource, string>> = {
    object: routes === null ? NOT_ASKED : objectsSay(request, routes),
    context: contextSays(request, PIPELINE_NAME),
    match: alone.ok
      ? alone.pipeline.name
      : alone.reason === 'pipeline_missing'
        ? 'nothing'
        : alone.reason,
    'default-context': contextSays(request, DEFAULT_PIPELINE_NAME),
    default: policy.fallback?.name ?? 'deny',
  };
  return (Object.keys(said) as SelectionSource[])
    .filter((source) => said[source] !== NOT_ASKED)
    .map((source) => ({ source, says: withoutTokens(said[source]), chose: source === chosen }));
}

/** Every object that may have been used, with the pipeline that it names; where there are several, why each counts. */
function objectsSay(request: Request, routes: RouteIndex): string {
  const host = parseHost(request.host);
  if (host === null) return 'nothing';
  const candidates = candidatesOf(routes, request, host);
  if (!candidates.ok) return candidates.reason;
  const { objects } = candidates;
  const said = objects.map((object) => {
    const names = `${objectKey(object)}: ${object.policy.pipeline ?? 'names none'}`;
    return objects.length === 1
      ? names
      : `${names} (${whyItCounts(object, request, host, routes)})`;
  });
  return said.join(', ') || 'no object covers this request';
}

/** How requests to the objects that may be used get past Watchword; one text for each of them that does. */
export function bypassesOf(request: Request, routes: RouteIndex | null): readonly string[] {
  const host = parseHost(request.host);
  if (routes === null || host === null) return [];
  const candidates = candidatesOf(routes, request, host);
  if (!candidates.ok) return [];
  return candidates.objects.flatMap((object) =>
    object.bypass === null ? [] : [`${objectKey(object)}: ${object.bypass}`],
  );
}

function whyItCounts(
  object: RouteObject,
  { path, method, port }: Request,
  host: string,
  routes: RouteIndex,
): string {
  // All readings of the path have the same objects, else there were no candidates.
  const [reading = ''] = readings(withoutQuery(path)) ?? [];
  const claims = routes.claimsOn(host, reading, method, port);
  const claim = claims === 'too many' ? undefined : claims.find((one) => one.object === object);
  return claim === undefined ? '' : claimShown(claim);
}

function contextSays(request: Request, name: string): string {
  return request.context.find((entry) => entry[0] === name)?.[1] ?? 'nothing';
}
