import { constants, type ServerHttp2Stream } from 'node:http2';
import type { ServerInterceptingCallInterface } from '@grpc/grpc-js';

/** What grpc-js gives to the first interceptor: it has no words of its own for what is done here. */
interface BaseCall {
  readonly stream: ServerHttp2Stream;
  readonly decoder: { readPartialMessage: readonly Buffer[] };
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

/** Ends a call whose answer nobody takes. */
export function stopWriting(call: ServerInterceptingCallInterface): void {
  const { stream } = baseOf(call);
  stream.close(constants.NGHTTP2_CANCEL);
}

/** Whether the caller has taken its call back: grpc-js then says first that the caller has said all. */
export function isReset(call: ServerInterceptingCallInterface): boolean {
  return baseOf(call).stream.aborted;
}
