import type { Pipeline, Requirement } from '../../policy/pipeline.ts';
import type { Tightening } from './annotations.ts';

export type Tightened =
  | { readonly ok: true; readonly pipeline: Pipeline }
  /** What the route asks of this pipeline cannot be done. */
  | { readonly ok: false; readonly fault: string };

const known = new WeakMap<Tightening, WeakMap<Pipeline, Tightened>>();

/**
 * A pipeline under the stricter terms of a route. The result is remembered with both, so that a decision makes no objects and
 * a reload forgets what it replaced. `identityHeaders` is the closed list of headers that may be set.
 */
export function tighten(
  pipeline: Pipeline,
  terms: Tightening,
  identityHeaders: readonly string[],
): Tightened {
  const byPipeline = known.get(terms) ?? new WeakMap<Pipeline, Tightened>();
  known.set(terms, byPipeline);
  const before = byPipeline.get(pipeline);
  if (before !== undefined) return before;
  const made = tightenNow(pipeline, terms, identityHeaders);
  byPipeline.set(pipeline, made);
  return made;
}

/** One term after the other; the first that cannot be done ends it. */
function tightenNow(
  pipeline: Pipeline,
  terms: Tightening,
  identityHeaders: readonly string[],
): Tightened {
  const fault =
    nothingToTighten(pipeline, terms) ??
    modeFault(pipeline, terms) ??
    publicFault(pipeline, terms) ??
    forwardFault(pipeline, terms, identityHeaders);
  if (fault !== null) return { ok: false, fault };
  const require = pipeline.require === null ? null : requirementOf(pipeline.require, terms);
  if (require !== null && isEmpty(require, pipeline.require)) {
    const message = `issuers and audiences leave nothing of what pipeline ${pipeline.name} accepts`;
    return { ok: false, fault: message };
  }
  const added = terms['forward-headers'] ?? [];
  return {
    ok: true,
    pipeline: {
      ...pipeline,
      require,
      mode: terms.mode ?? pipeline.mode,
      forward: [...pipeline.forward, ...added],
      extraClaims: [...new Set([...pipeline.extraClaims, ...added.map(({ path }) => path[0])])],
    },
  };
}

const ASKS_OF_TOKEN = ['issuers', 'audiences', 'scopes', 'scopes-any'] as const;
const NEEDS_TOKEN = [...ASKS_OF_TOKEN, 'forward-headers'] as const;

/** `require: none` verifies no token: terms about one would be accepted and ignored. */
function nothingToTighten(pipeline: Pipeline, terms: Tightening): string | null {
  if (pipeline.require !== null) return null;
  const asked = NEEDS_TOKEN.find((name) => terms[name] !== undefined);
  return asked === undefined
    ? null
    : `${asked} asks for a token, and pipeline ${pipeline.name} verifies none`;
}

function modeFault(pipeline: Pipeline, { mode }: Tightening): string | null {
  return mode === 'shadow' && pipeline.mode === 'enforce'
    ? `mode cannot go from enforce to shadow (pipeline ${pipeline.name})`
    : null;
}

function publicFault(pipeline: Pipeline, terms: Tightening): string | null {
  return terms['public-paths'] !== undefined && !pipeline.routeMay.has('public-paths')
    ? `public-paths is not in routeMay of pipeline ${pipeline.name}`
    : null;
}

function forwardFault(
  pipeline: Pipeline,
  terms: Tightening,
  identityHeaders: readonly string[],
): string | null {
  for (const { name } of terms['forward-headers'] ?? []) {
    if (!identityHeaders.includes(name)) return `'${name}' is not in identityHeaders`;
    if (pipeline.forward.some((rule) => rule.name === name)) {
      return `header '${name}' is set by pipeline ${pipeline.name} already`;
    }
  }
  return null;
}

function requirementOf(require: Requirement, terms: Tightening): Requirement {
  const anyGroup = terms['scopes-any'];
  return {
    ...require,
    // A route that asks for something of a token cannot be met without one, as rules cannot.
    optional: require.optional && !ASKS_OF_TOKEN.some((name) => terms[name] !== undefined),
    audiencesByIssuer: narrowed(require.audiencesByIssuer, terms),
    anyOf: require.anyOf
      .map((one) => ({ ...one, audiencesByIssuer: narrowed(one.audiencesByIssuer, terms) }))
      .filter(({ audiencesByIssuer }) => audiencesByIssuer.size > 0),
    scopes: {
      all: [...new Set([...require.scopes.all, ...(terms.scopes ?? [])])],
      strategy: require.scopes.strategy,
      any: anyGroup === undefined ? require.scopes.any : [...require.scopes.any, anyGroup],
    },
  };
}

/** Whether nothing is left that a token could be: an empty list of alternatives would ask for none of them. */
function isEmpty(require: Requirement, before: Requirement | null): boolean {
  const lostAll = require.anyOf.length === 0 && (before?.anyOf.length ?? 0) > 0;
  return require.audiencesByIssuer.size === 0 || lostAll;
}

/** The accepted issuers and audiences that the route keeps; an issuer without an audience is dropped. */
function narrowed(
  accepted: Requirement['audiencesByIssuer'],
  { issuers, audiences }: Tightening,
): Requirement['audiencesByIssuer'] {
  const kept = [...accepted].filter(
    ([issuer]) => issuers === undefined || issuers.includes(issuer),
  );
  if (audiences === undefined) return new Map(kept);
  return new Map(
    kept.flatMap(([issuer, own]) => {
      const rest = own === 'any' ? audiences : audiences.filter((audience) => own.has(audience));
      return rest.length === 0 ? [] : [[issuer, new Set(rest)] as const];
    }),
  );
}

const opened = new WeakMap<Pipeline, Pipeline>();

/** The pipeline for a path that its route made public: no token is asked for, so nothing is forwarded from one. */
export function openTo(pipeline: Pipeline): Pipeline {
  const before = opened.get(pipeline);
  if (before !== undefined) return before;
  const open: Pipeline = {
    ...pipeline,
    require: null,
    rules: null,
    forward: [],
    extraClaims: [],
  };
  opened.set(pipeline, open);
  return open;
}
