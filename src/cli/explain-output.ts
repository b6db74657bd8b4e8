import { REASONS } from '../decision/reason.ts';
import type { Explanation, HttpExplanation } from '../explain/explain.ts';
import type { GatewayCheck } from '../explain/gateway-check.ts';
import { maskedHeader, withoutQueryValues } from '../explain/masked.ts';
import type { SourceSaid } from '../explain/selection-sources.ts';
import type { Step } from '../explain/steps.ts';
import { CONVENTIONS } from '../transport/forward-auth/convention.ts';
import type { HttpAnswer } from '../transport/forward-auth/encode.ts';
import { print } from './command.ts';

/** What is shown: a decision over gRPC, or one over HTTP with the question that led to it. */
type Shown = Explanation | (HttpExplanation & { readonly httpCheck: GatewayCheck });

const MARKS = { passed: 'ok', refused: 'NO', 'not reached': '-' } as const satisfies Record<
  Step['result'],
  string
>;

/** Prints an explanation for people. */
export function printText(shown: Shown): void {
  const { sources, steps, decision } = shown;
  if ('httpCheck' in shown) printQuestion(shown.httpCheck);
  for (const step of steps.filter(({ result }) => result !== 'not reached'))
    printStep(step, sources);
  printAlternatives(shown);
  const rest = steps.filter(({ result }) => result === 'not reached').map(({ step }) => step);
  if (rest.length > 0) print(`-   not reached: ${rest.join(', ')}`);
  const { reason, pipeline } = decision;
  const { outcome, says } = REASONS[reason];
  const shadow = pipeline?.mode === 'shadow' ? ' (shadow: refusals pass)' : '';
  print('');
  print(`decision ${outcome} ${reason}: ${says}`);
  print(`pipeline ${pipeline?.name ?? '-'}${shadow}`);
  if ('httpCheck' in shown) printAnswered(shown);
  else printAnswer(shown);
  printUnset(shown);
  for (const bypass of shown.bypasses)
    print(`WARNING  the gateway does not ask about all requests of ${bypass}`);
}

const ASIDE = ' '.repeat(9);

function printAnswer({ answer }: Explanation): void {
  print(`answers  ${answer.passes ? 'pass' : answer.http}`);
  for (const { name, value } of (answer.passes ? answer.setHeaders : answer.headers).map(
    maskedHeader,
  )) {
    print(`${ASIDE}${name}: ${value}`);
  }
}

function printUnset({ unset }: Explanation): void {
  for (const { name, why } of unset) print(`${ASIDE}${name} is not set: ${why}`);
}

function printAlternatives({ alternatives }: Explanation): void {
  for (const { index, satisfied, detail } of alternatives)
    print(
      `${MARKS[satisfied ? 'passed' : 'refused'].padEnd(3)}   anyOf[${index}]${' '.repeat(7)}${detail}`.trimEnd(),
    );
}

function printQuestion({ method, url, sources }: GatewayCheck): void {
  print(`asks     ${method} ${withoutQueryValues(url)}`);
  for (const { fact, from, value } of sources)
    print(`${ASIDE}${fact.padEnd(8)}${from}: ${withoutQueryValues(value)}`);
  print('');
}

function printAnswered({
  httpCheck,
  answer,
  answered,
}: HttpExplanation & { httpCheck: GatewayCheck }): void {
  const { removal } = CONVENTIONS[httpCheck.convention];
  print(`answers  ${answered.status} to ${httpCheck.convention}`);
  for (const { name, value } of headersOf(answered))
    if (name !== removal) print(`${ASIDE}${name}: ${value}`);
  if (!answer.passes) return;
  print(`sets     ${answer.setHeaders.map(({ name }) => name).join(', ') || 'nothing'}`);
  const removed = answer.removeHeaders;
  const plain = removed.filter((name) => !name.includes('_'));
  print(
    `removes  ${plain.join(', ')}${plain.length < removed.length ? ", also spelled with '_'" : ''}`,
  );
  print(
    `${ASIDE}${removal === null ? "by the gateway's own configuration: docs/gateways" : `named in ${removal}`}`,
  );
}

function headersOf({ headers }: HttpAnswer): readonly { name: string; value: string }[] {
  return headers.flatMap((name, index) =>
    index % 2 === 0 ? [maskedHeader({ name, value: headers[index + 1] ?? '' })] : [],
  );
}

function printStep({ step, result, detail }: Step, sources: readonly SourceSaid[]): void {
  print(`${MARKS[result].padEnd(3)} ${step.padEnd(16)}${detail}`.trimEnd());
  if (step !== 'pipeline') return;
  for (const { source, says, chose } of sources) {
    print(`      ${chose ? '>' : ' '} ${source.padEnd(16)}${says}`);
  }
}

/** An explanation for programs. */
export function jsonOf(shown: Shown): unknown {
  const { sources, steps, decision } = shown;
  const { reason, pipeline } = decision;
  const { outcome, says } = REASONS[reason];
  return {
    decision: {
      outcome,
      reason,
      says,
      pipeline: pipeline?.name ?? null,
      mode: pipeline?.mode ?? null,
    },
    ...('httpCheck' in shown
      ? { asked: askedJson(shown.httpCheck), answer: answeredJson(shown) }
      : { answer: answerJson(shown) }),
    sources,
    steps,
    ...(shown.alternatives.length === 0 ? {} : { alternatives: shown.alternatives }),
    unset: shown.unset,
    bypasses: shown.bypasses,
  };
}

function answerJson({ answer }: Explanation): unknown {
  return answer.passes
    ? { passes: true, headers: answer.setHeaders.map(maskedHeader) }
    : { passes: false, status: answer.http, headers: answer.headers };
}

/** Without the headers of the question: a token is among them. */
function askedJson({ convention, method, url, sources }: GatewayCheck): unknown {
  const facts = sources.map(({ fact, from, value }) => [
    fact,
    { from, value: withoutQueryValues(value) },
  ]);
  return {
    convention,
    check: `${method} ${withoutQueryValues(url)}`,
    ...Object.fromEntries(facts),
  };
}

function answeredJson({
  httpCheck,
  answer,
  answered,
}: HttpExplanation & { httpCheck: GatewayCheck }): unknown {
  const { status, body } = answered;
  const whole = { passes: answer.passes, status, headers: headersOf(answered), body };
  if (!answer.passes) return whole;
  return {
    ...whole,
    sets: answer.setHeaders.map(maskedHeader),
    removes: answer.removeHeaders,
    removal: CONVENTIONS[httpCheck.convention].removal,
  };
}
