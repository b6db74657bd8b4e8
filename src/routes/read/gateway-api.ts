import { type Json, type KubeObject, recordAt, recordsAt, textAt } from '../../kube/object.ts';
import { mostUncertain } from '../match/uncertainty.ts';
import type { MatchDraft, PathMatch } from '../route-object.ts';
import type { Attachment } from './attachments.ts';

/** One `matches` entry of a rule. */
interface Match {
  readonly path: PathMatch;
  readonly method: string | null;
  readonly conditions: number;
  readonly redirects: boolean;
}

const EVERYTHING: Match = {
  path: { type: 'prefix', path: '/' },
  method: null,
  conditions: 0,
  redirects: false,
};

/** The matches of an HTTPRoute or a GRPCRoute (gateway.networking.k8s.io/v1) where it is attached. */
export function matchesOfGatewayRoute(
  route: KubeObject,
  attachments: readonly Attachment[],
): readonly MatchDraft[] {
  const matchOf = route.kind === 'GRPCRoute' ? grpcMatch : httpMatch;
  const rules = recordsAt(route.spec, 'rules');
  // Without rules a route matches everything, as a rule without matches does.
  const matches = rules.flatMap((rule) => {
    const own = recordsAt(rule, 'matches');
    const redirects = onlyRedirects(rule);
    return own.length === 0
      ? [{ ...EVERYTHING, redirects }]
      : own.map((match) => ({ ...matchOf(match), redirects }));
  });
  const all = rules.length === 0 ? [EVERYTHING] : matches;
  return attachments.flatMap(({ hostSpace, host, uncertainty }) =>
    all.map(
      (match): MatchDraft => ({
        hostSpace,
        host,
        labels: 'many',
        path: match.path,
        method: match.method,
        conditions: match.conditions,
        uncertainty: mostUncertain(
          uncertainty,
          match.path.type === 'unknown' ? 'path-unknown' : null,
        ),
        redirects: match.redirects,
      }),
    ),
  );
}

function onlyRedirects(rule: Json): boolean {
  const filters = recordsAt(rule, 'filters');
  return (
    filters.some(({ type }) => type === 'RequestRedirect') &&
    recordsAt(rule, 'backendRefs').length === 0
  );
}

function conditionsOf(match: Json): number {
  return recordsAt(match, 'headers').length + recordsAt(match, 'queryParams').length;
}

function httpMatch(match: Json): Omit<Match, 'redirects'> {
  const path = recordAt(match, 'path');
  const value = textAt(path, 'value') ?? '/';
  const pathMatch = (): PathMatch => {
    switch (path['type'] ?? 'PathPrefix') {
      case 'Exact':
        return { type: 'exact', path: value };
      case 'PathPrefix':
        return { type: 'prefix', path: value };
      default:
        return { type: 'unknown' };
    }
  };
  return { path: pathMatch(), method: textAt(match, 'method'), conditions: conditionsOf(match) };
}

/** `/SERVICE/METHOD` over HTTP/2, always by POST. */
function grpcMatch(match: Json): Omit<Match, 'redirects'> {
  const method = recordAt(match, 'method');
  const service = textAt(method, 'service');
  const name = textAt(method, 'method');
  const pathMatch = (): PathMatch => {
    if (service === null && name === null) return { type: 'prefix', path: '/' };
    if ((method['type'] ?? 'Exact') !== 'Exact' || service === null) return { type: 'unknown' };
    return name === null
      ? { type: 'prefix', path: `/${service}` }
      : { type: 'exact', path: `/${service}/${name}` };
  };
  return { path: pathMatch(), method: null, conditions: conditionsOf(match) };
}
