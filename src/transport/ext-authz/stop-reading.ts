import type { ServerHttp2Stream } from 'node:http2';
import type { ServerInterceptingCallInterface } from '@grpc/grpc-js';

/**
 * Ends the caller's half of a call that was answered before its request was whole, with RST_STREAM and NO_ERROR (RFC 9113 section
 * 8.1). grpc-js ends only our half and keeps what it read of the message until the caller ends its own; it has no word for this, so
 * the stream is taken from the call that it gives to the first interceptor.
 */
export function stopReading(call: ServerInterceptingCallInterface): void {
  const { stream } = call as unknown as { readonly stream: ServerHttp2Stream };
  if (!stream.closed) stream.close();
}
