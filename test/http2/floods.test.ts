import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { describe, test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { FLAG, FRAME } from '../../src/http2/codes.ts';
import { headerBlock } from '../../src/http2/header-block.ts';
import { Metrics } from '../../src/telemetry/metrics.ts';
import { CallCounters } from '../../src/transport/ext-authz/call-counters.ts';
import { CHECK_PATH } from '../../src/transport/ext-authz/names.ts';
import { startLean } from '../../src/transport/lean/server.ts';
import { CheckClient } from '../support/check-client.ts';
import { BARE_SETTINGS } from '../transport/bare-server.ts';
import { callHead, frame, type RawClient, rawClient } from './raw-client.ts';

/*
 * What a peer may do to cost memory or time, each by a client of its own with an honest one beside it: the connection is ended with the
 * code of RFC 9113, what was held is bounded, and the honest client is answered all the while.
 */

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** What the test itself may hold, with its two clients. */
const MAX_GROWTH = 16 * 1024 * 1024;
const NUMBER = Buffer.from([0, 0, 0, 8]);
const EIGHT = Buffer.alloc(8);

interface Flood {
  readonly ends: string;
  /** Sends until the connection ends, or for so many rounds. */
  readonly round: (index: number) => Buffer;
  readonly rounds: number;
}

const times = (count: number, one: Buffer): Buffer =>
  Buffer.concat(Array.from({ length: count }, () => one));
const oddId = (index: number): number => 2 * index + 1;
/** Streams `index * 100` to the next hundred, each by `make`. */
const hundred = (index: number, make: (id: number) => Buffer): Buffer =>
  Buffer.concat(Array.from({ length: 100 }, (_, at) => make(oddId(index * 100 + at))));

const FLOODS: Readonly<Record<string, Flood>> = {
  'rapid reset': {
    ends: 'enhanceYourCalm',
    round: (index) =>
      hundred(index, (id) =>
        Buffer.concat([callHead(id, CHECK_PATH), frame(FRAME.rstStream, 0, id, NUMBER)]),
      ),
    rounds: 400,
  },
  'CONTINUATION without an end': {
    ends: 'enhanceYourCalm',
    round: (index) =>
      index === 0
        ? frame(FRAME.headers, 0, 1, headerBlock({ ':method': 'POST' }))
        : frame(FRAME.continuation, 0, 1, headerBlock({ a: 'b'.repeat(8_000) })),
    rounds: 400,
  },
  'CONTINUATION of nothing': {
    ends: 'enhanceYourCalm',
    round: (index) => (index === 0 ? frame(FRAME.headers, 0, 1) : frame(FRAME.continuation, 0, 1)),
    rounds: 400,
  },
  SETTINGS: {
    ends: 'enhanceYourCalm',
    round: () => times(100, frame(FRAME.settings, 0, 0)),
    rounds: 100,
  },
  PING: {
    ends: 'enhanceYourCalm',
    round: () => times(100, frame(FRAME.ping, 0, 0, EIGHT)),
    rounds: 100,
  },
  'empty DATA': {
    ends: 'enhanceYourCalm',
    round: (index) => (index === 0 ? callHead(1, CHECK_PATH) : times(100, frame(FRAME.data, 0, 1))),
    rounds: 100,
  },
  PRIORITY: {
    ends: 'enhanceYourCalm',
    round: () => times(100, frame(FRAME.priority, 0, 9, Buffer.alloc(5))),
    rounds: 100,
  },
  WINDOW_UPDATE: {
    ends: 'enhanceYourCalm',
    round: () => times(1_000, frame(FRAME.windowUpdate, 0, 0, Buffer.from([0, 0, 0, 1]))),
    rounds: 400,
  },
  'frames that nobody knows': {
    ends: 'enhanceYourCalm',
    round: () => times(100, frame(0x7f, 0, 0, Buffer.alloc(100))),
    rounds: 100,
  },
  'calls of methods that are not here': {
    ends: 'enhanceYourCalm',
    round: (index) => hundred(index, (id) => callHead(id, '/a.B/C')),
    rounds: 100,
  },
  'an HPACK bomb: 4 KB that are named again and again': {
    ends: 'enhanceYourCalm',
    round: (index) => {
      const value = headerBlock({ a: 'v'.repeat(3_000) });
      // As a literal that is indexed (RFC 7541 section 6.2.1).
      value[0] = 0x40;
      const block = index === 0 ? value : Buffer.alloc(16_000, 0xbe);
      return frame(FRAME.headers, FLAG.endHeaders, oddId(index), block);
    },
    rounds: 3_000,
  },
  'a frame that is larger than may be': {
    ends: 'frameSize',
    round: () => frame(FRAME.data, 0, 1, Buffer.alloc(16_385)),
    rounds: 3,
  },
};

/** Asks until `over` has ended, and says how often; each answer must come. */
async function honest(port: number, over: Promise<unknown>): Promise<number> {
  using client = new CheckClient(`127.0.0.1:${port}`);
  let isOver = false;
  const end = over.finally(() => {
    isOver = true;
  });
  let asked = 0;
  do {
    await client.check({});
    asked += 1;
  } while (!isOver);
  await end;
  return asked;
}

async function flood(client: RawClient, { round, rounds }: Flood): Promise<void> {
  for (let index = 0; index < rounds && !client.socket.destroyed; index += 1)
    await client.send(round(index));
}

/** What is held, without what only waits to be collected. */
function memory(): number {
  collect();
  const { heapUsed, external, arrayBuffers } = process.memoryUsage();
  return heapUsed + external + arrayBuffers;
}

describe('floods end their connection, hold little, and leave others alone', () => {
  for (const [title, one] of Object.entries(FLOODS)) {
    test(title, { timeout: 60_000 }, async () => {
      const counters = new CallCounters(new Metrics());
      await using server = await startLean(BARE_SETTINGS, () => Buffer.alloc(0), counters);
      await using client = await rawClient(server.port);
      const before = memory();
      assert.ok((await honest(server.port, flood(client, one))) > 0);
      assert.ok(memory() - before < MAX_GROWTH, `${memory() - before} bytes more`);
      assert.equal(await client.end(), one.ends);
    });
  }
});

describe('clients that say nothing, or half of it', () => {
  for (const [title, bytes] of [
    ['nothing', ''],
    ['half a preface', 'PRI * HTTP/2.0\r\n'],
    ['HTTP/1', 'GET / HTTP/1.1\r\nhost: a\r\n\r\n'],
  ] as const) {
    test(`${title}: the connection is closed`, { timeout: 20_000 }, async () => {
      const counters = new CallCounters(new Metrics());
      const keepalive = { after: 400, patience: 100 };
      await using server = await startLean(
        { ...BARE_SETTINGS, keepalive },
        () => Buffer.alloc(0),
        counters,
      );
      const socket = connect(server.port, '127.0.0.1');
      socket.on('error', () => undefined).resume();
      socket.write(bytes);
      await new Promise((resolve) => socket.once('close', resolve));
    });
  }
});

test('a body that is longer than its window ends its stream, and the connection goes on', async () => {
  const counters = new CallCounters(new Metrics());
  await using server = await startLean(BARE_SETTINGS, () => Buffer.alloc(0), counters);
  await using client = await rawClient(server.port);
  // A message of 60 KB is announced, and one of 80 KB comes.
  const start = Buffer.alloc(5);
  start.writeUInt32BE(60_000, 1);
  await client.send(Buffer.concat([callHead(1, '/a.B/C'), callHead(3, CHECK_PATH)]));
  await client.send(frame(FRAME.data, 0, 3, start));
  await client.send(times(5, frame(FRAME.data, 0, 3, Buffer.alloc(16_000))));
  await client.send(
    Buffer.concat([
      callHead(5, CHECK_PATH),
      frame(FRAME.data, FLAG.endStream, 5, EIGHT.subarray(3)),
    ]),
  );
  while (!client.frames.some(([type, id]) => type === FRAME.data && id === 5))
    await new Promise((resolve) => setImmediate(resolve));
  assert.ok(client.frames.some(([type, id]) => type === FRAME.rstStream && id === 3));
});

test('answers that nobody takes are taken back, and hold no more than one connection may', {
  timeout: 30_000,
}, async () => {
  const counters = new CallCounters(new Metrics());
  const unread = { most: 256, longest: 300, bytes: 1_000_000 };
  await using server = await startLean(
    { ...BARE_SETTINGS, unread },
    () => Buffer.alloc(20_000),
    counters,
  );
  // Its windows are empty: SETTINGS_INITIAL_WINDOW_SIZE is 0.
  await using client = await rawClient(server.port);
  await client.send(frame(FRAME.settings, 0, 0, Buffer.from([0, 4, 0, 0, 0, 0])));
  const message = frame(FRAME.data, FLAG.endStream, 1, Buffer.alloc(5));
  for (let index = 0; index < 300; index += 1) {
    const id = oddId(index);
    message.writeUInt32BE(id, 5);
    await client.send(Buffer.concat([callHead(id, CHECK_PATH), message]));
  }
  // Each is reset, at once where all hold too much, else after its time.
  while (client.frames.filter(([type]) => type === FRAME.rstStream).length < 300)
    await new Promise((resolve) => setImmediate(resolve));
  assert.ok(client.frames.every(([type]) => type !== FRAME.data));
});
