import { type Eventually, whenReady } from '../base/deferred.ts';
import type { ForwardRule, Pipeline } from '../policy/pipeline.ts';
import type { Decision } from './decision.ts';

/**
 * Decides under every pipeline that may be the right one, since it is not known which: the first refusal that is enforced
 * is the decision, else the first that is shadowed, else the request passes with what all of them agree on.
 */
export function everyOne(
  pipelines: readonly Pipeline[],
  under: (pipeline: Pipeline) => Eventually<Decision>,
): Eventually<Decision> {
  return next(pipelines, 0, [], under);
}

/** One after the other, so that a token is verified once and found in the cache by those that follow. */
function next(
  pipelines: readonly Pipeline[],
  at: number,
  made: readonly Decision[],
  under: (pipeline: Pipeline) => Eventually<Decision>,
): Eventually<Decision> {
  const pipeline = pipelines[at];
  if (pipeline === undefined) return together(made);
  return whenReady(under(pipeline), (decision) =>
    decision.outcome !== 'allow' && decision.pipeline?.mode !== 'shadow'
      ? decision
      : next(pipelines, at + 1, [...made, decision], under),
  );
}

function together(made: readonly Decision[]): Decision {
  const pipelines = made.flatMap(({ pipeline }) => pipeline ?? []);
  const chosen =
    made.find(({ outcome }) => outcome !== 'allow') ??
    made.find(({ reason }) => reason === 'verified') ??
    made[0];
  if (chosen === undefined) throw new Error('no pipeline was asked');
  const { pipeline: own } = chosen;
  if (own === null) return chosen;
  const pipeline = agreed(own, pipelines);
  if (chosen.outcome !== 'allow') return { ...chosen, pipeline };
  // What all of them agree on is part of what the chosen one sets.
  const kept = new Set(pipeline.forward.map(({ name }) => name));
  return { ...chosen, pipeline, identity: chosen.identity.filter(({ name }) => kept.has(name)) };
}

/** A pipeline with the headers that no other contradicts and everything that any of them removes. */
function agreed(own: Pipeline, all: readonly Pipeline[]): Pipeline {
  const rules = all.flatMap(({ forward }) => forward);
  const contradicted = (rule: ForwardRule) =>
    all.some(({ forward }) => !forward.some((other) => sameRule(rule, other)));
  return {
    ...own,
    stripsFrom: all.flatMap(({ stripsFrom }) => stripsFrom),
    forward: own.forward.filter((rule) => !contradicted(rule)),
    removes: {
      always: [...new Set(all.flatMap(({ removes }) => removes.always))],
      unlessSet: [...new Set([...own.removes.unlessSet, ...rules.map(({ name }) => name)])],
    },
  };
}

function sameRule(a: ForwardRule, b: ForwardRule): boolean {
  return a.name === b.name && a.as === b.as && JSON.stringify(a.path) === JSON.stringify(b.path);
}
