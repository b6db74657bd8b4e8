import assert from 'node:assert/strict';
import { Writable } from 'node:stream';
import { test } from 'node:test';
import fc from 'fast-check';
import { FLAG, FRAME } from '../../src/http2/codes.ts';
import { Connection, type ConnectionLimits } from '../../src/http2/connection.ts';
import { headerBlock } from '../../src/http2/header-block.ts';
import { callBlock, frame } from './raw-client.ts';

const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
const LIMITS: ConnectionLimits = {
  streams: 8,
  headerList: 4_096,
  body: 65_536,
  onLongHeaders: () => undefined,
  resets: { burst: 50, perSecond: 0 },
};
const HEAD = headerBlock({ ':status': '200' });
const TRAILERS = headerBlock({ 'grpc-status': '0' });

/** What a connection has written, and whether it said that it is done. */
interface Heard {
  readonly written: Buffer;
  readonly isDone: boolean;
  readonly open: number;
}

/** Gives pieces to a connection that answers each request, once it is whole, with so many bytes. */
async function hear(pieces: readonly Buffer[], answerBytes = 10): Promise<Heard> {
  const written: Buffer[] = [];
  const socket = new Writable({
    write(chunk: Buffer, _encoding, done) {
      written.push(chunk);
      done();
    },
  });
  let isDone = false;
  const connection = new Connection(
    socket as never,
    LIMITS,
    (stream) => ({
      onData: () => undefined,
      onEnd: () => stream.answer(HEAD, Buffer.alloc(answerBytes), TRAILERS),
      onGone: () => undefined,
      onSent: () => undefined,
    }),
    () => {
      isDone = true;
    },
    () => 0,
  );
  for (const piece of pieces) connection.read(piece);
  await new Promise((resolve) => setImmediate(resolve));
  return { written: Buffer.concat(written), isDone, open: connection.openRequests };
}

const ID = fc.oneof(fc.constantFrom(0, 1, 2, 3, 5, 7), fc.nat(2 ** 31 - 1));
const PAYLOAD = fc.oneof(
  fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
  fc.constantFrom(callBlock('/a.B/C'), Buffer.alloc(4), Buffer.alloc(5), Buffer.alloc(8)),
);
const FRAME_OF_ANY_KIND = fc
  .tuple(fc.oneof(fc.nat(9), fc.nat(255)), fc.nat(255), ID, PAYLOAD)
  .map(([type, flags, id, payload]) => frame(type, flags, id, payload));
/** A call that is right, by the index of its stream. */
const CALL = (index: number): Buffer =>
  Buffer.concat([
    frame(FRAME.headers, FLAG.endHeaders, 2 * index + 1, callBlock('/a.B/C')),
    frame(FRAME.data, FLAG.endStream, 2 * index + 1, Buffer.alloc(5)),
  ]);

const frames = (bytes: Buffer): readonly (readonly [number, number])[] => {
  const found: (readonly [number, number])[] = [];
  for (let at = 0; at < bytes.length; at += 9 + bytes.readUIntBE(at, 3))
    found.push([bytes[at + 3] ?? 0, bytes.readUInt32BE(at + 5)]);
  return found;
};

test('whatever frames come, the connection goes on or says GOAWAY once, and holds its limit', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(FRAME_OF_ANY_KIND, { maxLength: 40 }), async (sent) => {
      const { written, isDone, open } = await hear([PREFACE, ...sent]);
      const goaways = frames(written).filter(([type]) => type === FRAME.goaway).length;
      assert.ok(open <= LIMITS.streams);
      // A GOAWAY of the client is answered with one, and an error in what follows with another.
      if (isDone) assert.ok(goaways >= 1 && goaways <= 3, `${goaways} GOAWAY`);
    }),
    { numRuns: 3_000 },
  );
});

test('however calls are cut into pieces, the answers are the same', async () => {
  const calls = Buffer.concat([PREFACE, ...[0, 1, 2, 3].map(CALL)]);
  const whole = frames((await hear([calls])).written);
  assert.equal(whole.filter(([type]) => type === FRAME.data).length, 4);
  const cuts = fc.array(fc.nat(calls.length), { maxLength: 30 });
  await fc.assert(
    fc.asyncProperty(cuts, async (at) => {
      const ends = [...new Set(at), calls.length].toSorted((a, b) => a - b);
      const pieces = ends.map((end, index) => calls.subarray(ends[index - 1] ?? 0, end));
      assert.deepEqual(frames((await hear(pieces)).written), whole);
    }),
    { numRuns: 500 },
  );
});

test('an answer leaves as the windows of the client open, whole and in order', async () => {
  const window = fc.record({ ofStream: fc.boolean(), bytes: fc.integer({ min: 1, max: 30_000 }) });
  await fc.assert(
    fc.asyncProperty(fc.array(window, { maxLength: 20 }), async (windows) => {
      const updates = windows.map(({ ofStream, bytes }) => {
        const payload = Buffer.alloc(4);
        payload.writeUInt32BE(bytes);
        return frame(FRAME.windowUpdate, 0, ofStream ? 1 : 0, payload);
      });
      const small = frame(FRAME.settings, 0, 0, Buffer.from([0, 4, 0, 0, 0x10, 0]));
      const size = 100_000;
      const { written } = await hear([PREFACE, small, CALL(0), ...updates], size);
      let sent = 0;
      for (let at = 0; at < written.length; at += 9 + written.readUIntBE(at, 3))
        if (written[at + 3] === FRAME.data) sent += written.readUIntBE(at, 3);
      const sum = (of: boolean): number =>
        windows
          .filter(({ ofStream }) => ofStream === of)
          .reduce((all, { bytes }) => all + bytes, 0);
      // Once the stream is over, later updates of it mean nothing.
      assert.equal(sent, Math.min(size, 4_096 + sum(true), 65_535 + sum(false)));
    }),
    { numRuns: 300 },
  );
});
