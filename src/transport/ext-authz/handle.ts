import { answerTo } from '../../answer/answer.ts';
import { type Eventually, whenReady } from '../../base/deferred.ts';
import type { Check } from '../../check/check.ts';
import { decode } from './decode.ts';
import { encode } from './encode.ts';

/** Answers a CheckRequest: bytes in, bytes out, so that any listener can use it. `budget` in milliseconds. */
export type HandleCheck = (message: Buffer, budget: number) => Eventually<Buffer>;

const NONE: readonly string[] = [];

/** decode, check, answer, encode. `readHeaders` gives the headers that some pipeline reads beside those of every check. */
export function handleChecksWith(
  check: Check,
  readHeaders: () => readonly string[] = () => NONE,
): HandleCheck {
  return (message, budget) => {
    const request = decode(message, readHeaders());
    return whenReady(check(request, budget), (decision) => encode(answerTo(decision, request)));
  };
}
