import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Child, startChild } from '../deploy/support/child.ts';
import { findEnvoy } from '../deploy/support/find-envoy.ts';
import { freePort } from '../deploy/support/free-port.ts';
import { temporaryFolder } from '../deploy/support/temporary-folder.ts';
import { until } from '../deploy/support/until.ts';
import { CASES } from './cases.ts';
import type { HttpLoadJob, HttpLoadResult } from './http-load.ts';
import type { BenchOptions } from './options.ts';
import { cpuMicroseconds } from './process-cost.ts';
import { serverPlans } from './server-plans.ts';
import { median } from './statistics.ts';
import { AUDIENCE, type BenchIssuer, ISSUER } from './tokens.ts';

/** What a request costs end to end through an Envoy: without a filter, with its own `jwt_authn`, and with Watchword. */

const LOAD = fileURLToPath(new URL('http-load.ts', import.meta.url));
const CONNECTIONS = 32;
const TOKENS = 200;
const FILTERS = ['none', 'jwt_authn', 'watchword'] as const;
type FilterName = (typeof FILTERS)[number];

interface Gateway {
  readonly filter: FilterName;
  readonly envoy: Child;
  readonly port: number;
  readonly rounds: Round[];
}

interface Round extends HttpLoadResult {
  /** CPU of Watchword meanwhile, in microseconds. */
  readonly watchword: number;
}

/** Measures, and gives the lines of a table. */
export async function benchEnvoy(
  options: BenchOptions,
  issuer: BenchIssuer,
): Promise<readonly string[]> {
  await using stack = new AsyncDisposableStack();
  const folder = stack.use(await temporaryFolder('watchword-bench-envoy-')).path;
  await writeFile(join(folder, 'jwks.json'), issuer.jwks);
  const warm = CASES.find(({ name }) => name === 'warm');
  const [plan] = warm === undefined ? [] : await serverPlans(warm, issuer, options, folder);
  if (plan === undefined || plan.command === null) throw new Error('there is no warm case');
  const watchword = stack.use(
    await startChild({ name: 'watchword', command: plan.command, args: plan.args }),
  );
  const [, grpcPort = ''] = await watchword.line(plan.serving);
  const requests = join(folder, 'requests.json');
  const tokens = await issuer.tokens(TOKENS);
  await writeFile(requests, JSON.stringify(tokens.map(requestWith)));
  const binary = await findEnvoy();
  const gateways: Gateway[] = [];
  for (const filter of FILTERS) {
    const port = await freePort();
    const config = join(folder, `${filter}.json`);
    await writeFile(
      config,
      JSON.stringify(bootstrap(filter, port, Number(grpcPort), join(folder, 'jwks.json'))),
    );
    const args = [
      '-c',
      config,
      '--concurrency',
      '1',
      '--disable-hot-restart',
      '--log-level',
      'error',
    ];
    const envoy = stack.use(await startChild({ name: `envoy, ${filter}`, command: binary, args }));
    await until(`an answer through ${filter}`, () => answers(port, tokens[0] ?? ''));
    gateways.push({ filter, envoy, port, rounds: [] });
  }
  for (let round = 0; round < options.rounds; round += 1) {
    for (const gateway of gateways)
      gateway.rounds.push(await load(gateway, watchword.pid, requests, options));
  }
  return table(gateways, options);
}

function table(gateways: readonly Gateway[], { seconds }: BenchOptions): readonly string[] {
  const cells = gateways.map(({ filter, rounds }) => {
    const of = (value: (round: Round) => number) => median(rounds.map(value));
    return [
      filter.padEnd(13),
      of(({ serverCpu, decisions }) => serverCpu / decisions)
        .toFixed(1)
        .padStart(20),
      (filter === 'watchword'
        ? of(({ watchword, decisions }) => watchword / decisions).toFixed(1)
        : '-'
      ).padStart(24),
      of(({ decisions }) => decisions / seconds)
        .toFixed(0)
        .padStart(10),
      of(({ p50 }) => p50 / 1000)
        .toFixed(2)
        .padStart(7),
      of(({ p99 }) => p99 / 1000)
        .toFixed(2)
        .padStart(7),
    ].join('  ');
  });
  const head = [
    'through Envoy',
    'Envoy CPU us/request',
    'Watchword CPU us/request',
    'requests/s',
    ' p50 ms',
    ' p99 ms',
  ];
  return [head.join('  '), ...cells];
}

