import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { connect as connectTls } from 'node:tls';
import { gzipSync } from 'node:zlib';
import { END_HEADERS, END_STREAM, FRAME, frame, PREFACE } from '../../../bench/http2-head.ts';
import { CHECK_PATH } from '../../../src/transport/ext-authz/names.ts';
import { checkRequest } from '../../server/question.ts';
import { checkRequestBytes } from '../../support/check-client.ts';
import { raw } from '../../support/keys.ts';

/** Where a hostile peer connects to, and for how long it goes on. */
export interface Target {
  readonly port: number;
  readonly tls: boolean;
  /** The address that it comes from. */
  readonly from: string;
  /** Milliseconds. */
  readonly until: number;
  /** From 0 to 1: the part of its full strength that it shows. */
  readonly scale: number;
}

export type Attack = (target: Target) => Promise<void>;

const WATCH = '/grpc.health.v1.Health/Watch';
const REFLECTION = '/grpc.reflection.v1.ServerReflection/ServerReflectionInfo';

/** A connection that goes on whatever comes back. Null where it is not accepted. */
async function dial({ port, tls, from }: Target, alpn = 'h2'): Promise<Socket | null> {
  const socket = connect({ port, host: '127.0.0.1', localAddress: from });
  socket.on('error', () => undefined);
  const made = await Promise.race([
    once(socket, 'connect').then(
      () => true,
      () => false,
    ),
    delay(2_000, false, { ref: false }),
  ]);
  if (!made) {
    socket.destroy();
    return null;
  }
  if (!tls) return socket;
  const secure = connectTls({ socket, rejectUnauthorized: false, ALPNProtocols: [alpn] });
  secure.on('error', () => undefined);
  const shaken = once(secure, 'secureConnect').then(
    () => true,
    () => false,
  );
  if (await Promise.race([shaken, delay(2_000, false, { ref: false })])) return secure;
  socket.destroy();
  return null;
}

const isOver = ({ until }: Target): boolean => Date.now() >= until;
const rest = ({ until }: Target): Promise<void> => delay(Math.max(0, until - Date.now()));
const scaled = (most: number, { scale }: Target): number => Math.max(1, Math.round(most * scale));

/** Waits until what was written is with the kernel, or for a second. */
async function flushed(socket: Socket): Promise<void> {
  if (socket.writableLength > 256 * 1024 && !socket.destroyed)
    await Promise.race([once(socket, 'drain').catch(() => null), delay(1_000)]);
}

/** A literal without an index (RFC 7541 section 6.2.2), with a name of the static table or its own. */
function header(name: string, value: string, first = 0x00): Buffer {
  return Buffer.concat([Buffer.from([first]), text(name), text(value)]);
}

function text(value: string): Buffer {
  if (value.length < 127) return Buffer.from(`${String.fromCharCode(value.length)}${value}`);
  const more: number[] = [0x7f];
  let left = value.length - 127;
  for (; left >= 128; left >>>= 7) more.push((left & 0x7f) | 0x80);
  more.push(left);
  return Buffer.concat([Buffer.from(more), Buffer.from(value)]);
}

function head(path: string, own: readonly Buffer[] = []): Buffer {
  return Buffer.concat([
    Buffer.from([0x83, 0x86]),
    header(':path', path),
    header(':authority', 'watchword'),
    header('content-type', 'application/grpc'),
    header('te', 'trailers'),
    ...own,
  ]);
}

/** SETTINGS with an initial window (RFC 9113 section 6.5.2) for what comes back. */
function preface(window: number): Buffer {
  const settings = Buffer.alloc(6);
  settings.writeUInt16BE(4);
  settings.writeUInt32BE(window, 2);
  return Buffer.concat([PREFACE, frame(FRAME.settings, 0, 0, settings)]);
}

const SETTINGS_ACK = frame(FRAME.settings, 1, 0, Buffer.alloc(0));

function grpcMessage(message: Buffer, compressed = false): Buffer {
  const prefix = Buffer.alloc(5);
  prefix[0] = compressed ? 1 : 0;
  prefix.writeUInt32BE(message.length, 1);
  return Buffer.concat([prefix, message]);
}

