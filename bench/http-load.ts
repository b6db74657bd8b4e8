import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { HttpConnection } from './http-connection.ts';
import { cpuMicroseconds } from './process-cost.ts';
import { quantile } from './statistics.ts';

/** What the HTTP load is told, as JSON in its first argument. */
export interface HttpLoadJob {
  readonly port: number;
  readonly pid: number;
  /** A JSON list of whole requests. */
  readonly requests: string;
  readonly connections: number;
  readonly warmUp: number;
  readonly seconds: number;
  /** What every answer must begin with. */
  readonly expected: string;
}

/** What it prints, as JSON in one line. CPU in microseconds. */
export interface HttpLoadResult {
  readonly decisions: number;
  readonly serverCpu: number;
  /** Latency in microseconds. */
  readonly p50: number;
  readonly p99: number;
  /** Opened for all decisions, those before the measurement too. */
  readonly connections: number;
}

async function load(job: HttpLoadJob): Promise<HttpLoadResult> {
  const requests = JSON.parse(readFileSync(job.requests, 'utf8')) as readonly string[];
  const failure = Promise.withResolvers<never>();
  let next = 0;
  let decisions = 0;
  let latencies: number[] = [];
  const connections = Array.from({ length: job.connections }, () => {
    let asked = 0;
    const ask = (): void => {
      asked = performance.now();
      connection.ask(requests[next % requests.length] ?? '');
      next += 1;
    };
    const answered = (head: string): void => {
      decisions += 1;
      latencies.push((performance.now() - asked) * 1000);
      if (head.startsWith(job.expected)) ask();
      else failure.reject(new Error(`an answer is ${head.slice(0, 200)}`));
    };
    const connection = new HttpConnection(job.port, answered, failure.reject);
    ask();
    return connection;
  });
  const measured = async (): Promise<HttpLoadResult> => {
    await delay(job.warmUp * 1000);
    const [before, cpu] = [decisions, cpuMicroseconds(job.pid)];
    latencies = [];
    await delay(job.seconds * 1000);
    const seen = latencies;
    return {
      decisions: decisions - before,
      serverCpu: cpuMicroseconds(job.pid) - cpu,
      p50: quantile(seen, 0.5),
      p99: quantile(seen, 0.99),
      connections: connections.length,
    };
  };
  try {
    return await Promise.race([measured(), failure.promise]);
  } finally {
    for (const connection of connections) connection.close();
  }
}

try {
  const result = await load(JSON.parse(process.argv[2] ?? '') as HttpLoadJob);
  process.stdout.write(`${JSON.stringify(result)}\n`);
} catch (error) {
  process.stdout.write(`load: ${(error as Error).message}\n`);
  process.exitCode = 1;
}
