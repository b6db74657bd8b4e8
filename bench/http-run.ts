import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { type Child, startChild } from '../deploy/support/child.ts';
import { temporaryFolder } from '../deploy/support/temporary-folder.ts';
import type { HttpLoadJob, HttpLoadResult } from './http-load.ts';
import { type BenchOptions, readOptions, USAGE } from './options.ts';
import { median } from './statistics.ts';
import { AUDIENCE, BenchIssuer, ISSUER } from './tokens.ts';

/**
 * What a warm decision costs over HTTP, beside a node:http server that reads nothing and answers the same bytes.
 * `node bench/http-run.ts [--quick]`; the options are those of the other bench.
 */

const HERE = fileURLToPath(new URL('.', import.meta.url));
const TOKENS = 200;
const CONNECTIONS = 32;
const CONVENTIONS = ['nginx', 'traefik', 'envoy'] as const;
type ConventionName = (typeof CONVENTIONS)[number];

interface Server {
  readonly child: Child;
  readonly port: number;
  readonly expected: string;
}

/** Gives the CPU of a decision as a ratio to that of the empty server, by convention. */
export async function benchHttp(
  options: BenchOptions,
  print: (line: string) => void,
): Promise<ReadonlyMap<string, number>> {
  const ratios = new Map<string, number>();
  await using folder = await temporaryFolder('watchword-bench-http-');
  const issuer = await BenchIssuer.create();
  const tokens = await issuer.tokens(TOKENS);
  await using watchword = await startServer(
    [options.server, 'serve', '--config', await writeConfiguration(issuer, folder.path)],
    /"httpPort":(\d+)/,
    options,
  );
  print('HTTP      server     CPU us/decision  x empty  decisions/s  connections');
  for (const convention of CONVENTIONS) {
    const requests = join(folder.path, `${convention}.json`);
    await writeFile(requests, JSON.stringify(tokens.map((one) => httpCheck(convention, one))));
    const headers = await headersOf(watchword.port, httpCheck(convention, tokens[0] ?? ''));
    await using empty = await startServer(
      [join(HERE, 'http-empty-server.js'), JSON.stringify(headers)],
      /^serving on port (\d+)$/,
      options,
    );
    const expected = 'HTTP/1.1 200 OK\r\nwatchword-reason: verified\r\n';
    const servers = [watchword, empty].map((one): Server => ({ ...one, expected }));
    const rounds: HttpLoadResult[][] = [];
    for (let round = 0; round < options.rounds; round += 1) {
      const results: HttpLoadResult[] = [];
      for (const server of servers) results.push(await load(server, requests, options));
      rounds.push(results);
    }
    for (const line of linesOf(convention, rounds, options.seconds)) print(line);
    ratios.set(convention, median(rounds.map((round) => cpuOf(round[0]) / cpuOf(round[1]))));
  }
  return ratios;
}

function linesOf(
  convention: ConventionName,
  rounds: readonly (readonly HttpLoadResult[])[],
  seconds: number,
): readonly string[] {
  return ['watchword', 'empty'].map((name, index) => {
    const of = (value: (round: readonly HttpLoadResult[]) => number) => median(rounds.map(value));
    return [
      (index === 0 ? convention : '').padEnd(8),
      name.padEnd(9),
      of((round) => cpuOf(round[index]))
        .toFixed(1)
        .padStart(15),
      of((round) => cpuOf(round[index]) / cpuOf(round[1]))
        .toFixed(2)
        .padStart(7),
      of((round) => (round[index]?.decisions ?? 0) / seconds)
        .toFixed(0)
        .padStart(11),
      of((round) => round[index]?.connections ?? 0)
        .toFixed(0)
        .padStart(11),
    ].join('  ');
  });
}

function cpuOf(one: HttpLoadResult | undefined): number {
  return one === undefined ? Number.NaN : one.serverCpu / one.decisions;
}

