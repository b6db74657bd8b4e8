import { headerBlock } from '../../http2/header-block.ts';
import type { GrpcStatus } from '../ext-authz/grpc-status.ts';
import { PREFIX_BYTES } from './message-reader.ts';

const GRPC = { ':status': '200', 'content-type': 'application/grpc+proto' } as const;

/** The head and the trailers of an answer. */
export const HEAD: Buffer = headerBlock(GRPC);
export const OK_TRAILERS: Buffer = headerBlock({ 'grpc-status': '0', 'grpc-message': 'OK' });
/** The answer to what is no call of gRPC. */
export const NOT_GRPC = {
  head: headerBlock({ ':status': '415', 'content-type': 'text/plain' }),
  body: Buffer.from('only gRPC is answered here\n'),
} as const;

const refusals = new Map<string, Buffer>();

/** The head of a call that ends without an answer ("Trailers-Only"). Both words are constants, so each is made once. */
export function refusalHead(code: GrpcStatus, why: string): Buffer {
  const key = `${code} ${why}`;
  const known = refusals.get(key);
  if (known !== undefined) return known;
  const made = headerBlock({
    ...GRPC,
    'grpc-status': String(code),
    'grpc-message': why,
    'grpc-accept-encoding': 'identity',
  });
  refusals.set(key, made);
  return made;
}

/** A message with its prefix. */
export function prefixed(message: Buffer): Buffer {
  const bytes = Buffer.allocUnsafe(PREFIX_BYTES + message.length);
  bytes[0] = 0;
  bytes.writeUInt32BE(message.length, 1);
  message.copy(bytes, PREFIX_BYTES);
  return bytes;
}
