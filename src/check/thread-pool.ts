/** Some work of one issuer that waits for a thread. */
interface Job {
  begin(): Promise<void>;
  refuse(): void;
}

interface Line {
  readonly issuer: string;
  readonly jobs: Job[];
}

/** Of the four threads of Node's pool: the others read files and look up the hosts of issuers meanwhile. */
const AT_ONCE = 2;

/**
 * Work for Node's thread pool, a little at a time, one issuer after the other: a flood of tokens of one issuer takes as many turns as a
 * single token of another. Where more waits than may, the newest of the longest line is refused.
 */
export class ThreadPool {
  readonly #limit: number;
  readonly #lines: Line[] = [];
  #running = 0;
  #waiting = 0;

  /** `limit` is how much may wait or run, over all issuers. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Does the work when its turn comes, or gives null where it is refused. */
  run<T>(issuer: string, work: () => Promise<T>): Promise<T | null> {
    if (this.#running + this.#waiting >= this.#limit && !this.#makePlaceFor(issuer))
      return Promise.resolve(null);
    return new Promise((resolve, reject) => {
      this.#lineOf(issuer).push({
        begin: () => work().then(resolve, reject),
        refuse: () => resolve(null),
      });
      this.#waiting += 1;
      this.#beginNext();
    });
  }

  #lineOf(issuer: string): Job[] {
    const found = this.#lines.find((line) => line.issuer === issuer);
    if (found !== undefined) return found.jobs;
    const jobs: Job[] = [];
    this.#lines.push({ issuer, jobs });
    return jobs;
  }

  #beginNext(): void {
    while (this.#running < AT_ONCE) {
      const line = this.#lines.shift();
      const job = line?.jobs.shift();
      if (line === undefined || job === undefined) return;
      if (line.jobs.length > 0) this.#lines.push(line);
      this.#waiting -= 1;
      this.#running += 1;
      void job.begin().then(() => {
        this.#running -= 1;
        this.#beginNext();
      });
    }
  }

  /** Takes a place from an issuer that has two more waiting than this one; false where none has. */
  #makePlaceFor(issuer: string): boolean {
    const own = this.#lines.find((line) => line.issuer === issuer)?.jobs.length ?? 0;
    const longest = this.#lines.reduce<Job[]>(
      (jobs, line) => (line.jobs.length > jobs.length ? line.jobs : jobs),
      [],
    );
    if (longest.length < own + 2) return false;
    longest.pop()?.refuse();
    this.#waiting -= 1;
    return true;
  }
}
