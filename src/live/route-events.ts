import { hash } from 'node:crypto';
import type { KubeApi } from '../kube/api.ts';
import { KubeError } from '../kube/api.ts';
import type { RouteRef } from '../request/request.ts';
import { objectKey } from '../routes/route-object.ts';

/** Why an Event is written. */
export type EventReason = 'RoutePolicyInvalid' | 'AuthorizationBypassed';

/** What an Event is about: a route object or a Gateway. */
export interface EventSubject extends RouteRef {
  readonly apiVersion: string;
  readonly uid: string;
}

export interface RouteEvent {
  readonly object: EventSubject;
  readonly reason: EventReason;
  readonly message: string;
}

/** Events a second at most: ten thousand wrong objects must not be ten thousand requests at once. */
const INTERVAL = 200;
/** Waiting Events beyond this are dropped; the objects still count in `watchword_routes`. */
const MAX_WAITING = 1_000;
/** The API server's own limit. */
const MAX_MESSAGE_LENGTH = 1_024;

/**
 * Writes Events on route objects and Gateways (core/v1): one for each object and message, however often it is seen and however many replicas see
 * it, since its name is made from both. The cluster forgets Events after an hour; a restart of ours writes them again.
 */
export class RouteEvents implements AsyncDisposable {
  readonly #api: KubeApi;
  readonly #onFailure: (fault: string) => void;
  readonly #stop = new AbortController();
  /** What was written or waits, by object, while it is wrong. */
  readonly #said = new Map<string, string>();
  #waiting: RouteEvent[] = [];
  #timer: NodeJS.Timeout | null = null;

  constructor(api: KubeApi, onFailure: (fault: string) => void) {
    this.#api = api;
    this.#onFailure = onFailure;
  }

  /** Says what is wrong now. What was said before and is still so is not said again. */
  say(events: readonly RouteEvent[]): void {
    const now = new Map(events.map((event) => [keyOf(event), event]));
    for (const key of this.#said.keys()) if (!now.has(key)) this.#said.delete(key);
    for (const [key, event] of now) {
      if (this.#said.get(key) === event.message) continue;
      this.#said.set(key, event.message);
      if (this.#waiting.length < MAX_WAITING) this.#waiting.push(event);
    }
    this.#next();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#waiting = [];
    this.#stop.abort();
    if (this.#timer !== null) clearTimeout(this.#timer);
  }

  #next(): void {
    if (this.#timer !== null || this.#stop.signal.aborted) return;
    const event = this.#waiting.shift();
    if (event === undefined) return;
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.#next();
    }, INTERVAL).unref();
    void this.#write(event);
  }

  async #write(event: RouteEvent): Promise<void> {
    const path = `/api/v1/namespaces/${encodeURIComponent(event.object.namespace)}/events`;
    try {
      await this.#api.json('POST', path, { signal: this.#stop.signal, body: bodyOf(event) });
    } catch (error) {
      // 409: another replica, or this one before a restart, has said it.
      if (error instanceof KubeError && error.status === 409) return;
      if (!this.#stop.signal.aborted) this.#onFailure((error as Error).message);
    }
  }
}

function keyOf({ object, reason }: RouteEvent): string {
  return `${objectKey(object)}/${object.uid}/${reason}`;
}

function bodyOf({ object, reason, message }: RouteEvent): unknown {
  const { kind, apiVersion, namespace, name, uid } = object;
  const text = message.slice(0, MAX_MESSAGE_LENGTH);
  const digest = hash('sha256', JSON.stringify([uid, reason, text]), 'hex').slice(0, 16);
  const now = new Date().toISOString().replace(/\.\d+/, '');
  return {
    apiVersion: 'v1',
    kind: 'Event',
    // 253 characters are the most that a name may have.
    metadata: { namespace, name: `${name.slice(0, 230)}.${digest}` },
    involvedObject: { apiVersion, kind, namespace, name, uid },
    type: 'Warning',
    reason,
    message: text,
    source: { component: 'watchword' },
    reportingComponent: 'watchword',
    firstTimestamp: now,
    lastTimestamp: now,
    count: 1,
  };
}
