import type { ServerHttp2Stream } from 'node:http2';
import type { ServerInterceptingCallInterface } from '@grpc/grpc-js';

/**
 * Ends the caller's half of a call that was answered before its request was whole, with RST_STREAM and NO_ERROR (RFC 9113 section
 * 8.1). grpc-js ends only our half and keeps what it read of the message until the caller ends its own; it has no word for this, so
 * the stream is taken from the call that it gives to the first interceptor.
 */
export function stopReading(call: ServerInterceptingCallInterface): void {
  const stream = streamOf(call);
  if (!stream.closed) stream.close();
}

/** Whether the caller has taken its call back: grpc-js then says first that the caller has said all. */
export function isReset(call: ServerInterceptingCallInterface): boolean {
  return streamOf(call).aborted;
}

function streamOf(call: ServerInterceptingCallInterface): ServerHttp2Stream {
  return (call as unknown as { readonly stream: ServerHttp2Stream }).stream;
}
