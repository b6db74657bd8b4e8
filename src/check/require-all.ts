import { type Eventually, whenReady } from '../base/deferred.ts';
import type { Pipeline } from '../policy/pipeline.ts';
import { type Decision, type Header, refuse } from './decision.ts';

/**
 * Decides under every pipeline that may be the right one, since it is not known which: the first refusal that is enforced
 * is the decision, else the first that is shadowed, else the request passes; where all of them say who calls alike, or none is enforced.
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
  const pipeline = removingFor(own, pipelines);
  const detail = disagreement(made);
  if (detail === null) return { ...chosen, pipeline };
  const identity = chosen.identity.filter((header) => isAgreed(header, made));
  // Where one of them is enforced, so is this: it says which of them is right no better than selection does.
  const enforced = pipelines.find(({ mode }) => mode === 'enforce');
  if (enforced === undefined && chosen.outcome !== 'allow')
    return chosen.outcome === 'answer' ? chosen : { ...chosen, pipeline, identity };
  return refuse('pipeline_conflict', {
    pipeline: enforced ?? pipeline,
    detail,
    identity,
    ...(chosen.principal === null ? {} : { principal: chosen.principal }),
  });
}

/**
 * Which identity header is not the same under all of them, or null. A backend that misses an identity, or is told another one,
 * must not guess: leaving the header out would let a route that forwards nothing, or is in shadow mode, take the caller away from
 * another's backend.
 */
function disagreement(made: readonly Decision[]): string | null {
  const [first, ...rest] = made;
  if (first === undefined) return null;
  for (const other of rest) {
    const names = [...first.identity, ...other.identity].map(({ name }) => name);
    const name = names.find((one) => toldAs(first, one) !== toldAs(other, one));
    if (name === undefined) continue;
    const both = `pipelines ${first.pipeline?.name ?? '-'} and ${other.pipeline?.name ?? '-'}`;
    return `it cannot be told which route was used, and ${both} set the header ${name} differently`;
  }
  return null;
}

function toldAs({ identity }: Decision, name: string): string | undefined {
  return identity.find((header) => header.name === name)?.value;
}

/** Whether a header has one value under all of them. */
function isAgreed({ name, value }: Header, made: readonly Decision[]): boolean {
  return made.every((one) => toldAs(one, name) === value);
}

/** A pipeline that removes everything that any of them removes, the headers that any of them sets, and the token for any of them. */
function removingFor(own: Pipeline, all: readonly Pipeline[]): Pipeline {
  const set = all.flatMap(({ forward }) => forward.map(({ name }) => name));
  return {
    ...own,
    stripsFrom: all.flatMap(({ stripsFrom }) => stripsFrom),
    removes: {
      always: [...new Set(all.flatMap(({ removes }) => removes.always))],
      unlessSet: [...new Set([...own.removes.unlessSet, ...set])],
    },
  };
}
