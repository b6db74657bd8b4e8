import type { Wrap } from './check.ts';
import { type Decision, refuse } from './decision.ts';

/**
 * Turns a defect into the reason `internal`. The only catch on the request path: expected failures are values. It stands
 * inside counting and logging, so that a defect is counted, and outside of them, so that a defect in them cannot become
 * an error that a gateway might let pass.
 */
export function failClosed(onDefect: (error: unknown) => void): Wrap {
  const internal = (error: unknown): Decision => {
    onDefect(error);
    return refuse('internal', { detail: error instanceof Error ? error.name : 'not an Error' });
  };
  return (next) => (request, budget) => {
    try {
      const decision = next(request, budget);
      return decision instanceof Promise ? decision.catch(internal) : decision;
    } catch (error) {
      return internal(error);
    }
  };
}
