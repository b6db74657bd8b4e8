import { logVerbosity, Server, type sendUnaryData, setLogVerbosity, status } from '@grpc/grpc-js';
import type { ListenerCertificate } from '../certificate.ts';
import type { CallCounters } from './call-counters.ts';
import { answerChecks } from './check-call.ts';
import type { HandleCheck } from './handle.ts';
import { Health } from './health.ts';
import { openListener } from './listener.ts';
import { SERVICE_NAME } from './names.ts';
import { addReflection } from './reflection.ts';
import { BYTES_SERVICE } from './service.ts';
import { WaitingCalls, type WaitingLimits } from './waiting-calls.ts';

export interface ExtAuthzSettings {
  /** `HOST:PORT` or `unix:/PATH`. */
  readonly address: string;
  /** Largest message in bytes; a larger one ends the call with RESOURCE_EXHAUSTED before it is read. */
  readonly messageBytes: number;
  /** What is allowed to requests that do not come whole. */
  readonly unfinished: WaitingLimits;
  /** What is allowed to answers that nobody takes. */
  readonly unread: WaitingLimits;
  /** Most connections at once; half of them from one address. */
  readonly connections: number;
  /** Most calls at once, over all connections. */
  readonly calls: number;
  /** Longest that a decision may take, in milliseconds. */
  readonly decisionTimeout: number;
  /** How long open calls may take when the server stops, in milliseconds. */
  readonly grace: number;
  /** A peer is asked (PING) whether it is there so long after it last said so, and closed without an answer, in milliseconds. */
  readonly keepalive: { readonly after: number; readonly patience: number };
  /** Age at which a connection is closed gently, in milliseconds; grpc-js spreads it by a tenth. */
  readonly connectionAge: number;
  /** Null for no TLS. */
  readonly certificate: ListenerCertificate | null;
}

/** The gRPC server that a gateway asks: Check, health and reflection on one port. */
export interface ExtAuthzServer extends AsyncDisposable {
  /** The port that was bound; 0 for a Unix socket. */
  readonly port: number;
  /** Tells `grpc.health.v1` clients whether to send checks here. */
  setServing(serving: boolean): void;
}

/** Calls at once on a connection; gateways open another one for more. As many tokens may be verified at once, by default. */
const CALLS_ON_A_CONNECTION = 1_000;

/** Starts the server. Throws `ListenError` where it cannot listen. */
export async function startExtAuthz(
  settings: ExtAuthzSettings,
  handle: HandleCheck,
  counters: CallCounters,
): Promise<ExtAuthzServer> {
  // grpc-js writes lines of its own to standard error; what matters is in errors and metrics.
  setLogVerbosity(logVerbosity.NONE);
  const unfinished = new WaitingCalls(settings.unfinished);
  const unread = new WaitingCalls(settings.unread);
  const server = new Server({
    'grpc.keepalive_time_ms': settings.keepalive.after,
    'grpc.keepalive_timeout_ms': settings.keepalive.patience,
    'grpc.max_receive_message_length': settings.messageBytes,
    'grpc.max_send_message_length': settings.messageBytes,
    interceptors: [
      answerChecks({ handle, longest: settings.decisionTimeout, counters, unfinished, unread }),
    ],
    'grpc.enable_channelz': 0,
    'grpc.max_connection_age_ms': settings.connectionAge,
    'grpc.max_connection_age_grace_ms': settings.grace,
  });
  server.addService(BYTES_SERVICE, { Check: neverCalled });
  const health = new Health(['', SERVICE_NAME]);
  health.addTo(server);
  addReflection(server);
  const listener = await openListener(server, {
    ...settings,
    counters,
    callsOnConnection: CALLS_ON_A_CONNECTION,
  });
  return {
    port: listener.port,
    setServing: (next) => health.setServing(next),
    [Symbol.asyncDispose]: async () => {
      await listener[Symbol.asyncDispose]();
      unfinished[Symbol.dispose]();
      unread[Symbol.dispose]();
    },
  };
}

/** grpc-js demands a handler for each method; Check is answered before its handler. */
function neverCalled(_call: unknown, callback: sendUnaryData<Buffer>): void {
  callback({ code: status.UNIMPLEMENTED });
}
