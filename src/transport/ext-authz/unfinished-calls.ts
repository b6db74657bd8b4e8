/** A call whose request has not come whole. */
export interface UnfinishedCall {
  /** Ends the call and lets go of what came of its request. It must take itself out of `UnfinishedCalls`. */
  abandon(why: 'DeadlineExceeded' | 'ResourceExhausted'): void;
}

export interface UnfinishedLimits {
  /** How many there may be for long: one more ends the oldest, where that began a turn ago or earlier. */
  readonly most: number;
  /** How long a request may take to come whole, in milliseconds. It is ended a fifth of that later at most. */
  readonly longest: number;
}

/** Turns of the timer in `longest`. */
const TURNS = 5;
/** Turns after which a call may be ended for others; the one in which it began was not a whole one. */
const YOUNG = 1;

/**
 * The calls of a server whose requests have not come whole: each may hold as much as the largest message, for as long as its
 * caller likes. One timer looks after all of them, since one for each would cost every check. A young call is never ended for others:
 * a gateway sends the heads of a thousand requests before their messages, when its clients come all at once, and all of them share
 * its connections. One of a whole turn is no honest gateway's, which has given up on it by then.
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
    if (this.#calls.size >= this.#most) this.#endOldest();
    this.#calls.set(call, this.#turn);
  }

  /** A request is whole, or its call over. False where that was known. */
  delete(call: UnfinishedCall): boolean {
    return this.#calls.delete(call);
  }

  #endOldest(): void {
    for (const [call, began] of this.#calls) {
      if (this.#turn - began > YOUNG) call.abandon('ResourceExhausted');
      return;
    }
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
