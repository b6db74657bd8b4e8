import { answerTo } from '../../answer/answer.ts';
import { type Eventually, whenReady } from '../../base/deferred.ts';
import type { Check } from '../../check/check.ts';
import { proven } from '../../probe/proven.ts';
import type { Asker } from '../../request/request.ts';
import { type CheckHooks, NO_HOOKS } from '../check-hooks.ts';
import { decode } from './decode.ts';
import { encode } from './encode.ts';

/** A CheckRequest that was not read, since it says that it has more bytes than may be. */
export interface OversizedMessage {
  /** In bytes. */
  readonly size: number;
}

/** Answers a CheckRequest: bytes in, bytes out, so that any listener can use it. `budget` in milliseconds. */
export type HandleCheck = (
  message: Buffer | OversizedMessage,
  budget: number,
  asker?: Asker,
) => Eventually<Buffer>;

/** decode, check, answer, encode. */
export function handleChecksWith(
  check: Check,
  { readHeaders, readsSource, prove, oversized }: CheckHooks = NO_HOOKS,
): HandleCheck {
  return (message, budget, asker) => {
    if (!Buffer.isBuffer(message))
      return whenReady(oversized(message.size), (decision) => encode(answerTo(decision, null)));
    const request = decode(message, readHeaders(), asker, readsSource());
    return whenReady(check(request, budget), (decision) =>
      encode(proven(answerTo(decision, request), request, prove)),
    );
  };
}
