import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { readVerdict } from './check-messages.ts';
import { type ConnectionEvents, Http2Connection } from './http2-connection.ts';
import type { LoadJob, LoadResult } from './load-job.ts';
import { cpuMicroseconds } from './process-cost.ts';
import { quantile } from './statistics.ts';

/**
 * The load, in a process of its own: `node bench/load.ts JOB`. Prints a `LoadResult`, or one line that says what was wrong, with exit
 * code 1.
 */

/** Every so many answers one is decoded. A prime, so that all tokens have their turn. */
const DECODE_EVERY = 17;
const GRPC_PREFIX_BYTES = 5;

class Load {
  readonly #job: LoadJob;
  readonly #requests: readonly Buffer[];
  readonly #connections: Http2Connection[] = [];
  /** When the call with a tag was due; tags are reused. */
  readonly #began: number[] = [];
  readonly #freeTags: number[] = [];
  readonly #failure = Promise.withResolvers<never>();
  #next: number;
  #answers = 0;
  #decoded = 0;
  #stopped = false;
  #latencies: number[] = [];

  constructor(job: LoadJob) {
    this.#job = job;
    this.#requests = readRequests(job.requests);
    this.#next = job.first;
  }

  async run(): Promise<LoadResult> {
    try {
      return await Promise.race([this.#runToTheEnd(), this.#failure.promise]);
    } finally {
      this.#stopped = true;
      for (const connection of this.#connections) connection.close();
    }
  }

  async #runToTheEnd(): Promise<LoadResult> {
    const { address, connections, inFlight, rate, warmUp, seconds } = this.#job;
    const events = this.#events();
    for (let index = 0; index < connections; index += 1) {
      this.#connections.push(await Http2Connection.open(address, events));
    }
    if (rate !== null) this.#beginAtRate(rate);
    else for (let index = 0; index < inFlight; index += 1) this.#begin(performance.now());
    await delay(warmUp * 1000);
    const result = await this.#measure(seconds);
    if (result.decoded === 0) throw new Error(`${result.calls} answers came, none was decoded`);
    return result;
  }

  async #measure(seconds: number): Promise<LoadResult> {
    this.#latencies = [];
    this.#decoded = 0;
    const [cpuBefore, ownBefore, began] = [
      this.#serverCpu(),
      process.cpuUsage(),
      performance.now(),
    ];
    await delay(seconds * 1000);
    const serverCpu = this.#serverCpu() - cpuBefore;
    const own = process.cpuUsage(ownBefore);
    const latencies = this.#latencies;
    this.#latencies = [];
    return {
      calls: latencies.length,
      seconds: (performance.now() - began) / 1000,
      serverCpu,
      loadCpu: own.user + own.system,
      p50: quantile(latencies, 0.5),
      p99: quantile(latencies, 0.99),
      decoded: this.#decoded,
      next: this.#next,
    };
  }

  #serverCpu(): number {
    const { pid } = this.#job;
    return pid === null ? 0 : cpuMicroseconds(pid);
  }

  /** Begins what is due every millisecond. A late call counts from when it was due, or a slow server would hide its own latency. */
  #beginAtRate(rate: number): void {
    const start = performance.now();
    let begun = 0;
    const tick = (): void => {
      if (this.#stopped) return;
      const due = ((performance.now() - start) / 1000) * rate;
      for (; begun < due; begun += 1) this.#begin(start + (begun / rate) * 1000);
      setTimeout(tick, 1);
    };
    tick();
  }

  #begin(due: number): void {
    const tag = this.#freeTags.pop() ?? this.#began.length;
    this.#began[tag] = due;
    this.#connections[tag % this.#connections.length]?.call(this.#nextRequest(), tag);
  }

  #nextRequest(): Buffer {
    const request = this.#requests[this.#next];
    this.#next = (this.#next + 1) % this.#requests.length;
    if (request === undefined) throw new Error(`${this.#job.requests} has no requests`);
    return request;
  }

  #events(): ConnectionEvents {
    return {
      answered: (tag, message) => {
        const now = performance.now();
        this.#latencies.push((now - (this.#began[tag] ?? now)) * 1000);
        this.#answers += 1;
        if (this.#answers % DECODE_EVERY === 0) this.#decode(message);
        this.#freeTags.push(tag);
        if (this.#job.rate === null && !this.#stopped) this.#begin(now);
      },
      failed: this.#failure.reject,
    };
  }

  #decode(message: Buffer): void {
    const { code, reason } = readVerdict(message);
    const wanted = this.#job.verdict;
    this.#decoded += 1;
    if (code !== wanted.code || reason !== wanted.reason) {
      const said = `code ${code}, reason ${reason}`;
      const should = `code ${wanted.code}, reason ${wanted.reason}`;
      this.#failure.reject(new Error(`an answer has ${said}; it should have ${should}`));
    }
  }
}

function readRequests(file: string): readonly Buffer[] {
  const bytes = readFileSync(file);
  const requests: Buffer[] = [];
  for (let at = 0; at < bytes.length; ) {
    const end = at + GRPC_PREFIX_BYTES + bytes.readUInt32BE(at + 1);
    requests.push(bytes.subarray(at, end));
    at = end;
  }
  return requests;
}

try {
  const result = await new Load(JSON.parse(process.argv[2] ?? '') as LoadJob).run();
  process.stdout.write(`${JSON.stringify(result)}\n`);
} catch (error) {
  process.stdout.write(`load: ${(error as Error).message}\n`);
  process.exitCode = 1;
}
