/** How many fetches there are at a time. */
export interface FetchPlaces {
  /** Over all origins: a thousand issuers at a start must not be a thousand connections. */
  readonly all: number;
  /** Of one origin: the tenants of one that hangs must not take every place. */
  readonly ofOrigin: number;
  /** How long a fetch keeps its place, in milliseconds. It goes on without one, and the next begins: who hangs keeps nobody waiting. */
  readonly hold: number;
}

interface Waiting {
  readonly origin: string;
  readonly begin: () => void;
}

/** Lets a few fetches run at a time, in the order in which they came as far as their origins have room. */
export class FetchQueue {
  readonly #places: FetchPlaces;
  readonly #running = new Map<string, number>();
  #held = 0;
  #waiting: readonly Waiting[] = [];

  constructor(places: FetchPlaces) {
    this.#places = places;
  }

  async run<T>(origin: string, work: () => Promise<T>): Promise<T> {
    if (!this.#hasRoom(origin)) {
      await new Promise<void>((begin) => {
        this.#waiting = [...this.#waiting, { origin, begin }];
      });
    } else this.#take(origin);
    const giveBack = once(() => {
      this.#held -= 1;
      this.#next();
    });
    const timer = setTimeout(giveBack, this.#places.hold).unref();
    try {
      return await work();
    } finally {
      clearTimeout(timer);
      const left = (this.#running.get(origin) ?? 1) - 1;
      if (left === 0) this.#running.delete(origin);
      else this.#running.set(origin, left);
      giveBack();
      this.#next();
    }
  }

  #hasRoom(origin: string): boolean {
    const { all, ofOrigin } = this.#places;
    return this.#held < all && (this.#running.get(origin) ?? 0) < ofOrigin;
  }

  #take(origin: string): void {
    this.#held += 1;
    this.#running.set(origin, (this.#running.get(origin) ?? 0) + 1);
  }

  /** Begins whatever has room now. A place is taken here, so that nobody comes between. */
  #next(): void {
    const left: Waiting[] = [];
    for (const one of this.#waiting) {
      if (this.#hasRoom(one.origin)) {
        this.#take(one.origin);
        one.begin();
      } else left.push(one);
    }
    this.#waiting = left;
  }
}

function once(work: () => void): () => void {
  let isDone = false;
  return () => {
    if (isDone) return;
    isDone = true;
    work();
  };
}
