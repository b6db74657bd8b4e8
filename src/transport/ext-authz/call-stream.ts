import { constants, type ServerHttp2Stream } from 'node:http2';
import type { ServerInterceptingCallInterface, status } from '@grpc/grpc-js';

/** What grpc-js gives to the first interceptor: it has no words of its own for what is done here. */
interface BaseCall {
  readonly stream: ServerHttp2Stream;
  readonly decoder: {
    readPartialMessage: readonly Buffer[];
    readonly readMessageSize: number;
    /** Throws where a message says that it is longer than the limit. */
    write(data: Buffer): readonly Buffer[];
  };
  sendStatus(ending: { readonly code: status }): void;
}

function baseOf(call: ServerInterceptingCallInterface): BaseCall {
  return call as unknown as BaseCall;
}

/** Calls `look` with each piece of the request that comes, before grpc-js takes it apart; it does not where `look` ends the call. */
export function beforeReading(
  call: ServerInterceptingCallInterface,
  look: (piece: Buffer) => void,
): void {
  baseOf(call).stream.prependListener('data', look);
}

/**
 * Calls `hear` with the size that a message says it has, in bytes, where that is more than grpc-js takes, and lets go of all that comes
 * of it. By itself grpc-js would end the call by a status, which a gateway tells its client as a 403.
 */
export function onOversized(
  call: ServerInterceptingCallInterface,
  hear: (size: number) => void,
): void {
  const { decoder } = baseOf(call);
  const write = decoder.write.bind(decoder);
  let isOver = false;
  decoder.write = (data) => {
    if (isOver) return [];
    try {
      return write(data);
    } catch {
      isOver = true;
      hear(decoder.readMessageSize);
      return [];
    }
  };
}

/** Calls `hear` with each status by which the call is ended, by grpc-js itself too: at a deadline, for one. */
export function onEnding(
  call: ServerInterceptingCallInterface,
  hear: (code: status) => void,
): void {
  const base = baseOf(call);
  const send = base.sendStatus.bind(base);
  base.sendStatus = (ending) => {
    hear(ending.code);
    send(ending);
  };
}

/** Lets go of the message: the decoder of grpc-js keeps its pieces for as long as the call is there. */
export function forgetMessage(call: ServerInterceptingCallInterface): void {
  baseOf(call).decoder.readPartialMessage = [];
}

/**
 * Ends the caller's half of a call that was answered before its request was whole, with RST_STREAM and NO_ERROR (RFC 9113 section
 * 8.1). grpc-js ends only our half and keeps what it read of the message until the caller ends its own.
 */
export function stopReading(call: ServerInterceptingCallInterface): void {
  forgetMessage(call);
  const { stream } = baseOf(call);
  if (!stream.closed) stream.close();
}

/** The same once the answer is sent, which ends with its trailers. To be called after the status was given to grpc-js. */
export function stopReadingWhenAnswered(call: ServerInterceptingCallInterface): void {
  const { stream } = baseOf(call);
  stream.once('wantTrailers', () => setImmediate(() => stream.close()));
}

/** Ends a call whose answer nobody takes. */
export function stopWriting(call: ServerInterceptingCallInterface): void {
  const { stream } = baseOf(call);
  stream.close(constants.NGHTTP2_CANCEL);
}

/** Whether the caller has taken its call back: grpc-js then says first that the caller has said all. */
export function isReset(call: ServerInterceptingCallInterface): boolean {
  return baseOf(call).stream.aborted;
}

/** The address of whoever asks; undefined over a Unix socket, or where the connection has gone. */
export function addressOf(call: ServerInterceptingCallInterface): string | undefined {
  return baseOf(call).stream.session?.socket?.remoteAddress;
}
