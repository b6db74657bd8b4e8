import { whenReady } from '../base/deferred.ts';
import { startWithoutTokens } from '../base/redact.ts';
import type { Wrap } from '../check/check.ts';
import { isRefusal, type Refusal } from '../check/decision.ts';
import { withoutQuery } from '../policy/path.ts';
import type { Request } from '../request/request.ts';
import { objectKey } from '../routes/route-object.ts';
import type { RecentRefusal, Refusals } from './api.ts';

/** Refusals that are kept. */
const KEPT = 200;
/** Refusals that are kept of one second: a flood must not cost more than its decisions. */
const A_SECOND = 50;
/** Longest text of a request that is kept, in characters. */
const MAX_TEXT = 512;

/** The latest refusals, without what looks like a token. */
export class RecentRefusals {
  readonly #now: () => number;
  readonly #kept: RecentRefusal[] = [];
  #next = 0;
  #second = 0;
  #inSecond = 0;
  #notKept = 0;

  /** `now` in milliseconds since the epoch. */
  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  /** Hears of every decision; one that allows costs a comparison. */
  readonly remembered: Wrap = (next) => (request, budget) =>
    whenReady(next(request, budget), (decision) => {
      if (isRefusal(decision)) this.#remember(request, decision);
      return decision;
    });

  shown(): Refusals {
    const latest = [
      ...this.#kept.slice(0, this.#next).reverse(),
      ...this.#kept.slice(this.#next).reverse(),
    ];
    return { refusals: latest, notKept: this.#notKept };
  }

  #remember(request: Request | null, refusal: Refusal): void {
    const at = this.#now();
    const second = Math.floor(at / 1000);
    if (second !== this.#second) this.#inSecond = 0;
    this.#second = second;
    this.#inSecond += 1;
    if (this.#inSecond > A_SECOND) {
      this.#notKept += 1;
      return;
    }
    this.#kept[this.#next] = recordOf(request, refusal, at);
    this.#next = (this.#next + 1) % KEPT;
  }
}

function recordOf(request: Request | null, refusal: Refusal, at: number): RecentRefusal {
  const { outcome, reason, pipeline, issuer, detail, route } = refusal;
  return {
    at,
    outcome,
    reason,
    mode: pipeline?.mode ?? 'enforce',
    pipeline: pipeline?.name ?? null,
    route: route === undefined ? null : objectKey(route),
    issuer,
    detail: startWithoutTokens(detail, MAX_TEXT),
    method: request === null ? null : startWithoutTokens(request.method, MAX_TEXT),
    host: request === null ? null : startWithoutTokens(request.host, MAX_TEXT),
    path: request === null ? null : startWithoutTokens(withoutQuery(request.path), MAX_TEXT),
    request:
      request === null || request.id === '' ? null : startWithoutTokens(request.id, MAX_TEXT),
  };
}
