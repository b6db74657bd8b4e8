import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type TLSSocket } from 'node:tls';
import { ERROR } from '../../http2/codes.ts';
import type { ConnectionLimits } from '../../http2/connection.ts';
import type { RequestHead } from '../../http2/request-head.ts';
import type { RequestHandler, Stream } from '../../http2/stream.ts';
import { contextOf, HANDSHAKE_TIMEOUT, type ListenerCertificate } from '../certificate.ts';
import { Connections } from '../connections.ts';
import { budgetOf } from '../ext-authz/budget.ts';
import { type CallCounters, MethodCalls } from '../ext-authz/call-counters.ts';
import { GRPC_STATUS } from '../ext-authz/grpc-status.ts';
import type { HandleCheck } from '../ext-authz/handle.ts';
import { CHECK_PATH, SERVICE_NAME } from '../ext-authz/names.ts';
import type { ExtAuthzServer, ExtAuthzSettings } from '../ext-authz/server.ts';
import { STREAM_RESETS } from '../ext-authz/stream-resets.ts';
import { WaitingCalls } from '../ext-authz/waiting-calls.ts';
import { listen } from '../listen.ts';
import { refusalHead } from './answers.ts';
import { callHead } from './call-head.ts';
import { HEALTH_PATH, HealthAnswers } from './health.ts';
import { HeldConnection, type Lifetimes } from './held-connection.ts';
import { NotGrpc } from './not-grpc.ts';
import { type CallRooms, type Method, UnaryCall } from './unary-call.ts';

/** Calls at once on a connection; gateways open another one for more. */
const CALLS_ON_A_CONNECTION = 1_000;
/** The header list of a call: a gateway sends a dozen short ones. */
const MAX_HEADER_LIST = 16 * 1024;
/** Calls of a connection for what is not here: each costs as much as a check that is answered. */
const MAX_STRIKES = 32;
/** Milliseconds. */
const TIMES = { handshake: 5_000, stalled: 5_000, tick: 1_000 } as const;

/**
 * The gRPC server that a gateway asks, on an HTTP/2 of our own (`listen.grpcServer: lean`): Check and `grpc.health.v1` Check, as
 * the one on grpc-js answers them. Other methods are UNIMPLEMENTED. Throws `ListenError` where it cannot listen.
 */
export async function startLean(
  settings: ExtAuthzSettings,
  handle: HandleCheck,
  counters: CallCounters,
): Promise<ExtAuthzServer> {
  const calls = new LeanCalls(settings, handle, counters);
  const held = new Set<HeldConnection>();
  const server = serverFor(settings.certificate);
  const connections = new Connections(server, {
    most: settings.connections,
    shareOf: () => 'half by address',
    onClosed: () => counters.refused('connections'),
  });
  server.on(settings.certificate === null ? 'connection' : 'secureConnection', (socket: Socket) => {
    if (socket.destroyed) return;
    if (settings.certificate !== null && (socket as TLSSocket).alpnProtocol !== 'h2') {
      socket.destroy();
      return;
    }
    const peer = new CallingPeer(
      calls,
      held,
      () => connections.heard(socket),
      () => connections.punish(socket),
    );
    const one: HeldConnection = new HeldConnection(
      socket,
      limitsOf(settings, counters),
      lifetimesOf(settings),
      (stream, head) => peer.begin(stream, head, one),
      () => counters.refused('not_http'),
      () => held.delete(one),
    );
    held.add(one);
  });
  server.on('tlsClientError', () => counters.refused('tls'));
  settings.certificate?.onOtherAuthorities(() => {
    connections.destroySilent();
    for (const one of held) one.leave();
  });
  const shortest = Math.min(
    settings.keepalive.after,
    settings.keepalive.patience,
    settings.grace,
    settings.connectionAge,
  );
  const timer = setInterval(
    () => {
      const now = performance.now();
      for (const one of held) one.tick(now);
    },
    Math.max(20, Math.min(TIMES.tick, shortest / 4)),
  ).unref();
  const port = await listen(server, settings.address);
  return {
    port,
    setServing: (serving) => calls.health.setServing(serving),
    [Symbol.asyncDispose]: async () => {
      await new Promise<void>((resolve) => {
        const end = setTimeout(() => connections.destroyAll(), settings.grace);
        server.close(() => {
          clearTimeout(end);
          resolve();
        });
        connections.destroySilent();
        for (const one of held) one.leave();
      });
      clearInterval(timer);
      calls[Symbol.dispose]();
    },
  };
}

function serverFor(certificate: ListenerCertificate | null): Server {
  if (certificate === null) return createServer();
  const server = createTlsServer({
    ...contextOf(certificate.material),
    // RFC 9113 section 3.2.
    ALPNProtocols: ['h2'],
    requestCert: certificate.demandsClient,
    rejectUnauthorized: certificate.demandsClient,
    handshakeTimeout: HANDSHAKE_TIMEOUT,
  });
  certificate.onReload((material) => server.setSecureContext(contextOf(material)));
  return server;
}

