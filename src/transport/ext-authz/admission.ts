import {
  constants,
  type Http2Session,
  type IncomingHttpHeaders,
  type ServerHttp2Stream,
} from 'node:http2';
import { status } from '@grpc/grpc-js';
import type { CallCounters, GrpcRefusalCause } from './call-counters.ts';
import { CHECK_PATH } from './names.ts';

/** How many calls there may be at once, over all connections. */
export interface CallLimits {
  /** Calls of any method. Beyond it a connection that has more than its even share of them gets no more. */
  readonly most: number;
}

/** Methods whose calls may last, or answer more than they are asked: how many at once. */
const MAX_OF_METHOD: ReadonlyMap<string, number> = new Map([
  ['/grpc.health.v1.Health/Watch', 256],
  ['/grpc.reflection.v1.ServerReflection/ServerReflectionInfo', 16],
  ['/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo', 16],
]);
const OTHER_METHODS: ReadonlySet<string> = new Set([
  CHECK_PATH,
  '/grpc.health.v1.Health/Check',
  '/grpc.health.v1.Health/List',
]);

/** Each costs as much as a check that is answered, so a connection gets a few of them. */
const MAX_STRIKES = 32;

interface Refusal {
  readonly code: status;
  readonly message: string;
  readonly cause: GrpcRefusalCause;
}

const COMPRESSED: Refusal = {
  code: status.UNIMPLEMENTED,
  message: 'messages must not be compressed',
  cause: 'compressed',
};
const TOO_MANY: Refusal = {
  code: status.RESOURCE_EXHAUSTED,
  message: 'too many of these calls',
  cause: 'calls_of_method',
};

/** Decides whether a call is begun, before anything is made of it: each that is open costs some 12 KB, whatever it asks. */
export class Admission {
  readonly #most: number;
  readonly #counters: CallCounters;
  readonly #onAbuse: (session: Http2Session) => void;
  #open = 0;
  readonly #ofSession = new WeakMap<Http2Session, number>();
  /** Refusals of a session for what no gateway asks. */
  readonly #strikes = new WeakMap<Http2Session, number>();
  readonly #ofMethod = new Map<string, number>();

  /** `counters` hear of what is refused here, `onAbuse` of a connection that goes on asking what it is not given. */
  constructor(
    { most }: CallLimits,
    counters: CallCounters,
    onAbuse: (session: Http2Session) => void,
  ) {
    this.#most = most;
    this.#counters = counters;
    this.#onAbuse = onAbuse;
  }

  /** Whether the call goes on; one that does not has been answered. `sessions` is the number of connections. */
  admit(
    stream: ServerHttp2Stream,
    headers: IncomingHttpHeaders,
    session: Http2Session,
    sessions: number,
  ): boolean {
    const path = headers[':path'] ?? '';
    const own = this.#ofSession.get(session) ?? 0;
    if (this.#open >= this.#most && own >= this.#most / sessions) {
      this.#counters.refuseCall(path, status.UNAVAILABLE, 'calls');
      // RFC 9113 section 8.7: nothing was done, so the caller may ask again, here or elsewhere.
      stream.close(constants.NGHTTP2_REFUSED_STREAM);
      return false;
    }
    this.#count(stream, session, own);
    const encoding = headers['grpc-encoding'];
    if (encoding !== undefined && encoding !== 'identity')
      return this.#refuse(stream, session, path, COMPRESSED);
    const most = MAX_OF_METHOD.get(path);
    if (most !== undefined && !this.#countOf(stream, path, most))
      return this.#refuse(stream, session, path, TOO_MANY);
    if (isKnown(path)) return true;
    // grpc-js answers what is none of ours, and would keep its stream as long as the caller does.
    closeWhenAnswered(stream);
    this.#counters.refused('unknown_method');
    return this.#strike(session);
  }

  #count(stream: ServerHttp2Stream, session: Http2Session, own: number): void {
    this.#open += 1;
    this.#ofSession.set(session, own + 1);
    stream.once('close', () => {
      this.#open -= 1;
      this.#ofSession.set(session, (this.#ofSession.get(session) ?? 1) - 1);
    });
  }

  #countOf(stream: ServerHttp2Stream, path: string, most: number): boolean {
    const open = this.#ofMethod.get(path) ?? 0;
    if (open >= most) return false;
    this.#ofMethod.set(path, open + 1);
    stream.once('close', () => this.#ofMethod.set(path, (this.#ofMethod.get(path) ?? 1) - 1));
    return true;
  }

  /** False where the session has had its last. */
  #strike(session: Http2Session): boolean {
    const strikes = (this.#strikes.get(session) ?? 0) + 1;
    this.#strikes.set(session, strikes);
    if (strikes <= MAX_STRIKES) return true;
    this.#onAbuse(session);
    return false;
  }

  #refuse(
    stream: ServerHttp2Stream,
    session: Http2Session,
    path: string,
    { code, message, cause }: Refusal,
  ): false {
    this.#counters.refuseCall(path, code, cause);
    if (!this.#strike(session)) return false;
    closeWhenAnswered(stream);
    stream.respond(
      {
        ':status': 200,
        'content-type': 'application/grpc+proto',
        'grpc-status': String(code),
        'grpc-message': message,
        'grpc-accept-encoding': 'identity',
      },
      { endStream: true },
    );
    return false;
  }
}

function closeWhenAnswered(stream: ServerHttp2Stream): void {
  stream.once('finish', () => stream.close());
}

/** Longer values mean nothing (gRPC over HTTP/2: eight digits and a unit). */
const MAX_TIMEOUT = 9;
const MAX_NAMED_PATH = 128;

/**
 * The headers that a call is answered by. All others are let go of at once: an open call must not hold what its caller likes to send
 * along, and nobody here reads it.
 */
export function admittedHeaders(headers: IncomingHttpHeaders): Readonly<Record<string, string>> {
  const { ':path': path = '', 'content-type': type = '', 'grpc-timeout': timeout } = headers;
  const { traceparent } = headers;
  return {
    ':path': isKnown(path) ? path : copyOfStart(path),
    'content-type': type.startsWith(GRPC) ? GRPC : 'none',
    ...(timeout === undefined ? {} : { 'grpc-timeout': shortTimeout(timeout) }),
    ...(isShort(traceparent) ? { traceparent } : {}),
  };
}

const GRPC = 'application/grpc';
/** W3C Trace Context, version 00: 55 characters. */
const MAX_TRACEPARENT = 64;

function isShort(header: string | string[] | undefined): header is string {
  return typeof header === 'string' && header.length <= MAX_TRACEPARENT;
}

function isKnown(path: string): boolean {
  return MAX_OF_METHOD.has(path) || OTHER_METHODS.has(path);
}

/** A slice would hold the whole of the text. */
function copyOfStart(text: string): string {
  return Buffer.from(text.slice(0, MAX_NAMED_PATH), 'latin1').toString('latin1');
}

function shortTimeout(timeout: string | string[]): string {
  return typeof timeout === 'string' && timeout.length <= MAX_TIMEOUT ? timeout : 'too long';
}
