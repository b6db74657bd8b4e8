import { answerTo } from '../../answer/answer.ts';
import { type Eventually, whenReady } from '../../base/deferred.ts';
import type { Check } from '../../check/check.ts';
import { NO_PROOF, type Prove } from '../../probe/proof.ts';
import { proven } from '../../probe/proven.ts';
import { decode, type Question } from './decode.ts';
import { encode, type HttpAnswer } from './encode.ts';
import type { QuestionUrl } from './question-url.ts';

/** Answers a check that came over HTTP. `budget` in milliseconds. */
export type HandleQuestion = (
  url: QuestionUrl,
  question: Question,
  budget: number,
) => Eventually<HttpAnswer>;

/**
 * decode, check, answer, encode. `onFault` hears of checks whose source of method, host or target is wrong; `prove` adds to the
 * answers that our own probes get.
 */
export function handleQuestionsWith(
  check: Check,
  onFault: (convention: string, fault: string) => void,
  prove: Prove = NO_PROOF,
): HandleQuestion {
  return (url, question, budget) => {
    const decoded = decode(url, question);
    if (!decoded.ok) onFault(url.name, decoded.fault);
    const request = decoded.ok ? decoded.request : null;
    const callerSpeaksGrpc = request?.grpc ?? false;
    return whenReady(check(request, budget), (decision) =>
      encode(proven(answerTo(decision, callerSpeaksGrpc), request, prove), url.convention),
    );
  };
}
