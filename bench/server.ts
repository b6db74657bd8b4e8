import { setTimeout as delay } from 'node:timers/promises';
import { type Child, startChild } from '../deploy/support/child.ts';
import { until } from '../deploy/support/until.ts';
import { readVerdict, type Verdict } from './check-messages.ts';
import { Http2Connection } from './http2-connection.ts';
import { residentMemory } from './process-cost.ts';

export type ServerName = 'watchword' | 'lean' | 'one of each' | 'empty' | 'empty Go' | 'rival';

/** How to start a server, and what it must answer. */
export interface ServerPlan {
  readonly name: ServerName;
  /** Null where somebody else has started it. */
  readonly command: string | null;
  readonly args: readonly string[];
  /** The line that it prints when it serves: the first group is its port, the second the port of its metrics if it has any. */
  readonly serving: RegExp;
  /** `unix:/PATH`, or null where it listens on the port that it prints. */
  readonly socket: string | null;
  readonly verdict: Verdict;
}

/** A server that has answered once. Disposing of it stops it. */
export interface RunningServer extends AsyncDisposable {
  readonly plan: ServerPlan;
  /** Null where somebody else has started it. */
  readonly child: Child | null;
  /** `HOST:PORT` or `unix:/PATH`. */
  readonly address: string;
  readonly metricsPort: number | null;
  /** From the start of the process to its first right answer, in milliseconds; NaN where that is not known. */
  readonly ready: number;
  /** Resident memory half a second after that, in bytes; NaN where that is not known. */
  readonly idle: number;
}

/** Before the memory of a server at rest is read, in milliseconds. */
const REST = 500;

/** Starts a server and waits for its first right answer to this question. */
export async function startServer(plan: ServerPlan, httpCheck: Buffer): Promise<RunningServer> {
  const { name, command, args, serving, socket, verdict } = plan;
  if (command === null) return rivalOf(plan, httpCheck);
  const began = performance.now();
  const child = await startChild({ name, command, args });
  try {
    const [, port = '', metricsPort] = await child.line(serving);
    const address = socket ?? `127.0.0.1:${port}`;
    await rightAnswer(name, address, verdict, httpCheck);
    const ready = performance.now() - began;
    await delay(REST);
    return {
      plan,
      child,
      address,
      metricsPort: metricsPort === undefined ? null : Number(metricsPort),
      ready,
      idle: residentMemory(child.pid).now,
      [Symbol.asyncDispose]: () => child[Symbol.asyncDispose](),
    };
  } catch (error) {
    await child[Symbol.asyncDispose]();
    throw error;
  }
}

async function rivalOf(plan: ServerPlan, httpCheck: Buffer): Promise<RunningServer> {
  const address = plan.socket ?? '';
  await rightAnswer(plan.name, address, plan.verdict, httpCheck);
  return {
    ...{ plan, child: null, address, metricsPort: null, ready: Number.NaN, idle: Number.NaN },
    [Symbol.asyncDispose]: async () => undefined,
  };
}

function rightAnswer(
  name: ServerName,
  address: string,
  verdict: Verdict,
  httpCheck: Buffer,
): Promise<true> {
  return until(`a right answer of ${name}`, async () => {
    const said = await ask(address, httpCheck);
    return said.code === verdict.code && said.reason === verdict.reason ? true : undefined;
  });
}

/** One call on a connection of its own. */
async function ask(address: string, httpCheck: Buffer): Promise<Verdict> {
  const { promise, resolve, reject } = Promise.withResolvers<Verdict>();
  const answered = (_tag: number, message: Buffer): void => resolve(readVerdict(message));
  const connection = await Http2Connection.open(address, { answered, failed: reject });
  try {
    connection.call(httpCheck, 0);
    return await promise;
  } finally {
    connection.close();
  }
}