function requestWith(token: string): string {
  return [
    'GET /orders/42?expand=lines HTTP/1.1',
    'Host: orders.example.com',
    `Authorization: Bearer ${token}`,
    'Accept: application/json, text/plain, */*',
    'Accept-Language: en-GB,en;q=0.9',
    'User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
    '',
    '',
  ].join('\r\n');
}

async function answers(port: number, token: string): Promise<true | undefined> {
  try {
    const headers = { authorization: `Bearer ${token}`, host: 'orders.example.com' };
    const { status } = await fetch(`http://127.0.0.1:${port}/orders/42`, { headers });
    // `fetch` does not let its caller name a host, so Watchword may find no pipeline: it has answered all the same.
    return status < 500 ? true : undefined;
  } catch {
    return undefined;
  }
}

async function load(
  { port, envoy, filter }: Gateway,
  watchword: number,
  requests: string,
  { warmUp, seconds }: BenchOptions,
): Promise<Round> {
  const job: HttpLoadJob = {
    ...{ port, pid: envoy.pid, requests, connections: CONNECTIONS, warmUp, seconds },
    expected: 'HTTP/1.1 200 OK\r\n',
  };
  const before = cpuMicroseconds(watchword);
  await using driver = await startChild({
    ...{ name: 'the load', command: process.execPath, args: [LOAD, JSON.stringify(job)] },
  });
  const end = await driver.ended;
  const line = driver.lastLines().at(-1) ?? '';
  if (end !== 'exit code 0') throw new Error(`${filter}: ${line}`);
  const result = JSON.parse(line) as HttpLoadResult;
  // Of the warm-up too, and so by its share of the calls.
  const share = seconds / (seconds + warmUp);
  return { ...result, watchword: (cpuMicroseconds(watchword) - before) * share };
}

const EXTENSION = 'type.googleapis.com/envoy.extensions';

function bootstrap(filter: FilterName, port: number, authz: number, jwks: string): object {
  const router = {
    name: 'envoy.filters.http.router',
    typed_config: { '@type': `${EXTENSION}.filters.http.router.v3.Router` },
  };
  const virtualHost = {
    ...{ name: 'all', domains: ['*'] },
    routes: [{ match: { prefix: '/' }, direct_response: { status: 200 } }],
  };
  const manager = {
    '@type': `${EXTENSION}.filters.network.http_connection_manager.v3.HttpConnectionManager`,
    stat_prefix: 'in',
    http_filters: [...filtersOf(filter, jwks), router],
    route_config: { virtual_hosts: [virtualHost] },
  };
  const filters = [
    { name: 'envoy.filters.network.http_connection_manager', typed_config: manager },
  ];
  return {
    static_resources: {
      listeners: [{ address: addressOf(port), filter_chains: [{ filters }] }],
      clusters: [authzCluster(authz)],
    },
  };
}

function addressOf(port: number): object {
  return { socket_address: { address: '127.0.0.1', port_value: port } };
}

function authzCluster(port: number): object {
  const endpoints = [{ lb_endpoints: [{ endpoint: { address: addressOf(port) } }] }];
  return {
    ...{ name: 'watchword', connect_timeout: '1s', type: 'STATIC' },
    typed_extension_protocol_options: {
      'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': {
        '@type': `${EXTENSION}.upstreams.http.v3.HttpProtocolOptions`,
        explicit_http_config: { http2_protocol_options: {} },
      },
    },
    load_assignment: { cluster_name: 'watchword', endpoints },
  };
}

function filtersOf(filter: FilterName, jwks: string): readonly object[] {
  switch (filter) {
    case 'none':
      return [];
    case 'jwt_authn': {
      const provider = {
        ...{ issuer: ISSUER, audiences: [AUDIENCE], forward: true },
        claim_to_headers: [{ header_name: 'x-auth-subject', claim_name: 'sub' }],
        jwt_cache_config: { jwt_cache_size: 1_000 },
        local_jwks: { filename: jwks },
      };
      const typed_config = {
        '@type': `${EXTENSION}.filters.http.jwt_authn.v3.JwtAuthentication`,
        providers: { bench: provider },
        rules: [{ match: { prefix: '/' }, requires: { provider_name: 'bench' } }],
      };
      return [{ name: 'envoy.filters.http.jwt_authn', typed_config }];
    }
    case 'watchword': {
      const typed_config = {
        '@type': `${EXTENSION}.filters.http.ext_authz.v3.ExtAuthz`,
        ...{ transport_api_version: 'V3', failure_mode_allow: false },
        grpc_service: { timeout: '2s', envoy_grpc: { cluster_name: 'watchword' } },
      };
      return [{ name: 'envoy.filters.http.ext_authz', typed_config }];
    }
  }
}
