import { answerTo } from '../../answer/answer.ts';
import { type Eventually, whenReady } from '../../base/deferred.ts';
import type { Check } from '../../check/check.ts';
import { type Decision, refuse } from '../../check/decision.ts';
import { NO_PROOF, type Prove } from '../../probe/proof.ts';
import { proven } from '../../probe/proven.ts';
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
) => Eventually<Buffer>;

/** Decides about a message of which only the size is known, in bytes. */
export type RefuseOversized = (size: number) => Eventually<Decision>;

/** decode, check, answer, encode. `prove` adds to the answers that our own probes get. */
export function handleChecksWith(
  check: Check,
  prove: Prove = NO_PROOF,
  oversized: RefuseOversized = (size) => refuse('message_oversized', { detail: `${size} bytes` }),
): HandleCheck {
  return (message, budget) => {
    if (!Buffer.isBuffer(message))
      return whenReady(oversized(message.size), (decision) => encode(answerTo(decision, false)));
    const request = decode(message);
    const callerSpeaksGrpc = request?.grpc ?? false;
    return whenReady(check(request, budget), (decision) =>
      encode(proven(answerTo(decision, callerSpeaksGrpc), request, prove)),
    );
  };
}
