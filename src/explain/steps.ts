import { redactTokens } from '../base/redact.ts';
import { type Decision, isRefusal } from '../check/decision.ts';
import { OPTIONAL_STEPS, STEPS, type StepName, type Trace } from '../check/trace.ts';
import type { RefusalReason } from '../decision/reason.ts';
import { parseHost } from '../policy/host.ts';
import { readings, whyUnread, withoutQuery } from '../policy/path.ts';
import type { Pipeline } from '../policy/pipeline.ts';
import type { Request } from '../request/request.ts';
import type { RoutedSelection } from '../routes/select.ts';
import { seenElsewhere } from './seen-elsewhere.ts';

export interface Step {
  readonly step: StepName;
  readonly result: 'passed' | 'refused' | 'not reached';
  readonly detail: string;
}

/** An identity header that is not set. */
export interface Unset {
  readonly name: string;
  readonly why: string;
}

/** What became of one alternative of `anyOf`. */
export interface AlternativeJudged {
  readonly index: number;
  readonly satisfied: boolean;
  readonly detail: string;
}

/** What one pipeline did, in the order in which it did it. */
class Run {
  readonly pipeline: Pipeline;
  readonly shown = new Map<StepName, string>();
  readonly unset: Unset[] = [];
  readonly alternatives: AlternativeJudged[] = [];
  last: StepName;

  constructor(pipeline: Pipeline, last: StepName) {
    this.pipeline = pipeline;
    this.last = last;
  }

  enter(step: StepName, shown: string): void {
    const before = this.shown.get(step);
    this.shown.set(step, before && shown ? `${before}; ${shown}` : before || shown);
    this.last = step;
  }
}

/** The steps that are taken once for a token, whichever pipelines judge it. */
const VERIFICATION = STEPS.slice(STEPS.indexOf('form'), STEPS.indexOf('claims') + 1);

/** Keeps what a check did, and lays it out. The decision is the only judge: what a step shows never decides. */
export class DecisionTrace implements Trace {
  readonly #selection = new Map<StepName, string>();
  readonly #runs: Run[] = [];
  #last: StepName = 'request';
  #request: Request | null = null;

  selected(request: Request, selection: RoutedSelection): void {
    this.#request = request;
    const last = selection.ok ? 'pipeline' : selectionStepOf(selection.reason);
    const all: readonly (readonly [StepName, string])[] = [
      ['request', requestShown(request)],
      ['host', parseHost(request.host) ?? 'no one reading'],
      ['path', pathShown(request.path)],
      ['pipeline', ''],
    ];
    for (const [step, shown] of all.slice(0, all.findIndex(([step]) => step === last) + 1))
      this.#selection.set(step, shown);
    this.#last = last;
  }

  judging(pipeline: Pipeline): void {
    this.#runs.push(new Run(pipeline, this.#last));
  }

  enter(step: StepName, shown: string): void {
    this.#runs.at(-1)?.enter(step, shown);
  }

  remembered(): void {
    const before = this.#runs.at(-2);
    for (const step of VERIFICATION) this.enter(step, before?.shown.get(step) ?? '');
  }

  alternative(index: number, refusal: string | null): void {
    this.#runs.at(-1)?.alternatives.push({
      index,
      satisfied: refusal === null,
      detail: redactTokens(refusal ?? ''),
    });
  }

  unset(name: string, why: string): void {
    this.#runs.at(-1)?.unset.push({ name, why: redactTokens(why) });
  }

  /** The identity headers that were not set by the pipeline that decided. */
  unsetFor(decision: Decision): readonly Unset[] {
    return this.#runOf(decision)?.unset ?? [];
  }

  alternativesFor(decision: Decision): readonly AlternativeJudged[] {
    return this.#runOf(decision)?.alternatives ?? [];
  }

  /** Every step up to the one that refused, as it was taken; then those that were not reached. */
  stepsOf(decision: Decision): readonly Step[] {
    if (decision.outcome === 'answer') return [];
    const run = this.#runOf(decision);
    const shown = new Map([...this.#selection, ...(run?.shown ?? [])]);
    const elsewhere = this.#seenElsewhere(decision, run);
    if (elsewhere !== '') shown.set('token', joined(shown.get('token') ?? '', elsewhere));
    const refusing = isRefusal(decision) ? (run?.last ?? this.#last) : null;
    if (refusing !== null && !shown.has(refusing)) shown.set(refusing, '');
    return STEPS.flatMap((step): readonly Step[] => {
      const seen = shown.get(step);
      if (seen === undefined)
        return OPTIONAL_STEPS.has(step) ? [] : [{ step, result: 'not reached', detail: '' }];
      const said = redactTokens(seen);
      if (step !== refusing || !isRefusal(decision))
        return [{ step, result: 'passed', detail: said }];
      return [{ step, result: 'refused', detail: joined(decision.detail, said) }];
    });
  }

  /** A token where the pipeline does not look: told where it found none. */
  #seenElsewhere({ reason }: Decision, run: Run | undefined): string {
    if (this.#request === null || run === undefined) return '';
    return reason === 'token_missing' || reason === 'anonymous'
      ? seenElsewhere(this.#request, run.pipeline.tokenFrom)
      : '';
  }

  /** Where several pipelines judged: the enforced refusal ends them, else the one that the decision names. */
  #runOf(decision: Decision): Run | undefined {
    const ends = isRefusal(decision) && decision.pipeline?.mode !== 'shadow';
    if (ends) return this.#runs.at(-1);
    return this.#runs.find(({ pipeline }) => pipeline.name === decision.pipeline?.name);
  }
}

/** What was refused, and what more the step showed. */
function joined(detail: string, seen: string): string {
  if (detail === '' || seen.includes(detail)) return seen;
  return seen === '' || detail.includes(seen) ? detail : `${detail}; ${seen}`;
}

function selectionStepOf(reason: RefusalReason): StepName {
  if (reason === 'request_malformed') return 'request';
  if (reason === 'host_ambiguous') return 'host';
  return reason === 'path_ambiguous' ? 'path' : 'pipeline';
}

function requestShown({ method, host, path, preflightFor }: Request): string {
  const preflight = preflightFor === null ? '' : `, a preflight for ${preflightFor}`;
  return `${method} ${host}${withoutQuery(path)}${preflight}`;
}

function pathShown(path: string): string {
  const all = readings(withoutQuery(path));
  if (all === null) return whyUnread(path);
  return all.length === 1
    ? 'one reading'
    : `readings: ${all.map((one) => JSON.stringify(one)).join(' ')}`;
}
