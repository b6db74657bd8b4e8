import {
  logVerbosity,
  Server,
  ServerCredentials,
  type sendUnaryData,
  setLogVerbosity,
  status,
} from '@grpc/grpc-js';
import { ReflectionService } from '@grpc/reflection';
import { HealthImplementation } from 'grpc-health-check';
import { freeSocketPath, ListenError, parseAddress } from '../address.ts';
import type { ListenerCertificate } from '../certificate.ts';
import { answerChecks, type Handled } from './check-call.ts';
import type { HandleCheck } from './handle.ts';
import { bytesService, loadProtos, SERVICE_NAME } from './service.ts';
import { STREAM_RESETS } from './stream-resets.ts';
import { credentialsOf } from './tls.ts';
import { UnfinishedCalls, type UnfinishedLimits } from './unfinished-calls.ts';

export interface ExtAuthzSettings {
  /** `HOST:PORT` or `unix:/PATH`. */
  readonly address: string;
  /** Largest message in bytes; a larger one ends the call with RESOURCE_EXHAUSTED before it is read. */
  readonly messageBytes: number;
  /** What is allowed to requests that do not come whole. */
  readonly unfinished: UnfinishedLimits;
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
  handled: Handled,
): Promise<ExtAuthzServer> {
  // grpc-js writes lines of its own to standard error; what matters is in errors and metrics.
  setLogVerbosity(logVerbosity.NONE);
  const unfinished = new UnfinishedCalls(settings.unfinished);
  const server = new Server({
    'grpc.max_concurrent_streams': CALLS_ON_A_CONNECTION,
    'grpc.keepalive_time_ms': settings.keepalive.after,
    'grpc.keepalive_timeout_ms': settings.keepalive.patience,
    'grpc.max_receive_message_length': settings.messageBytes,
    'grpc.max_send_message_length': settings.messageBytes,
    interceptors: [
      answerChecks({ handle, longest: settings.decisionTimeout, handled, unfinished }),
    ],
    'grpc.enable_channelz': 0,
    'grpc.max_connection_age_ms': settings.connectionAge,
    'grpc.max_connection_age_grace_ms': settings.grace,
  });
  // What grpc-js gives to each of its HTTP/2 servers; it has no setting of its own for these.
  Object.assign(server['commonServerOptions'], STREAM_RESETS);
  const protos = loadProtos();
  server.addService(bytesService(protos), { Check: neverCalled });
  const health = new HealthImplementation({ '': 'NOT_SERVING', [SERVICE_NAME]: 'NOT_SERVING' });
  health.addToServer(server);
  new ReflectionService(protos).addToServer(server);
  const port = await bind(server, settings);
  let serving = false;
  return {
    port,
    setServing(next) {
      // A watcher of `grpc.health.v1` is told changes only.
      if (next === serving) return;
      serving = next;
      const status = serving ? 'SERVING' : 'NOT_SERVING';
      for (const name of ['', SERVICE_NAME]) health.setStatus(name, status);
    },
    [Symbol.asyncDispose]: async () => {
      await stop(server, settings.grace);
      unfinished[Symbol.dispose]();
    },
  };
}

/** grpc-js demands a handler for each method; Check is answered before its handler. */
function neverCalled(_call: unknown, callback: sendUnaryData<Buffer>): void {
  callback({ code: status.UNIMPLEMENTED });
}

async function bind(server: Server, { address, certificate }: ExtAuthzSettings): Promise<number> {
  const credentials =
    certificate === null ? ServerCredentials.createInsecure() : credentialsOf(certificate);
  const parsed = parseAddress(address);
  if (parsed.kind === 'unix') await freeSocketPath(parsed.path);
  return new Promise((resolve, reject) => {
    server.bindAsync(address, credentials, (error, port) => {
      if (error === null) resolve(parsed.kind === 'unix' ? 0 : port);
      else reject(new ListenError(address, systemCodeIn(error.message)));
    });
  });
}

/** grpc-js puts the system's error code, such as EADDRINUSE, into a sentence of its own. */
function systemCodeIn(message: string): string {
  return /\bE[A-Z]{3,}\b/.exec(message)?.[0] ?? message;
}

/** GOAWAY to every connection, time for open calls, then the end. */
function stop(server: Server, grace: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      server.forceShutdown();
      resolve();
    }, grace);
    server.tryShutdown(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}
