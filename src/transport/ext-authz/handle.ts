import { answerTo } from '../../answer/answer.ts';
import { type Eventually, whenReady } from '../../base/deferred.ts';
import type { Check } from '../../check/check.ts';
import { NO_PROOF, type Prove } from '../../probe/proof.ts';
import { proven } from '../../probe/proven.ts';
import { decode } from './decode.ts';
import { encode } from './encode.ts';

/** Answers a CheckRequest: bytes in, bytes out, so that any listener can use it. `budget` in milliseconds. */
export type HandleCheck = (message: Buffer, budget: number) => Eventually<Buffer>;

/** decode, check, answer, encode. `prove` adds to the answers that our own probes get. */
export function handleChecksWith(check: Check, prove: Prove = NO_PROOF): HandleCheck {
  return (message, budget) => {
    const request = decode(message);
    const callerSpeaksGrpc = request?.grpc ?? false;
    return whenReady(check(request, budget), (decision) =>
      encode(proven(answerTo(decision, callerSpeaksGrpc), request, prove)),
    );
  };
}
