import {
  type Metadata,
  ServerInterceptingCall,
  type ServerInterceptingCallInterface,
  type ServerInterceptor,
  status,
} from '@grpc/grpc-js';
import type { Asker } from '../../request/request.ts';
import { budgetOf } from './budget.ts';
import { CAUSE_OF_WAIT, type CallCounters, type MethodCalls } from './call-counters.ts';
import {
  addressOf,
  beforeReading,
  forgetMessage,
  isReset,
  onEnding,
  onOversized,
  stopReading,
  stopReadingWhenAnswered,
  stopWriting,
} from './call-stream.ts';
import type { HandleCheck, OversizedMessage } from './handle.ts';
import { MessagePrefixes } from './message-prefix.ts';
import { CHECK_PATH } from './names.ts';
import { otherCall } from './other-call.ts';
import type { Place, WaitingCall, WaitingCalls } from './waiting-calls.ts';

/** What answers the calls of one server. */
export interface CheckAnswering {
  readonly handle: HandleCheck;
  /** Longest that a decision may take, in milliseconds; the caller's deadline may leave less. */
  readonly longest: number;
  readonly counters: CallCounters;
  /** Those whose requests have not come whole. */
  readonly unfinished: WaitingCalls;
  /** Those whose answers have not been taken. */
  readonly unread: WaitingCalls;
}

/**
 * Answers Check in an interceptor. grpc-js gives a unary call to its handler as a stream of its own making, which costs more
 * than the decision; an interceptor may answer the call itself. Every other method goes on as usual.
 */
export function answerChecks(answering: CheckAnswering): ServerInterceptor {
  const { counters, unfinished } = answering;
  const { checks } = counters;
  return (method, call) =>
    method.path === CHECK_PATH
      ? new CheckCall(call, answering, checks)
      : otherCall(call, unfinished, counters, method.path);
}

/** One call of Check: reads one message until the caller has said all, then answers it once. */
class CheckCall extends ServerInterceptingCall implements WaitingCall, Asker {
  readonly #call: ServerInterceptingCallInterface;
  readonly #answering: CheckAnswering;
  readonly #counts: MethodCalls;
  /** Among the unfinished, then among the unread. */
  #place: Place;
  #isAnswered = false;
  #isOversized = false;
  #isHandled = false;
  #message: Buffer | null = null;
  #traceparent: string | undefined;

  constructor(
    call: ServerInterceptingCallInterface,
    answering: CheckAnswering,
    counts: MethodCalls,
  ) {
    super(call);
    counts.started += 1;
    this.#call = call;
    this.#answering = answering;
    this.#counts = counts;
    this.#place = answering.unfinished.add(this);
    const prefixes = new MessagePrefixes(1);
    beforeReading(call, (piece) => {
      if (this.#isOversized) return;
      answering.unfinished.hold(this.#place, piece.length);
      const fault = prefixes.take(piece);
      if (fault === null || !this.#place.isTaken) return;
      answering.counters.refused(fault === 'compressed' ? fault : 'too_many_messages');
      this.#giveUp('Unimplemented', fault);
    });
    onOversized(call, (size) => this.#onOversized(size));
    onEnding(call, (code) => this.#onEnding(code));
  }

  /** Called by grpc-js with the listener of its own handler, which never hears of the call. */
  override start(): void {
    this.#call.start(this);
  }

  get traceparent(): string | undefined {
    return this.#traceparent;
  }

  /** The address of the gateway. */
  get remoteAddress(): string | undefined {
    return addressOf(this.#call);
  }

  onReceiveMetadata(metadata: Metadata): void {
    const [traceparent] = metadata.get('traceparent');
    if (typeof traceparent === 'string') this.#traceparent = traceparent;
    this.#call.startRead();
  }

  onReceiveMessage(message: Buffer): void {
    this.#message = message;
    this.#call.startRead();
  }

  onReceiveHalfClose(): void {
    // Given up, or cancelled: grpc-js says this when the stream is closed, too.
    if (this.#isOversized || !this.#answering.unfinished.delete(this.#place)) return;
    const message = this.#message;
    // A call outlives its answer by a garbage collection or two, and its message is the largest thing that it holds.
    this.#message = null;
    forgetMessage(this.#call);
    if (message !== null) this.#answer(message);
    else if (isReset(this.#call)) this.#handled(status.CANCELLED);
    else this.#end('Unimplemented', 'no message');
  }

  /** The call is over: the caller is gone, or grpc-js has ended it by itself, maybe in the middle of its request or of its decision. */
  onCancel(): void {
    // One that was answered has been counted.
    this.#handled(status.CANCELLED);
    if (this.#isAnswered) this.#answering.unread.delete(this.#place);
    else if (this.#answering.unfinished.delete(this.#place)) this.#stopReading();
  }

  /** Answered like any other check, so that the caller hears why; what comes of the message still is not read. */
  #onOversized(size: number): void {
    if (!this.#answering.unfinished.delete(this.#place)) return;
    this.#message = null;
    this.#isOversized = true;
    this.#answer({ size });
  }

  /** grpc-js may end a call by itself: what it is counted by is what its caller got. */
  #onEnding(code: status): void {
    this.#handled(code);
  }

  abandon(why: 'DeadlineExceeded' | 'ResourceExhausted'): void {
    if (this.#isAnswered) {
      stopWriting(this.#call);
      return;
    }
    this.#answering.counters.refused(CAUSE_OF_WAIT[CODES[why]]);
    this.#giveUp(why, 'the request did not come whole');
  }

  #giveUp(code: keyof typeof CODES, details: string): void {
    this.#answering.unfinished.delete(this.#place);
    this.#end(code, details);
    this.#stopReading();
  }

  #stopReading(): void {
    this.#message = null;
    stopReading(this.#call);
  }

  /** A defect of the encoder ends the call as INTERNAL, and a gateway that fails closed refuses then. */
  #answer(message: Buffer | OversizedMessage): void {
    const { handle, longest } = this.#answering;
    try {
      const left = Number(this.#call.getDeadline()) - Date.now();
      const answer = handle(message, budgetOf(left, longest), this);
      if (answer instanceof Promise) {
        answer.then(
          (bytes) => this.#send(bytes),
          () => this.#end('Internal', 'internal'),
        );
      } else this.#send(answer);
    } catch {
      this.#end('Internal', 'internal');
    }
  }

  #send(bytes: Buffer): void {
    const { unread } = this.#answering;
    this.#isAnswered = true;
    this.#place = unread.add(this);
    unread.hold(this.#place, bytes.length);
    this.#call.sendMessage(bytes, () => this.#end('OK', 'OK'));
  }

  #end(code: keyof typeof CODES, details: string): void {
    this.#call.sendStatus({ code: CODES[code], details, metadata: null });
    if (this.#isOversized) stopReadingWhenAnswered(this.#call);
  }

  /** Once for a call. */
  #handled(code: status): void {
    if (this.#isHandled) return;
    this.#isHandled = true;
    this.#counts.end(code);
  }
}

const CODES = {
  OK: status.OK,
  Unimplemented: status.UNIMPLEMENTED,
  Internal: status.INTERNAL,
  Cancelled: status.CANCELLED,
  DeadlineExceeded: status.DEADLINE_EXCEEDED,
  ResourceExhausted: status.RESOURCE_EXHAUSTED,
} as const;