/** Bytes as DATA frames of the largest size that needs no agreement. */
function dataFrames(stream: number, bytes: Buffer, flags: number): Buffer {
  const frames: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += 16_384) {
    const isLast = at + 16_384 >= bytes.length;
    frames.push(frame(FRAME.data, isLast ? flags : 0, stream, bytes.subarray(at, at + 16_384)));
  }
  return Buffer.concat(frames);
}

interface Http2Flood {
  readonly connections: number;
  readonly calls: number;
  /** Initial window for the answers. */
  readonly window: number;
  readonly acknowledge?: boolean;
  /** Frames of a call on a stream; `first` on a connection. */
  readonly call: (stream: number, first: boolean) => Buffer;
  /** Begins anew when a connection has had its calls or is over. */
  readonly again: boolean;
}

/** Connections with calls on them, each as soon as the kernel takes it. */
function http2Flood(flood: Http2Flood): Attack {
  const one = async (target: Target): Promise<void> => {
    while (!isOver(target)) {
      const socket = await dial(target);
      if (socket === null) {
        await delay(100);
        continue;
      }
      socket.resume();
      socket.write(preface(flood.window));
      if (flood.acknowledge !== false) socket.write(SETTINGS_ACK);
      // Flow control: the connection's window is given back as the server reads.
      const calls = flood.again ? 100_000 : scaled(flood.calls, target);
      for (let index = 0; index < calls && !isOver(target) && !socket.destroyed; index += 1) {
        socket.write(flood.call(2 * index + 1, index === 0));
        await flushed(socket);
        if (index % 50 === 49) await delay(1);
      }
      if (!flood.again) await Promise.race([rest(target), once(socket, 'close').catch(() => null)]);
      socket.destroy();
      await delay(10);
    }
  };
  return async (target) => {
    await Promise.all(Array.from({ length: scaled(flood.connections, target) }, () => one(target)));
  };
}

/** One entry of 4 KB in the table, then references to it: 54 KB for 20 bytes (RFC 7541 section 6.1). */
function hpackCall(references: number): Http2Flood['call'] {
  const references_ = Buffer.alloc(references, 0x80 | 62);
  return (stream, first) => {
    const own = first ? [header('x', 'a'.repeat(4_000), 0x40), references_] : [references_];
    return frame(FRAME.headers, END_HEADERS, stream, head(CHECK_PATH, own));
  };
}

function wholeCall(path: string, message: Buffer, own: readonly Buffer[] = []): Http2Flood['call'] {
  const block = head(path, own);
  return (stream) =>
    Buffer.concat([
      frame(FRAME.headers, END_HEADERS, stream, block),
      dataFrames(stream, message, END_STREAM),
    ]);
}

function halfCall(path: string, message: Buffer, own: readonly Buffer[] = []): Http2Flood['call'] {
  const block = head(path, own);
  return (stream) =>
    Buffer.concat([
      frame(FRAME.headers, END_HEADERS, stream, block),
      dataFrames(stream, message, 0),
    ]);
}

/** Connections that do nothing after their first bytes, dialled again when they are closed. */
function silent(connections: number, first: Buffer | null, handshake = false): Attack {
  return async (target) => {
    const one = async (): Promise<void> => {
      while (!isOver(target)) {
        const socket = await dial(handshake ? target : { ...target, tls: false });
        if (socket === null) {
          await delay(200);
          continue;
        }
        socket.resume();
        if (first !== null) socket.write(first);
        await Promise.race([rest(target), once(socket, 'close').catch(() => null)]);
        socket.destroy();
        await delay(200);
      }
    };
    await Promise.all(Array.from({ length: scaled(connections, target) }, () => one()));
  };
}

