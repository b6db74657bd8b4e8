import { setTimeout as delay } from 'node:timers/promises';
import { type Series, samplesOf } from '../server/series.ts';
import type { Instance } from './instance.ts';

/** What an instance told of its keys in one phase. */
export interface KeyStory {
  /** By trigger and result, such as `unknown_kid success`. */
  readonly fetches: Record<string, number>;
  /** By cause. */
  readonly suppressed: Record<string, number>;
  stale: boolean;
  /** False where it was not ready, or not there, at some look. */
  ready: boolean;
}

const INTERVAL = 250;

/** Looks at an instance all the time, since the counters of a process end with it. */
export class Observations {
  /** One for each phase. */
  readonly stories: readonly KeyStory[];
  /** The most fetches that one process made: what the budget limits. */
  mostFetches = 0;
  readonly #instance: Instance;
  readonly #phase: () => number;
  readonly #stop = new AbortController();
  #last: ReadonlyMap<string, number> = new Map();
  #stale = false;

  constructor(instance: Instance, phases: number, phase: () => number) {
    this.#instance = instance;
    this.#phase = phase;
    this.stories = Array.from({ length: phases }, () => ({
      fetches: {},
      suppressed: {},
      stale: false,
      ready: true,
    }));
  }

  /** Whether the keys were stale at the last look. */
  get stale(): boolean {
    return this.#stale;
  }

  async run(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      await this.look();
      await delay(INTERVAL, undefined, { signal }).catch(() => undefined);
    }
  }

  stop(): void {
    this.#stop.abort();
  }

  /** One look, added to the phase that it is in. */
  async look(): Promise<void> {
    const observed = await this.#instance.observe();
    const story = this.stories[this.#phase()];
    if (story === undefined) return;
    if (observed?.ready !== true) story.ready = false;
    if (observed === null) return;
    this.#stale = observed.series.get('watchword_jwks_stale{issuer="main"}') === 1;
    if (this.#stale) story.stale = true;
    this.#add(observed.series, story);
  }

  #add(series: Series, story: KeyStory): void {
    const fetches = samplesOf(series, 'watchword_jwks_fetches_total');
    const suppressed = samplesOf(series, 'watchword_jwks_fetches_suppressed_total');
    const now = new Map([...Object.entries(fetches), ...Object.entries(suppressed)]);
    // A counter that went back belongs to a new process.
    const restarted = [...this.#last].some(([labels, value]) => (now.get(labels) ?? 0) < value);
    if (restarted) this.#last = new Map();
    for (const [labels, value] of Object.entries(fetches)) {
      const { trigger, result } = labelsOf(labels);
      add(story.fetches, `${trigger} ${result}`, value - (this.#last.get(labels) ?? 0));
    }
    for (const [labels, value] of Object.entries(suppressed))
      add(story.suppressed, `${labelsOf(labels)['cause']}`, value - (this.#last.get(labels) ?? 0));
    const total = Object.values(fetches).reduce((sum, value) => sum + value, 0);
    this.mostFetches = Math.max(this.mostFetches, total);
    this.#last = now;
  }
}

function add(counts: Record<string, number>, name: string, more: number): void {
  if (more > 0) counts[name] = (counts[name] ?? 0) + more;
}

function labelsOf(text: string): Readonly<Record<string, string>> {
  return Object.fromEntries(
    [...text.matchAll(/(\w+)="([^"]*)"/g)].map(([, name = '', value = '']) => [name, value]),
  );
}
