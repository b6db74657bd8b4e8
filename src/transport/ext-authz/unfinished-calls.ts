/** A call whose request has not come whole. */
export interface UnfinishedCall {
  /** Ends the call and lets go of what came of its request. It must take itself out of `UnfinishedCalls`. */
  abandon(why: 'DeadlineExceeded' | 'ResourceExhausted'): void;
}

export interface UnfinishedLimits {
  /** How many there may be; one more ends the oldest. */
  readonly most: number;
  /** How long a request may take to come whole, in milliseconds. It is ended a fifth of that later at most. */
  readonly longest: number;
}

/** Turns of the timer in `longest`. */
const TURNS = 5;

/**
 * The calls of a server whose requests have not come whole: each may hold as much as the largest message, for as long as its
 * caller likes. One timer looks after all of them, since one for each would cost every check. Gateways send a request in one go,
 * so that the oldest is the one to give up: a caller that leaves its requests open ends its own, and nobody else's.
 */
export class UnfinishedCalls implements Disposable {
  readonly #most: number;
  /** With the turn in which each began, oldest first. */
  readonly #calls = new Map<UnfinishedCall, number>();
  readonly #timer: NodeJS.Timeout;
  #turn = 0;

  constructor({ most, longest }: UnfinishedLimits) {
    this.#most = most;
    this.#timer = setInterval(() => this.#endOld(), longest / TURNS).unref();
  }

  /** A call begins. */
  add(call: UnfinishedCall): void {
    if (this.#calls.size >= this.#most) this.#oldest()?.abandon('ResourceExhausted');
    this.#calls.set(call, this.#turn);
  }

  /** A request is whole, or its call over. False where that was known. */
  delete(call: UnfinishedCall): boolean {
    return this.#calls.delete(call);
  }

  #oldest(): UnfinishedCall | undefined {
    return this.#calls.keys().next().value;
  }

  #endOld(): void {
    this.#turn += 1;
    for (const [call, began] of this.#calls) {
      // The turn in which it began was not a whole one.
      if (this.#turn - began <= TURNS) return;
      call.abandon('DeadlineExceeded');
    }
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }
}
