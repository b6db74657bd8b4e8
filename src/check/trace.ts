import type { Pipeline } from '../policy/pipeline.ts';
import type { Request } from '../request/request.ts';
import type { RoutedSelection } from '../routes/select.ts';

/** The steps of a decision in their order. Those of `OPTIONAL_STEPS` are taken only where a setting asks for them. */
export const STEPS = [
  'request',
  'host',
  'path',
  'pipeline',
  'rule',
  'token',
  'form',
  'issuer',
  'type',
  'algorithm',
  'key',
  'signature',
  'claims',
  'time',
  'audience',
  'required claims',
  'token age',
  'authentication',
  'scopes',
  'clients',
  'consumer',
  'claim values',
  'condition',
] as const;
export type StepName = (typeof STEPS)[number];

export const OPTIONAL_STEPS: ReadonlySet<StepName> = new Set([
  'rule',
  'token age',
  'authentication',
  'clients',
  'consumer',
  'condition',
]);

/**
 * Hears what a check does, as it does it. A check that serves has none: every call is written `trace?.…`, so that not even its
 * arguments are made. What it hears decides nothing, and holds no token.
 */
export interface Trace {
  /** A step begins; `shown` says what was found and what is accepted. The last step that began is the one that refused. */
  enter(step: StepName, shown: string): void;
  /** Which pipeline was selected, or why there is none; the steps up to `pipeline`. */
  selected(request: Request, selection: RoutedSelection): void;
  /** A pipeline begins to judge. Several do, one after the other, where it cannot be told which route was used. */
  judging(pipeline: Pipeline): void;
  /** The token was verified before, so its steps are not taken again. */
  remembered(): void;
  /** One of several alternatives of `anyOf` was judged; `refusal` is null where it is satisfied. */
  alternative(index: number, refusal: string | null): void;
  /** An identity header that is not set, and why. */
  unset(name: string, why: string): void;
}
