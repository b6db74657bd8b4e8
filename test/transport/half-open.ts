import { once } from 'node:events';
import { type ClientHttp2Session, type ClientHttp2Stream, connect } from 'node:http2';
import { CHECK_PATH } from '../../src/transport/ext-authz/names.ts';

/** A connection that can do what no gRPC client does. Disposing of it closes it. */
export interface RawConnection extends Disposable {
  readonly session: ClientHttp2Session;
  /** A call whose message lacks its last thousand bytes and which stays open. `path` is that of the method. */
  halfOpen(bytes: number, path?: string): HalfOpen;
  /** A whole call with a message; its `grpc-status`. */
  call(message: Buffer, path?: string): Promise<number>;
}

export interface HalfOpen {
  readonly stream: ClientHttp2Stream;
  /** `grpc-status` of the answer, once the server has closed the stream, too. */
  readonly ended: Promise<number>;
}

/** Connects to a gRPC server on this machine, without TLS. */
export async function rawConnection(port: number): Promise<RawConnection> {
  const session = connect(`http://127.0.0.1:${port}`);
  session.on('error', () => undefined);
  await once(session, 'remoteSettings');
  const begin = (path: string): HalfOpen => {
    const stream = session.request({
      ':method': 'POST',
      ':path': path,
      'content-type': 'application/grpc',
      te: 'trailers',
    });
    return { stream, ended: statusOf(stream) };
  };
  return {
    session,
    halfOpen(bytes, path = CHECK_PATH) {
      const one = begin(path);
      one.stream.write(frame(Buffer.alloc(bytes)).subarray(0, -1_000));
      return one;
    },
    call(message, path = CHECK_PATH) {
      const { stream, ended } = begin(path);
      stream.end(frame(message));
      return ended;
    },
    [Symbol.dispose]: () => session.destroy(),
  };
}

function statusOf(stream: ClientHttp2Stream): Promise<number> {
  let code = Number.NaN;
  const read = (headers: Readonly<Record<string, unknown>>): void => {
    if (headers['grpc-status'] !== undefined) code = Number(headers['grpc-status']);
  };
  stream
    .on('response', read)
    .on('trailers', read)
    .on('error', () => undefined)
    .resume();
  return new Promise((resolve) => stream.once('close', () => resolve(code)));
}

/** A message as gRPC sends it: not compressed, its length, its bytes. */
function frame(message: Buffer): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
}
