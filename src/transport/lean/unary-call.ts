import { ERROR } from '../../http2/codes.ts';
import type { RequestHandler, Stream } from '../../http2/stream.ts';
import type { Asker } from '../../request/request.ts';
import {
  CAUSE_OF_WAIT,
  type GrpcRefusalCause,
  type MethodCalls,
} from '../ext-authz/call-counters.ts';
import { GRPC_STATUS, type GrpcStatus } from '../ext-authz/grpc-status.ts';
import type { OversizedMessage } from '../ext-authz/handle.ts';
import type { Place, WaitingCall, WaitingCalls } from '../ext-authz/waiting-calls.ts';
import { HEAD, OK_TRAILERS, prefixed, refusalHead } from './answers.ts';
import type { CallHead } from './call-head.ts';
import { type MessageFault, MessageReader } from './message-reader.ts';

/** What answers the messages of a method. Null: nothing has that name. */
export interface Method {
  readonly answer: (
    message: Buffer | OversizedMessage,
    timeout: number,
    asker: Asker,
  ) => Buffer | null | Promise<Buffer>;
  readonly counts: MethodCalls;
}

/** What is allowed to the calls of a server together. */
export interface CallRooms {
  readonly messageBytes: number;
  /** Those whose requests have not come whole. */
  readonly unfinished: WaitingCalls;
  /** Those whose answers have not been taken. */
  readonly unread: WaitingCalls;
  /** Hears why a call was ended without a decision. */
  readonly refused: (cause: GrpcRefusalCause) => void;
}

/** One call: reads one message until the caller has said all, then answers it once. */
export class UnaryCall implements RequestHandler, WaitingCall, Asker {
  readonly #stream: Stream;
  readonly #method: Method;
  readonly #rooms: CallRooms;
  readonly #socket: Asker;
  /** The gateway's own span. */
  readonly traceparent: string | undefined;
  readonly #began: number;
  readonly #timeout: number;
  readonly #reader: MessageReader;
  readonly #onClosed: () => void;
  /** Where it waits for its caller, and its place there. */
  #room: WaitingCalls | null;
  #place: Place;
  #state: 'reading' | 'deciding' | 'answered' | 'over' = 'reading';
  #isCounted = false;

  /** `socket` is that of the gateway. `onClosed` is called once, when nothing is held for the call any longer. */
  constructor(
    stream: Stream,
    method: Method,
    rooms: CallRooms,
    { timeout, traceparent }: CallHead,
    socket: Asker,
    onClosed: () => void,
  ) {
    this.#stream = stream;
    this.#method = method;
    this.#rooms = rooms;
    this.#socket = socket;
    this.traceparent = traceparent;
    this.#timeout = timeout;
    this.#began = performance.now();
    this.#onClosed = onClosed;
    this.#reader = new MessageReader(rooms.messageBytes);
    this.#room = rooms.unfinished;
    this.#place = rooms.unfinished.add(this);
    method.counts.started += 1;
  }

  /** The address of the gateway. */
  get remoteAddress(): string | undefined {
    return this.#socket.remoteAddress;
  }

  onData(piece: Buffer, isLast: boolean): void {
    if (this.#state !== 'reading') return;
    const fault = this.#reader.take(piece, !isLast);
    // May end calls, this one too.
    this.#room?.hold(this.#place, piece.length);
    if (fault !== null && this.#room !== null) this.#onFault(fault);
  }

  #onFault(fault: MessageFault): void {
    this.#leaveRoom();
    this.#reader.forget();
    if (typeof fault === 'string') this.#refuseFor(fault);
    else this.#answer({ size: fault.oversized });
  }

  onEnd(): void {
    if (this.#state !== 'reading') return;
    this.#leaveRoom();
    const message = this.#reader.message();
    this.#reader.forget();
    if (message === null) this.#refuse(GRPC_STATUS.unimplemented, 'no message');
    else if (message === undefined) this.#refuse(GRPC_STATUS.internal, 'the message ended early');
    else this.#answer(message);
  }

  /** The caller is gone, or its connection. */
  onGone(): void {
    this.#count(GRPC_STATUS.cancelled);
    this.#close();
  }

  onSent(): void {
    this.#close();
  }

  abandon(why: 'DeadlineExceeded' | 'ResourceExhausted'): void {
    this.#leaveRoom();
    const code =
      why === 'DeadlineExceeded' ? GRPC_STATUS.deadlineExceeded : GRPC_STATUS.resourceExhausted;
    this.#rooms.refused(CAUSE_OF_WAIT[code]);
    if (this.#state === 'answered') {
      this.#stream.reset(ERROR.cancel);
      this.#close();
    } else {
      this.#reader.forget();
      this.#refuse(code, 'the request did not come whole');
    }
  }

  /** A defect of the encoder ends the call as INTERNAL, and a gateway that fails closed refuses then. */
  #answer(message: Buffer | OversizedMessage): void {
    this.#state = 'deciding';
    try {
      const left = this.#timeout - (performance.now() - this.#began);
      const answer = this.#method.answer(message, left, this);
      if (answer instanceof Promise) {
        answer.then(
          (bytes) => this.#send(bytes),
          () => this.#refuse(GRPC_STATUS.internal, 'internal'),
        );
      } else if (answer === null) this.#refuse(GRPC_STATUS.notFound, 'no such service');
      else this.#send(answer);
    } catch {
      this.#refuse(GRPC_STATUS.internal, 'internal');
    }
  }

  #send(bytes: Buffer): void {
    if (this.#state === 'over') return;
    this.#count(GRPC_STATUS.ok);
    this.#state = 'answered';
    this.#stream.answer(HEAD, prefixed(bytes), OK_TRAILERS);
    if (!this.#isClosed()) {
      this.#room = this.#rooms.unread;
      this.#place = this.#room.add(this);
      this.#room.hold(this.#place, bytes.length);
    }
  }

  #refuse(code: GrpcStatus, why: string): void {
    if (this.#state === 'over') return;
    this.#count(code);
    this.#end(refusalHead(code, why));
  }

  #refuseFor(fault: 'compressed' | 'too many messages'): void {
    this.#rooms.refused(fault === 'compressed' ? 'compressed' : 'too_many_messages');
    this.#refuse(GRPC_STATUS.unimplemented, fault);
  }

  #end(head: Buffer): void {
    this.#state = 'answered';
    this.#stream.answerHead(head);
  }

  /** A method, since the state changes while a stream is told something. */
  #isClosed(): boolean {
    return this.#state === 'over';
  }

  #count(code: GrpcStatus): void {
    if (this.#isCounted) return;
    this.#isCounted = true;
    this.#method.counts.end(code);
  }

  #close(): void {
    if (this.#state === 'over') return;
    this.#state = 'over';
    this.#reader.forget();
    this.#leaveRoom();
    this.#onClosed();
  }

  #leaveRoom(): void {
    this.#room?.delete(this.#place);
    this.#room = null;
  }
}
