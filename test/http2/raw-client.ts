import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { ERROR, FLAG, FRAME } from '../../src/http2/codes.ts';
import { SETTINGS_ACK, settingsFrame } from '../../src/http2/frame-writer.ts';
import { headerBlock } from '../../src/http2/header-block.ts';

const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');

/** A frame of any kind, right or wrong. */
export function frame(
  type: number,
  flags: number,
  id: number,
  payload: Buffer = Buffer.alloc(0),
): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head[3] = type;
  head[4] = flags;
  head.writeUInt32BE(id >>> 0, 5);
  return Buffer.concat([head, payload]);
}

/** The header block of a call. */
export function callBlock(path: string): Buffer {
  return headerBlock({
    ':method': 'POST',
    ':scheme': 'http',
    ':path': path,
    te: 'trailers',
    'content-type': 'application/grpc',
  });
}

/** The HEADERS frame of a call that goes on. */
export function callHead(id: number, path: string): Buffer {
  return frame(FRAME.headers, FLAG.endHeaders, id, callBlock(path));
}

/** What a client has heard. */
export interface RawClient extends AsyncDisposable {
  readonly socket: Socket;
  /** Frames: type, stream, payload. */
  readonly frames: readonly (readonly [number, number, Buffer])[];
  /** The code of GOAWAY, by its name, once the server has closed the connection; `closed` where it said none. */
  end(): Promise<string>;
  /** Writes, and waits until the kernel has taken it or the connection is closed. */
  send(bytes: Buffer): Promise<void>;
}

/** Speaks HTTP/2 byte by byte, so that it may speak it wrongly. Its preface and settings are sent. */
export async function rawClient(port: number, preface: Buffer = PREFACE): Promise<RawClient> {
  const socket = connect(port, '127.0.0.1');
  const frames: (readonly [number, number, Buffer])[] = [];
  let rest: Buffer = Buffer.alloc(0);
  socket.on('error', () => undefined);
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  socket.on('data', (chunk: Buffer) => {
    rest = Buffer.concat([rest, chunk]);
    while (rest.length >= 9 && rest.length >= 9 + rest.readUIntBE(0, 3)) {
      const length = rest.readUIntBE(0, 3);
      frames.push([rest[3] ?? 0, rest.readUInt32BE(5), rest.subarray(9, 9 + length)]);
      rest = rest.subarray(9 + length);
    }
  });
  await once(socket, 'connect');
  socket.write(Buffer.concat([preface, settingsFrame([]), SETTINGS_ACK]));
  return {
    socket,
    frames,
    end: async () => {
      await closed;
      const goaway = frames.findLast(([type]) => type === FRAME.goaway);
      if (goaway === undefined) return 'closed';
      const code = goaway[2].readUInt32BE(4);
      return Object.entries(ERROR).find(([, value]) => value === code)?.[0] ?? `${code}`;
    },
    send: (bytes) =>
      new Promise((resolve) => {
        socket.write(bytes, () => resolve());
      }),
    [Symbol.asyncDispose]: async () => {
      socket.destroy();
      await closed;
    },
  };
}