/** What each gateway sends with a request of a browser-like client: the same 14 headers, and its own. */
function httpCheck(convention: ConventionName, token: string): string {
  const own = {
    nginx: ['Host: orders.example.com', 'X-Original-Method: GET', 'X-Original-URI: /orders/1'],
    traefik: [
      ...['Host: watchword', 'X-Forwarded-Method: GET', 'X-Forwarded-Host: orders.example.com'],
      ...['X-Forwarded-Uri: /orders/1', 'X-Forwarded-Proto: https', 'X-Forwarded-For: 10.0.0.1'],
    ],
    envoy: ['Host: orders.example.com', 'x-envoy-internal: true', 'content-length: 0'],
  }[convention];
  const target = convention === 'envoy' ? '/auth/envoy/-/orders/1' : `/auth/${convention}/-`;
  return [
    `GET ${target} HTTP/1.1`,
    ...own,
    `Authorization: Bearer ${token}`,
    'User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
    'Accept: application/json',
    'Accept-Language: en-US,en;q=0.5',
    'Accept-Encoding: gzip, deflate, br',
    'X-Request-Id: 2f0c8f9e-6f0e-4e39-8d51-1b6a0a2a7c11',
    '',
    '',
  ].join('\r\n');
}

/** The headers of a right answer, in turns, without those that node:http writes by itself. */
async function headersOf(port: number, request: string): Promise<readonly string[]> {
  const { HttpConnection } = await import('./http-connection.ts');
  const head = await new Promise<string>((resolve, reject) => {
    const connection = new HttpConnection(
      port,
      (answer) => {
        connection.close();
        resolve(answer);
      },
      reject,
    );
    connection.ask(request);
  });
  return head
    .split('\r\n')
    .slice(1)
    .filter((line) => line !== '' && !/^(?:Date|Connection|Keep-Alive):/.test(line))
    .flatMap((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]);
}

async function startServer(args: readonly string[], serving: RegExp, options: BenchOptions) {
  const child = await startChild({
    name: 'a server',
    command: process.execPath,
    args: [...options.nodeFlags, ...args],
  });
  const [, port] = await child.line(serving);
  return { child, port: Number(port), [Symbol.asyncDispose]: () => child[Symbol.asyncDispose]() };
}

async function load(
  { child, port, expected }: Server,
  requests: string,
  { warmUp, seconds }: BenchOptions,
): Promise<HttpLoadResult> {
  const job: HttpLoadJob = {
    ...{ port, pid: child.pid, requests, connections: CONNECTIONS },
    ...{ warmUp, seconds, expected },
  };
  await using driver = await startChild({
    name: 'the load',
    command: process.execPath,
    args: [join(HERE, 'http-load.ts'), JSON.stringify(job)],
  });
  const end = await driver.ended;
  const line = driver.lastLines().at(-1) ?? '';
  if (end !== 'exit code 0') throw new Error(line);
  return JSON.parse(line) as HttpLoadResult;
}

/** The tutorial's pipeline, as in the other bench, with the HTTP listener. */
async function writeConfiguration(issuer: BenchIssuer, folder: string): Promise<string> {
  const configuration = join(folder, 'configuration');
  await mkdir(configuration, { recursive: true });
  await writeFile(join(folder, 'jwks.json'), issuer.jwks);
  await writeFile(
    join(configuration, 'watchword.yaml'),
    `listen: { grpc: '127.0.0.1:0', admin: '127.0.0.1:0', http: '127.0.0.1:0' }
issuers:
  - name: bench
    issuer: ${ISSUER}
    audiences: [${AUDIENCE}]
    keys: { file: ../jwks.json }
pipelines:
  - name: billings
    match: [{ hosts: [orders.example.com], paths: ['/orders/**'] }]
    require: { scopes: { all: [read:orders] } }
    forward: { headers: { x-auth-subject: sub, x-auth-scope: scope } }
`,
  );
  return configuration;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  process.chdir(join(HERE, '..'));
  const print = (line: string): void => void process.stdout.write(`${line}\n`);
  try {
    const options = readOptions(process.argv.slice(2));
    if (options === null) print(USAGE);
    else await benchHttp(options, print);
  } catch (error) {
    process.stderr.write(`bench: ${(error as Error).message}\n`);
    process.exitCode = 1;
  }
}