/** Writes as much as the other side reads. */
function pipelined(connections: number, request: string): Attack {
  const bytes = Buffer.from(request.repeat(200));
  return async (target) => {
    const one = async (): Promise<void> => {
      while (!isOver(target)) {
        const socket = await dial(target, 'http/1.1');
        if (socket === null) {
          await delay(100);
          continue;
        }
        socket.resume();
        while (!isOver(target) && !socket.destroyed) {
          socket.write(bytes);
          await Promise.race([once(socket, 'drain').catch(() => null), delay(100)]);
        }
        socket.destroy();
        await delay(5);
      }
    };
    await Promise.all(Array.from({ length: scaled(connections, target) }, () => one()));
  };
}

/** A request at a time over a few connections, so many a second in all. */
function steadyHttp(rate: number, request: string): Attack {
  const bytes = Buffer.from(request, 'latin1');
  return (target) => steady(target, scaled(rate, target), 'http/1.1', null, () => bytes);
}

function steadyGrpc(rate: number, message: Buffer): Attack {
  const call = wholeCall(CHECK_PATH, grpcMessage(message));
  return (target) =>
    steady(
      target,
      scaled(rate, target),
      'h2',
      Buffer.concat([preface(1 << 20), SETTINGS_ACK]),
      (n) => call(2 * n + 1, n === 0),
    );
}

async function steady(
  target: Target,
  rate: number,
  alpn: string,
  greeting: Buffer | null,
  bytesOf: (index: number) => Buffer,
): Promise<void> {
  while (!isOver(target)) {
    const socket = await dial(target, alpn);
    if (socket === null) {
      await delay(100);
      continue;
    }
    socket.resume();
    if (greeting !== null) socket.write(greeting);
    const began = Date.now();
    for (let sent = 0; !isOver(target) && !socket.destroyed; ) {
      const due = Math.min(((Date.now() - began) * rate) / 1_000, sent + 50);
      for (; sent < due; sent += 1) socket.write(bytesOf(sent));
      await flushed(socket);
      await delay(10);
    }
    socket.destroy();
  }
}

const ZEROS = gzipSync(Buffer.alloc(120_000));
const EMPTY_MESSAGES = Buffer.alloc(5 * 3_276);
const GZIP = [header('grpc-encoding', 'gzip')];
const WATCHED = grpcMessage(Buffer.alloc(0));
/** `file_containing_symbol` (4) of reflection. */
const SYMBOL = grpcMessage(
  Buffer.concat([Buffer.from([0x22, 0x23]), Buffer.from('envoy.service.auth.v3.Authorization')]),
);

const large = (bytes: number) =>
  grpcMessage(checkRequestBytes(checkRequest({ headers: { 'x-filler': 'x'.repeat(bytes) } })));

/** What a request costs before anything is known of it. Names are those of the table below. */
export const COSTLY: Readonly<Record<string, { path?: string; headers: Record<string, string> }>> =
  {
    'unsigned token': {
      headers: {
        authorization: `Bearer ${raw(
          '{"alg":"RS256","kid":"k"}',
          JSON.stringify({ iss: 'https://nobody.example/', n: Array(1_300).fill(1.5) }),
          () => Buffer.alloc(0),
        )}`,
      },
    },
    commas: { headers: { authorization: ','.repeat(60_000) } },
    encodings: { path: `/orders${'/%2e%2e;//x%23%3f%00'.repeat(50)}`, headers: {} },
    'request id': { headers: { 'x-request-id': 'a '.repeat(30_000) } },
  };

function costlyGrpc(name: string): Attack {
  const { path = '/orders/1', headers } = COSTLY[name] ?? { headers: {} };
  return steadyGrpc(400, checkRequestBytes(checkRequest({ path, headers })));
}

function costlyHttp(name: string): Attack {
  const { path = '/orders/1', headers } = COSTLY[name] ?? { headers: {} };
  const lines = Object.entries(headers).map(([key, value]) => `${key}: ${value}\r\n`);
  return steadyHttp(
    400,
    `GET /auth/envoy/-${path} HTTP/1.1\r\nHost: orders.example.com\r\n${lines.join('')}\r\n`,
  );
}

const HELLO = Buffer.from('16030100a5010000a10303', 'hex');
const METRICS = 'GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n';

