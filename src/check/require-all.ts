import { type Eventually, whenReady } from '../base/deferred.ts';
import type { ForwardRule, Pipeline } from '../policy/pipeline.ts';
import { type Allow, type Decision, refuse } from './decision.ts';

/**
 * Decides under every pipeline that may be the right one, since it is not known which: the first refusal that is enforced
 * is the decision, else the first that is shadowed, else the request passes where all of them say who calls alike.
 */
export function requireAll(
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
  if (chosen.outcome !== 'allow') return { ...chosen, pipeline: agreed(own, pipelines) };
  const passed = made.filter((decision) => decision.outcome === 'allow');
  const detail = disagreement(passed);
  if (detail === null)
    return { ...chosen, pipeline: { ...own, removes: removesOf(own, pipelines) } };
  // Where one of them is enforced, so is this: it says which of them is right no better than selection does.
  const enforced = pipelines.find(({ mode }) => mode === 'enforce');
  const pipeline = enforced ?? agreed(own, pipelines);
  return refuse('pipeline_conflict', {
    pipeline,
    detail,
    ...(chosen.principal === null ? {} : { principal: chosen.principal }),
  });
}

/**
 * Which identity header is not the same under all of them, or null. A backend that misses an identity, or is told another one,
 * must not guess: leaving the header out would let a route that forwards nothing take the caller away from another's backend.
 */
function disagreement(passed: readonly Allow[]): string | null {
  const [first, ...rest] = passed;
  if (first === undefined) return null;
  for (const other of rest) {
    const names = [...first.identity, ...other.identity].map(({ name }) => name);
    const name = names.find((one) => setBy(first, one) !== setBy(other, one));
    if (name === undefined) continue;
    const both = `pipelines ${first.pipeline.name} and ${other.pipeline.name}`;
    return `it cannot be told which route was used, and ${both} set the header ${name} differently`;
  }
  return null;
}

function setBy({ identity }: Allow, name: string): string | undefined {
  return identity.find((header) => header.name === name)?.value;
}

/** A pipeline with the headers that no other contradicts and everything that any of them removes. */
function agreed(own: Pipeline, all: readonly Pipeline[]): Pipeline {
  const contradicted = (rule: ForwardRule) =>
    all.some(({ forward }) => !forward.some((other) => sameRule(rule, other)));
  return {
    ...own,
    stripsFrom: all.flatMap(({ stripsFrom }) => stripsFrom),
    forward: own.forward.filter((rule) => !contradicted(rule)),
    removes: removesOf(own, all),
  };
}

/** Everything that any of them removes, and the headers that any of them sets. */
function removesOf(own: Pipeline, all: readonly Pipeline[]): Pipeline['removes'] {
  const set = all.flatMap(({ forward }) => forward.map(({ name }) => name));
  return {
    always: [...new Set(all.flatMap(({ removes }) => removes.always))],
    unlessSet: [...new Set([...own.removes.unlessSet, ...set])],
  };
}

function sameRule(a: ForwardRule, b: ForwardRule): boolean {
  return a.name === b.name && a.as === b.as && JSON.stringify(a.path) === JSON.stringify(b.path);
}
