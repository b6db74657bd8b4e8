import { FLAG, FRAME } from './codes.ts';

/** RFC 9113 section 4.1. */
export const FRAME_HEADER = 9;

/** Writes the header of a frame at an offset; gives the offset after it. */
export function writeFrameHeader(
  into: Buffer,
  at: number,
  length: number,
  type: number,
  flags: number,
  streamId: number,
): number {
  into[at] = length >>> 16;
  into[at + 1] = (length >>> 8) & 0xff;
  into[at + 2] = length & 0xff;
  into[at + 3] = type;
  into[at + 4] = flags;
  into.writeUInt32BE(streamId, at + 5);
  return at + FRAME_HEADER;
}

function frame(type: number, flags: number, streamId: number, payload: Buffer): Buffer {
  const bytes = Buffer.allocUnsafe(FRAME_HEADER + payload.length);
  payload.copy(bytes, writeFrameHeader(bytes, 0, payload.length, type, flags, streamId));
  return bytes;
}

function numbers(...values: readonly number[]): Buffer {
  const bytes = Buffer.allocUnsafe(4 * values.length);
  for (const [index, value] of values.entries()) bytes.writeUInt32BE(value >>> 0, 4 * index);
  return bytes;
}

/** Our settings: identifiers with their values. */
export function settingsFrame(settings: readonly (readonly [number, number])[]): Buffer {
  const payload = Buffer.allocUnsafe(6 * settings.length);
  for (const [index, [id, value]] of settings.entries()) {
    payload.writeUInt16BE(id, 6 * index);
    payload.writeUInt32BE(value, 6 * index + 2);
  }
  return frame(FRAME.settings, 0, 0, payload);
}

export const SETTINGS_ACK: Buffer = frame(FRAME.settings, FLAG.ack, 0, Buffer.alloc(0));

/** A PING of our own, or the answer to the peer's: eight bytes. */
export function pingFrame(payload: Buffer, isAck: boolean): Buffer {
  return frame(FRAME.ping, isAck ? FLAG.ack : 0, 0, payload);
}

export function goawayFrame(lastStreamId: number, code: number, why = ''): Buffer {
  return frame(
    FRAME.goaway,
    0,
    0,
    Buffer.concat([numbers(lastStreamId, code), Buffer.from(why, 'latin1')]),
  );
}

export function rstStreamFrame(streamId: number, code: number): Buffer {
  return frame(FRAME.rstStream, 0, streamId, numbers(code));
}

export function windowUpdateFrame(streamId: number, increment: number): Buffer {
  return frame(FRAME.windowUpdate, 0, streamId, numbers(increment));
}
