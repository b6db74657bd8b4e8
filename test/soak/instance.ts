import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PROGRAM } from '../../deploy/demo/stack.ts';
import { type Child, startChild } from '../../deploy/support/child.ts';
import { until } from '../../deploy/support/until.ts';
import { readSeries, type Series } from '../server/series.ts';
import { ISS } from './issuer.ts';

export interface InstanceSettings {
  /** `one` or `two`. */
  readonly name: string;
  readonly folder: string;
  readonly grpc: number;
  readonly admin: number;
  /** `iss` of its issuer; default: that of `startIssuer`. */
  readonly iss?: string;
  /** `keys` of its issuer. */
  readonly keys: Readonly<Record<string, unknown>>;
}

/** What an instance says of itself at a moment; null while it does not answer. */
export interface Observed {
  readonly ready: boolean;
  readonly series: Series;
}

/** One Watchword: the built program in a process of its own. */
export class Instance implements AsyncDisposable {
  readonly name: string;
  readonly grpc: number;
  readonly #folder: string;
  readonly #configuration: string;
  readonly #admin: string;
  #child: Child | null = null;

  private constructor({ name, folder, grpc, admin }: InstanceSettings) {
    this.name = name;
    this.grpc = grpc;
    this.#folder = folder;
    this.#configuration = join(folder, `${name}.json`);
    this.#admin = `http://127.0.0.1:${admin}`;
  }

  /** Starts it and waits until it is ready. */
  static async start(settings: InstanceSettings): Promise<Instance> {
    const instance = new Instance(settings);
    await writeFile(instance.#configuration, JSON.stringify(configurationOf(settings)));
    await instance.#start();
    await until(`the readiness of instance ${instance.name}`, async () => {
      if (instance.#child?.isRunning() === false)
        throw instance.#child.complaint('did not become ready');
      return (await instance.observe())?.ready ? true : undefined;
    });
    return instance;
  }

  /** SIGTERM, the end of the process, and a new one. Does not wait for its readiness: the gateway does. */
  async restart(): Promise<void> {
    await this[Symbol.asyncDispose]();
    await this.#start();
  }

  async observe(): Promise<Observed | null> {
    try {
      const signal = AbortSignal.timeout(2_000);
      const [ready, metrics] = await Promise.all(
        ['/readyz', '/metrics'].map((path) => fetch(`${this.#admin}${path}`, { signal })),
      );
      await ready?.body?.cancel();
      return { ready: ready?.ok ?? false, series: readSeries((await metrics?.text()) ?? '') };
    } catch {
      return null;
    }
  }

  async #start(): Promise<void> {
    this.#child = await startChild({
      name: `instance ${this.name}`,
      command: process.execPath,
      args: [PROGRAM, 'serve', '--config', this.#configuration],
      logFile: join(this.#folder, `${this.name}-${Date.now()}.log`),
      grace: 20_000,
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#child?.[Symbol.asyncDispose]();
    this.#child = null;
  }
}

function configurationOf({ grpc, admin, iss = ISS, keys }: InstanceSettings): object {
  return {
    listen: { grpc: `127.0.0.1:${grpc}`, admin: `127.0.0.1:${admin}` },
    // Longer than Envoy takes to ask for its health.
    shutdown: { delay: '2s', grace: '5s' },
    issuers: [{ name: 'main', issuer: iss, audiences: ['http://orders'], keys }],
    pipelines: [
      {
        name: 'orders',
        match: [{ paths: ['/**'] }],
        require: { scopes: { all: ['read:orders'] } },
      },
    ],
  };
}
