import { REASONS } from '../decision/reason.ts';
import { CONVENTIONS } from '../transport/forward-auth/convention.ts';
import type { HttpAnswer } from '../transport/forward-auth/encode.ts';
import type { Explanation, HttpExplanation } from './explain.ts';
import type { ExplanationForm } from './explanation-form.ts';
import type { GatewayCheck } from './gateway-check.ts';
import { maskedHeader, withoutQueryValues } from './masked.ts';

/** What is shown: a decision over gRPC, or one over HTTP with the question that led to it. */
export type Shown = Explanation | (HttpExplanation & { readonly httpCheck: GatewayCheck });

/** An explanation for programs and for the console. */
export function explanationJson(shown: Shown): ExplanationForm {
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
    change: shown.change,
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

function answerJson({ answer }: Explanation): ExplanationForm['answer'] {
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
}: HttpExplanation & { httpCheck: GatewayCheck }): ExplanationForm['answer'] {
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

/** The headers of an answer, of a list in which names and values alternate. */
export function headersOf({ headers }: HttpAnswer): readonly { name: string; value: string }[] {
  return headers.flatMap((name, index) =>
    index % 2 === 0 ? [maskedHeader({ name, value: headers[index + 1] ?? '' })] : [],
  );
}
