import { REASONS } from '../decision/reason.ts';
import type { Explanation, HttpExplanation } from '../explain/explain.ts';
import { headersOf, type Shown } from '../explain/explanation-json.ts';
import type { GatewayCheck } from '../explain/gateway-check.ts';
import { maskedHeader, withoutQueryValues } from '../explain/masked.ts';
import type { SourceSaid } from '../explain/selection-sources.ts';
import type { Step } from '../explain/steps.ts';
import { CONVENTIONS } from '../transport/forward-auth/convention.ts';
import { print } from './command.ts';

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
  if (shown.change !== null) print(`change   ${shown.change}`);
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

function printStep({ step, result, detail }: Step, sources: readonly SourceSaid[]): void {
  print(`${MARKS[result].padEnd(3)} ${step.padEnd(16)}${detail}`.trimEnd());
  if (step !== 'pipeline') return;
  for (const { source, says, chose } of sources) {
    print(`      ${chose ? '>' : ' '} ${source.padEnd(16)}${says}`);
  }
}
