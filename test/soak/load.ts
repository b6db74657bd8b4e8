import { readFileSync } from 'node:fs';
import { quantile } from '../../bench/statistics.ts';
import { type Answer, HttpConnection } from './http-connection.ts';
import type { LoadJob, Outcome, PhaseResult } from './load-job.ts';
import { HEAD_BYTES } from './requests.ts';
import { phaseAt } from './timeline.ts';

/**
 * The load, in a process of its own: `node test/soak/load.ts JOB`. An open loop: a request is sent when it is due, whatever became of
 * those before it. Prints `ready`, and at the end the results as JSON.
 */

interface Due {
  readonly at: number;
  readonly valid: boolean;
  readonly request: Buffer;
}

class Tally {
  sent = 0;
  allowed = 0;
  readonly refused: Record<string, number> = {};

  count({ status, reason }: Answer): void {
    this.sent += 1;
    if (status === 200) this.allowed += 1;
    else this.refused[reason] = (this.refused[reason] ?? 0) + 1;
  }

  get outcome(): Outcome {
    return { sent: this.sent, allowed: this.allowed, refused: this.refused };
  }
}

class Load {
  readonly #job: LoadJob;
  readonly #tallies: readonly { valid: Tally; unknown: Tally; latencies: number[] }[];
  readonly #free: HttpConnection[] = [];
  readonly #late: Due[] = [];
  readonly #done = Promise.withResolvers<void>();
  #open = 0;
  #exhausted = false;

  constructor(job: LoadJob) {
    this.#job = job;
    this.#tallies = job.phases.map(() => ({
      valid: new Tally(),
      unknown: new Tally(),
      latencies: [],
    }));
  }

  async run(requests: Iterable<Due>): Promise<readonly PhaseResult[]> {
    const { connections, port } = this.#job;
    for (let index = 0; index < connections; index += 1)
      this.#free.push(await HttpConnection.open(port));
    process.stdout.write('ready\n');
    this.#sendWhenDue(requests[Symbol.iterator]());
    await this.#done.promise;
    for (const connection of this.#free) connection.close();
    return this.#tallies.map(({ valid, unknown, latencies }) => ({
      valid: valid.outcome,
      unknown: unknown.outcome,
      p50: quantile(latencies, 0.5),
      p99: quantile(latencies, 0.99),
    }));
  }

  /** Begins what is due every millisecond. Node's own timers are late by a little; what is due then is sent at once. */
  #sendWhenDue(requests: Iterator<Due>): void {
    let next = requests.next();
    const tick = (): void => {
      const now = this.#now();
      for (; next.done !== true && next.value.at <= now; next = requests.next()) {
        this.#late.push(next.value);
      }
      this.#exhausted = next.done === true;
      this.#flush();
      if (!this.#exhausted) setTimeout(tick, 1);
    };
    tick();
  }

  #now(): number {
    return (performance.timeOrigin + performance.now() - this.#job.beginAt) / 1000;
  }

  #flush(): void {
    while (this.#late.length > 0) {
      const connection = this.#free.pop();
      if (connection === undefined) return;
      const due = this.#late.shift();
      if (due !== undefined) this.#send(connection, due);
    }
    if (this.#exhausted && this.#open === 0) this.#done.resolve();
  }

  #send(connection: HttpConnection, due: Due): void {
    this.#open += 1;
    connection.ask(due.request, (answer) => {
      this.#open -= 1;
      const tally = this.#tallies[phaseAt(this.#job.phases, due.at)];
      tally?.[due.valid ? 'valid' : 'unknown'].count(answer);
      if (due.valid) tally?.latencies.push((this.#now() - due.at) * 1000);
      this.#free.push(connection);
      this.#flush();
    });
  }
}

function* readRequests(path: string): Iterable<Due> {
  const bytes = readFileSync(path);
  for (let at = 0; at < bytes.length; ) {
    const end = at + HEAD_BYTES + bytes.readUInt32LE(at + 9);
    yield {
      at: bytes.readDoubleLE(at),
      valid: bytes.readUInt8(at + 8) === 1,
      request: bytes.subarray(at + HEAD_BYTES, end),
    };
    at = end;
  }
}

const job = JSON.parse(process.argv[2] ?? '') as LoadJob;
const results = await new Load(job).run(readRequests(job.requests));
process.stdout.write(`${JSON.stringify(results)}\n`);
