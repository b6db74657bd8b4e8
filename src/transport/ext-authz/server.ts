import {
  Server,
  ServerCredentials,
  type ServerUnaryCall,
  type sendUnaryData,
  status,
} from '@grpc/grpc-js';
import { ReflectionService } from '@grpc/reflection';
import { HealthImplementation } from 'grpc-health-check';
import type { Counter } from 'prom-client';
import { freeSocketPath, ListenError, parseAddress } from '../address.ts';
import type { HandleCheck } from './handle.ts';
import { bytesService, loadProtos, SERVICE_NAME } from './service.ts';

export interface ExtAuthzSettings {
  /** `HOST:PORT` or `unix:/PATH`. */
  readonly address: string;
  /** Largest message in bytes; a larger one ends the call with RESOURCE_EXHAUSTED before it is read. */
  readonly messageBytes: number;
  /** Longest that a decision may take, in milliseconds. */
  readonly decisionTimeout: number;
  /** How long open calls may take when the server stops, in milliseconds. */
  readonly grace: number;
}

/** The gRPC server that a gateway asks: Check, health and reflection on one port. */
export interface ExtAuthzServer extends AsyncDisposable {
  /** The port that was bound; 0 for a Unix socket. */
  readonly port: number;
  /** Tells `grpc.health.v1` clients whether to send checks here. */
  setServing(serving: boolean): void;
}

/** The time kept back from the caller's deadline for the answer to travel, in milliseconds. */
const ANSWER_TRAVEL = 5;

/** Starts the server. Throws `ListenError` where it cannot listen. */
export async function startExtAuthz(
  settings: ExtAuthzSettings,
  handle: HandleCheck,
  handled: Counter<'grpc_type' | 'grpc_service' | 'grpc_method' | 'grpc_code'>,
): Promise<ExtAuthzServer> {
  const server = new Server({
    'grpc.max_receive_message_length': settings.messageBytes,
    'grpc.max_send_message_length': settings.messageBytes,
    'grpc.enable_channelz': 0,
  });
  const protos = loadProtos();
  const done = handledCounter(handled);
  server.addService(bytesService(protos), {
    Check: (call: ServerUnaryCall<Buffer, Buffer>, callback: sendUnaryData<Buffer>) => {
      const answer = handle(call.request, budgetOf(call, settings.decisionTimeout));
      if (answer instanceof Promise) {
        answer.then(
          (bytes) => done(callback, bytes),
          // A defect of the encoder: a call that fails is refused by a gateway that fails closed.
          () => done(callback, null),
        );
      } else done(callback, answer);
    },
  });
  const health = new HealthImplementation({ '': 'NOT_SERVING', [SERVICE_NAME]: 'NOT_SERVING' });
  health.addToServer(server);
  new ReflectionService(protos).addToServer(server);
  const port = await bind(server, settings.address);
  return {
    port,
    setServing(serving) {
      for (const name of ['', SERVICE_NAME])
        health.setStatus(name, serving ? 'SERVING' : 'NOT_SERVING');
    },
    [Symbol.asyncDispose]: () => stop(server, settings.grace),
  };
}

function budgetOf(call: ServerUnaryCall<Buffer, Buffer>, longest: number): number {
  const deadline = call.getDeadline();
  const left = Number(deadline) - Date.now() - ANSWER_TRAVEL;
  return Math.max(1, Math.min(longest, left));
}

function handledCounter(handled: Parameters<typeof startExtAuthz>[2]) {
  const labels = { grpc_type: 'unary', grpc_service: SERVICE_NAME, grpc_method: 'Check' } as const;
  const ok = { ...labels, grpc_code: 'OK' };
  const internal = { ...labels, grpc_code: 'Internal' };
  return (callback: sendUnaryData<Buffer>, bytes: Buffer | null): void => {
    handled.inc(bytes === null ? internal : ok);
    if (bytes === null) callback({ code: status.INTERNAL, details: 'internal' });
    else callback(null, bytes);
  };
}

async function bind(server: Server, address: string): Promise<number> {
  const parsed = parseAddress(address);
  if (parsed.kind === 'unix') await freeSocketPath(parsed.path);
  return new Promise((resolve, reject) => {
    server.bindAsync(address, ServerCredentials.createInsecure(), (error, port) => {
      if (error === null) resolve(port);
      else reject(new ListenError(address, error.message));
    });
  });
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