function limitsOf({ messageBytes }: ExtAuthzSettings, counters: CallCounters): ConnectionLimits {
  return {
    streams: CALLS_ON_A_CONNECTION,
    headerList: MAX_HEADER_LIST,
    body: messageBytes + 1024,
    onLongHeaders: () => counters.refused('headers_too_large'),
    resets: { burst: STREAM_RESETS.streamResetBurst, perSecond: STREAM_RESETS.streamResetRate },
  };
}

function lifetimesOf({ keepalive, connectionAge, grace }: ExtAuthzSettings): Lifetimes {
  return {
    handshake: TIMES.handshake,
    stalled: TIMES.stalled,
    keepalive,
    age: connectionAge,
    grace,
  };
}

/** What the calls of all connections have in common. */
class LeanCalls implements Disposable {
  readonly most: number;
  readonly rooms: CallRooms;
  readonly health = new HealthAnswers(['', SERVICE_NAME]);
  readonly methods: ReadonlyMap<string, Method>;
  readonly counters: CallCounters;
  /** Calls that are open. */
  open = 0;

  constructor(settings: ExtAuthzSettings, handle: HandleCheck, counters: CallCounters) {
    const { calls, messageBytes, unfinished, unread, decisionTimeout } = settings;
    this.most = calls;
    this.rooms = {
      messageBytes,
      unfinished: new WaitingCalls(unfinished),
      unread: new WaitingCalls(unread),
      refused: counters.refused,
    };
    this.counters = counters;
    this.methods = new Map<string, Method>([
      [
        CHECK_PATH,
        {
          answer: (message, timeout, asker) =>
            handle(message, budgetOf(timeout, decisionTimeout), asker),
          counts: counters.checks,
        },
      ],
      [
        HEALTH_PATH,
        {
          answer: (message) => (Buffer.isBuffer(message) ? this.health.answer(message) : null),
          counts: counters.of(HEALTH_PATH) ?? new MethodCalls(HEALTH_PATH, 'unary'),
        },
      ],
    ]);
  }

  [Symbol.dispose](): void {
    this.rooms.unfinished[Symbol.dispose]();
    this.rooms.unread[Symbol.dispose]();
  }
}

/** The calls of one connection. */
class CallingPeer {
  readonly #calls: LeanCalls;
  readonly #all: ReadonlySet<HeldConnection>;
  readonly #onHeard: () => void;
  readonly #onAbuse: () => void;
  #open = 0;
  #strikes = 0;
  #isHeard = false;

  constructor(
    calls: LeanCalls,
    all: ReadonlySet<HeldConnection>,
    onHeard: () => void,
    onAbuse: () => void,
  ) {
    this.#calls = calls;
    this.#all = all;
    this.#onHeard = onHeard;
    this.#onAbuse = onAbuse;
  }

  /** Begins a call, or answers why not. */
  begin(stream: Stream, head: RequestHead, own: HeldConnection): RequestHandler | null {
    const call = callHead(head);
    if (call === null) return this.#strike(own) ? new NotGrpc(stream) : null;
    const calls = this.#calls;
    // Beyond the limit a connection that has more than its even share gets no more.
    if (calls.open >= calls.most && this.#open >= calls.most / this.#all.size) {
      calls.counters.refuseCall(call.path, GRPC_STATUS.unavailable, 'calls');
      // RFC 9113 section 8.7: nothing was done, so the caller may ask again, here or elsewhere.
      stream.reset(ERROR.refusedStream);
      return null;
    }
    const method = calls.methods.get(call.path);
    if (method === undefined || call.isCompressed) {
      const why = method === undefined ? 'no such method' : 'messages must not be compressed';
      const cause = method === undefined ? 'unknown_method' : 'compressed';
      calls.counters.refuseCall(call.path, GRPC_STATUS.unimplemented, cause);
      stream.answerHead(refusalHead(GRPC_STATUS.unimplemented, why));
      this.#strike(own);
      return null;
    }
    if (!this.#isHeard) {
      this.#isHeard = true;
      this.#onHeard();
    }
    calls.open += 1;
    this.#open += 1;
    return new UnaryCall(stream, method, calls.rooms, call, own.socket, () => {
      calls.open -= 1;
      this.#open -= 1;
    });
  }

  /** False where the connection is ended, since it goes on asking what it is not given. */
  #strike({ connection }: HeldConnection): boolean {
    this.#strikes += 1;
    if (this.#strikes <= MAX_STRIKES) return true;
    this.#onAbuse();
    connection.fail(ERROR.enhanceYourCalm, 'too many calls of what is not here');
    return false;
  }
}
