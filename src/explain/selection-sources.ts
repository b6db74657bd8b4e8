import { redactTokens } from '../base/redact.ts';
import { parseHost } from '../policy/host.ts';
import { readings, withoutQuery } from '../policy/path.ts';
import type { Policy } from '../policy/policy.ts';
import { DEFAULT_PIPELINE_NAME, PIPELINE_NAME, type SelectionSource } from '../policy/select.ts';
import type { Request } from '../request/request.ts';
import { describeMatch } from '../routes/match/describe-match.ts';
import type { RouteIndex } from '../routes/match/route-index.ts';
import { namesHost, type Uncounted } from '../routes/read/uncounted.ts';
import { objectKey, type RouteObject } from '../routes/route-object.ts';
import { candidatesOf, selectRouted } from '../routes/select.ts';

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
  uncounted: readonly Uncounted[] = [],
): readonly SourceSaid[] {
  const selection = selectRouted(policy, request, routes);
  const chosen = selection.ok ? selection.source : null;
  const alone = selectRouted({ ...policy, fallback: null }, { ...request, context: [] }, null);
  const said: Readonly<Record<SelectionSource, string>> = {
    object: routes === null ? NOT_ASKED : objectsSay(policy, request, routes, uncounted),
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
    .map((source) => ({ source, says: redactTokens(said[source]), chose: source === chosen }));
}

/** Every object that may have been used, with the pipeline that it names; where there are several, why each counts. */
function objectsSay(
  policy: Policy,
  request: Request,
  routes: RouteIndex,
  uncounted: readonly Uncounted[],
): string {
  const host = parseHost(request.host);
  if (host === null) return 'nothing';
  const others = uncountedSay(uncounted, host);
  const candidates = candidatesOf(routes, request, host, policy);
  if (!candidates.ok) return candidates.reason;
  const { objects } = candidates;
  const said = objects.map((object) => {
    const past =
      object.bypass === null ? '' : `, but requests get past Watchword: ${object.bypass}`;
    const names = `${objectKey(object)}: ${object.policy.pipeline ?? 'names none'}${past}`;
    return objects.length === 1
      ? names
      : `${names} (${whyItCounts(object, request, host, routes)})`;
  });
  const found = said.join(', ') || noneCovers(routes);
  return [found, ...others].join('; ');
}

/** Objects beyond these are counted, not named. */
const MAX_NAMED = 8;

/** The objects of the host that count for nothing, each with the reason; others are only counted. */
function uncountedSay(uncounted: readonly Uncounted[], host: string): readonly string[] {
  const named = uncounted.filter((one) => namesHost(one, host)).slice(0, MAX_NAMED);
  const rest = uncounted.length - named.length;
  return [
    ...named.map(({ key, why }) => `${key} does not count: ${why}`),
    ...(rest === 0
      ? []
      : [`${rest} ${named.length === 0 ? 'of other hosts' : 'more'} do not count`]),
  ];
}

function noneCovers(routes: RouteIndex): string {
  const used = routes.objects.filter((object) => object.used).map(({ key }) => key);
  if (used.length === 0) return 'no object covers this request';
  const names = used.slice(0, MAX_NAMED).join(', ');
  return `no object covers this request; those that count cover others: ${names}${used.length > MAX_NAMED ? ', …' : ''}`;
}

/** How requests to the objects that may be used get past Watchword; one text for each of them that does. */
export function bypassesOf(
  policy: Policy,
  request: Request,
  routes: RouteIndex | null,
): readonly string[] {
  const host = parseHost(request.host);
  if (routes === null || host === null) return [];
  const candidates = candidatesOf(routes, request, host, policy);
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
  const matches = routes.matchesOn(host, reading, method, port);
  const match = matches === 'too many' ? undefined : matches.find((one) => one.object === object);
  return match === undefined ? '' : describeMatch(match);
}

function contextSays(request: Request, name: string): string {
  return request.context.find((entry) => entry[0] === name)?.[1] ?? 'nothing';
}
