import { setTimeout as wait } from 'node:timers/promises';
import { type KubeApi, KubeError } from './api.ts';
import { isRecord, type KubeObject, kubeObject, recordAt, textAt } from './object.ts';
import { apiVersionOf, isServed, list, listPath, type Resource } from './resource.ts';

/** What a reflector tells of its objects. */
export interface ReflectorEvents {
  /** These are all there are. */
  replaced(resource: Resource, objects: readonly KubeObject[]): void;
  changed(object: KubeObject): void;
  removed(object: KubeObject): void;
  /** Once for each failure, and once when it is over. */
  failed(resource: Resource, fault: string): void;
  recovered(resource: Resource): void;
}

/** What is known of a kind. */
export interface ReflectorStatus {
  readonly resource: Resource;
  /** Whether its objects, or that the cluster does not have the kind, were seen once. */
  readonly synced: boolean;
  /** When the view was last known to be current, in milliseconds since the epoch. */
  readonly lastContact: number;
  /** Why it is blind now, or null. */
  readonly fault: string | null;
  /** Since when, in milliseconds since the epoch. A quiet watch has no contact either, so this is not `lastContact`. */
  readonly lostSince: number;
}

export interface ReflectorTimes {
  /** How long one watch lasts, in seconds: the server ends it then, so a longer silence is a dead connection. */
  readonly watch: number;
  /** How much longer than that may pass in silence, in milliseconds. */
  readonly grace: number;
  /** How often a kind that the cluster does not have is looked for, in milliseconds. */
  readonly absent: number;
  /** The longest time between two attempts, in milliseconds. */
  readonly retry: number;
}

export const DEFAULT_TIMES: ReflectorTimes = {
  watch: 30,
  grace: 10_000,
  absent: 10_000,
  retry: 5_000,
};

const FIRST_RETRY = 100;

/**
 * Keeps the objects of one kind as they are in the cluster: a list, then watches that go on from it. Nothing ends it but
 * disposal: after every error the last known objects stay and it tries again. A list is only made anew where the server says that
 * the version is gone (410), so that a restart of the server costs one request.
 */
export class Reflector implements AsyncDisposable {
  readonly #api: KubeApi;
  readonly #resource: Resource;
  readonly #events: ReflectorEvents;
  readonly #times: ReflectorTimes;
  readonly #stop = new AbortController();
  #running: Promise<void> = Promise.resolve();
  #synced = false;
  #lastContact = 0;
  #fault: string | null = null;
  #lostSince = 0;
  #version: string | null = null;
  #failures = 0;

  constructor(
    api: KubeApi,
    resource: Resource,
    events: ReflectorEvents,
    times: ReflectorTimes = DEFAULT_TIMES,
  ) {
    this.#api = api;
    this.#resource = resource;
    this.#events = events;
    this.#times = times;
  }

  start(): void {
    this.#running = this.#run();
  }

  status(): ReflectorStatus {
    return {
      resource: this.#resource,
      synced: this.#synced,
      lastContact: this.#lastContact,
      fault: this.#fault,
      lostSince: this.#lostSince,
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      try {
        await this.#once(signal);
      } catch (error) {
        if (signal.aborted) return;
        this.#noteFailure(error);
        await this.#pause(this.#backoff());
      }
    }
  }

  /** One list where there is no version to go on from, then one watch. */
  async #once(signal: AbortSignal): Promise<void> {
    if (this.#version === null) {
      if (!(await isServed(this.#api, this.#resource, signal))) {
        this.#events.replaced(this.#resource, []);
        this.#noteContact();
        await this.#pause(this.#times.absent);
        return;
      }
      await this.#list(signal);
    }
    const began = performance.now();
    await this.#watch(signal);
    // A server that ends every watch at once is not asked in a loop.
    if (performance.now() - began < FIRST_RETRY) await this.#pause(FIRST_RETRY);
  }

  async #list(signal: AbortSignal): Promise<void> {
    const { items, version } = await list(this.#api, this.#resource, signal);
    const objects = items.flatMap((item) => this.#read(item) ?? []);
    this.#events.replaced(this.#resource, objects);
    this.#version = version;
    this.#noteContact();
    this.#failures = 0;
  }

  async #watch(signal: AbortSignal): Promise<void> {
    const { watch, grace } = this.#times;
    const path = listPath(this.#resource, {
      watch: '1',
      resourceVersion: this.#version ?? '',
      allowWatchBookmarks: 'true',
      timeoutSeconds: String(watch),
    });
    const silence = watch * 1000 + grace;
    const lines = this.#api.lines(path, { signal, silence }, () => this.#noteContact());
    try {
      for await (const line of lines) {
        this.#take(JSON.parse(line) as unknown);
        this.#noteContact();
        this.#failures = 0;
      }
    } catch (error) {
      if (error instanceof KubeError && error.status === 410) this.#version = null;
      // The kind is gone: the next round asks whether the cluster still has it.
      else if (error instanceof KubeError && error.status === 404) this.#version = null;
      throw error;
    }
    this.#noteContact();
    this.#failures = 0;
  }

  #take(event: unknown): void {
    const { type, object } = isRecord(event) ? event : {};
    if (!isRecord(object)) throw new KubeError(0, 'an event without an object');
    if (type === 'ERROR') {
      const code = Number(object['code']);
      throw new KubeError(code, `the watch ended with ${code}`);
    }
    const version = textAt(recordAt(object, 'metadata'), 'resourceVersion');
    const read = type === 'BOOKMARK' ? null : this.#read(object);
    if (read !== null && type === 'DELETED') this.#events.removed(read);
    else if (read !== null) this.#events.changed(read);
    if (version !== null) this.#version = version;
  }

  #read(item: unknown): KubeObject | null {
    return kubeObject(this.#resource.kind, apiVersionOf(this.#resource), item);
  }

  #noteContact(): void {
    this.#lastContact = Date.now();
    this.#synced = true;
    if (this.#fault === null) return;
    this.#fault = null;
    this.#events.recovered(this.#resource);
  }

  #noteFailure(error: unknown): void {
    const { status, message } =
      error instanceof KubeError ? error : { status: 0, message: (error as Error).name };
    // A version that is gone is no failure: the list that follows is.
    if (status === 410) return;
    const fault =
      status === 403 ? 'is forbidden (RBAC)' : status === 401 ? 'is refused the token' : message;
    if (this.#fault === null) this.#lostSince = Date.now();
    if (this.#fault !== fault) this.#events.failed(this.#resource, fault);
    this.#fault = fault;
  }

  /** Doubling from 100 ms, with a random part so that many replicas do not come back as one. */
  #backoff(): number {
    const longest = Math.min(this.#times.retry, FIRST_RETRY * 2 ** this.#failures);
    this.#failures += 1;
    return longest * (0.5 + Math.random() / 2);
  }

  async #pause(milliseconds: number): Promise<void> {
    const { signal } = this.#stop;
    await wait(milliseconds, undefined, { signal, ref: false }).catch(() => undefined);
  }
}
