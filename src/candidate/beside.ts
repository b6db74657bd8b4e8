import { whenReady } from '../base/deferred.ts';
import type { Check, Wrap } from '../check/check.ts';
import type { Decision } from '../check/decision.ts';
import type { Request } from '../request/request.ts';
import { type Difference, differencesBetween } from './differences.ts';

/** What becomes of the checks of a candidate, for metrics and logs. */
export interface CandidateEvents {
  same(): void;
  different(
    request: Request,
    decisions: { readonly live: Decision; readonly candidate: Decision },
    differences: readonly Difference[],
  ): void;
  /** Too many were waiting: this request was not judged by the candidate. */
  dropped(): void;
  /** A defect. Nobody but the candidate is concerned. */
  failed(error: unknown): void;
}

/** Requests that wait for the candidate, or are judged by it: each holds a request and its token. */
const MAX_WAITING = 500;
/** How long the candidate may keep the thread before requests that have come meanwhile are answered, in milliseconds. */
const SLICE = 0.5;
/** How long one check of the candidate may take, in milliseconds. */
const BUDGET = 1_000;

/**
 * Judges every request by a second check too, after its answer is on its way, and compares. The answer is that of the first
 * check, whatever the second one does; under load requests are dropped here and not delayed there. `candidate` gives null
 * while there is nothing to judge by.
 */
export function beside(
  candidate: () => Check | null,
  events: CandidateEvents,
  limit = MAX_WAITING,
): Wrap {
  const waiting: { readonly request: Request; readonly live: Decision }[] = [];
  let judged = 0;
  let isDue = false;
  const compare = (request: Request, live: Decision, made: Decision): void => {
    const differences = differencesBetween(live, made);
    if (differences.length === 0) events.same();
    else events.different(request, { live, candidate: made }, differences);
  };
  const judge = (check: Check, request: Request, live: Decision): void => {
    try {
      const made = check(request, BUDGET);
      if (!(made instanceof Promise)) {
        compare(request, live, made);
        return;
      }
      judged += 1;
      made
        .then((decision) => compare(request, live, decision))
        .catch(events.failed)
        .finally(() => {
          judged -= 1;
        });
    } catch (error) {
      events.failed(error);
    }
  };
  const work = (): void => {
    const until = performance.now() + SLICE;
    const check = candidate();
    for (const { request, live } of taken(waiting)) {
      if (check !== null) judge(check, request, live);
      if (performance.now() >= until) break;
    }
    isDue = waiting.length > 0;
    if (isDue) setImmediate(work);
  };
  const add = (request: Request, live: Decision): void => {
    if (waiting.length + judged >= limit) {
      events.dropped();
      return;
    }
    waiting.push({ request, live });
    if (isDue) return;
    isDue = true;
    // After the writes of this turn: the answer does not wait for the candidate.
    setImmediate(work);
  };
  return (next) => (request, budget, trace) =>
    whenReady(next(request, budget, trace), (decision) => {
      if (request !== null && candidate() !== null) add(request, decision);
      return decision;
    });
}

/** Takes the elements of a list from its front. */
function* taken<T>(list: T[]): Generator<T> {
  for (let one = list.shift(); one !== undefined; one = list.shift()) yield one;
}
