import { Metrics } from '../../src/telemetry/metrics.ts';
import { CallCounters } from '../../src/transport/ext-authz/call-counters.ts';
import type { HandleCheck } from '../../src/transport/ext-authz/handle.ts';
import { type ExtAuthzSettings, startExtAuthz } from '../../src/transport/ext-authz/server.ts';
import { startLean } from '../../src/transport/lean/server.ts';
import { CheckClient } from '../support/check-client.ts';
import { GRPC_SERVER } from '../support/grpc-server.ts';

/** The gRPC server with nothing behind it but a handler of the test's, and a client of it. */
export interface BareServer extends AsyncDisposable {
  readonly port: number;
  readonly client: CheckClient;
  readonly metrics: Metrics;
}

/** The settings of a server that is nobody's. */
export const BARE_SETTINGS: ExtAuthzSettings = {
  address: '127.0.0.1:0',
  certificate: null,
  messageBytes: 65_536,
  unfinished: { most: 256, longest: 5_000, bytes: 24_000_000 },
  unread: { most: 256, longest: 5_000, bytes: 24_000_000 },
  connections: 100,
  calls: 4_000,
  decisionTimeout: 500,
  keepalive: { after: 30_000, patience: 10_000 },
  connectionAge: 3_600_000,
  grace: 500,
};

/** Starts it on a free port. `decisionTimeout` in milliseconds. `own` is laid over the rest of the settings. */
export async function startBareServer(
  handle: HandleCheck,
  decisionTimeout = 500,
  own: Partial<ExtAuthzSettings> = {},
): Promise<BareServer> {
  const metrics = new Metrics();
  const start = GRPC_SERVER === 'lean' ? startLean : startExtAuthz;
  const server = await start(
    { ...BARE_SETTINGS, decisionTimeout, ...own },
    handle,
    new CallCounters(metrics),
  );
  const client = new CheckClient(`127.0.0.1:${server.port}`);
  return {
    port: server.port,
    client,
    metrics,
    [Symbol.asyncDispose]: async () => {
      client[Symbol.dispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}