/** Every kind of hostile peer. */
export const ATTACKS = {
  'open calls of 54 KB of headers': http2Flood({
    ...{ connections: 6, calls: 1_000, window: 65_535, again: false },
    call: hpackCall(13),
  }),
  'headers without end and no SETTINGS acknowledged': http2Flood({
    ...{ connections: 6, calls: 1_000, window: 65_535, again: true, acknowledge: false },
    call: hpackCall(120),
  }),
  'GET /metrics, pipelined': pipelined(1, METRICS),
  'GET /metrics on many connections': pipelined(40, METRICS),
  'GET /healthz, pipelined': pipelined(4, METRICS.replace('metrics', 'healthz')),
  'gzip bombs': http2Flood({
    ...{ connections: 4, calls: 1_000, window: 65_535, again: true },
    call: halfCall(CHECK_PATH, Buffer.concat(Array(100).fill(grpcMessage(ZEROS, true))), GZIP),
  }),
  'empty messages': http2Flood({
    ...{ connections: 4, calls: 1_000, window: 65_535, again: true },
    call: halfCall(CHECK_PATH, EMPTY_MESSAGES),
  }),
  'answers that nobody reads': http2Flood({
    ...{ connections: 8, calls: 1_000, window: 0, again: false },
    call: wholeCall(CHECK_PATH, large(60_000)),
  }),
  'requests without an end': http2Flood({
    ...{ connections: 5, calls: 1_000, window: 65_535, again: false },
    call: halfCall(CHECK_PATH, large(129_000).subarray(0, -1_000)),
  }),
  'watchers of health': http2Flood({
    ...{ connections: 40, calls: 1_000, window: 65_535, again: false },
    call: wholeCall(WATCH, WATCHED),
  }),
  'reflection that nobody reads': http2Flood({
    ...{ connections: 8, calls: 1_000, window: 0, again: false },
    call: halfCall(REFLECTION, Buffer.concat(Array(200).fill(SYMBOL))),
  }),
  'calls of no method': http2Flood({
    ...{ connections: 40, calls: 1_000, window: 0, again: false },
    call: halfCall(`/${'x'.repeat(4_000)}`, large(10)),
  }),
  'silent connections': silent(2_000, null),
  'half a handshake': silent(2_000, HELLO),
  'connections without a request': silent(600, null, true),
  'half a request': silent(2_000, Buffer.from('GET /metrics HTTP/1.1\r\nHost: a\r\nX: '), true),
  'unsigned token, over gRPC': costlyGrpc('unsigned token'),
  'commas, over gRPC': costlyGrpc('commas'),
  'encodings, over gRPC': costlyGrpc('encodings'),
  'request id, over gRPC': costlyGrpc('request id'),
  'unsigned token, over HTTP': costlyHttp('unsigned token'),
  'commas, over HTTP': costlyHttp('commas'),
  'encodings, over HTTP': costlyHttp('encodings'),
  'request id, over HTTP': costlyHttp('request id'),
  'tokens of issuers that hang': async (target) => {
    const rows = Array.from({ length: 8 }, (_, issuer) => issuer);
    const messages = rows.map((issuer) => (n: number) => hangingToken(issuer, n));
    await steady(
      target,
      scaled(2_000, target),
      'h2',
      Buffer.concat([preface(1 << 20), SETTINGS_ACK]),
      (n) =>
        wholeCall(CHECK_PATH, grpcMessage(messages[n % 8]?.(n) ?? Buffer.alloc(0)))(
          2 * n + 1,
          false,
        ),
    );
  },
} as const satisfies Readonly<Record<string, Attack>>;

export type AttackName = keyof typeof ATTACKS;

/** Issuers whose key sets never come. */
export const HANGING = Array.from({ length: 8 }, (_, n) => `https://hanging-${n}.example/`);

function hangingToken(issuer: number, n: number): Buffer {
  const token = raw(
    JSON.stringify({ alg: 'ES256', kid: `unknown-${n}`, typ: 'JWT' }),
    JSON.stringify({ iss: HANGING[issuer], exp: 4e9, n }),
    () => Buffer.alloc(64),
  );
  return checkRequestBytes(checkRequest({ token }));
}
