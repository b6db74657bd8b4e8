/** A call whose request has not come whole. */
export interface UnfinishedCall {
  /** Ends the call and lets go of what came of its request. */
  abandon(why: 'DeadlineExceeded' | 'ResourceExhausted'): void;
}

export interface UnfinishedLimits {
  /** How many there may be for long: beyond it the oldest are ended, those that began a whole turn ago or earlier. */
  readonly most: number;
  /** How long a request may take to come whole, in milliseconds. It is ended a fifth of that later at most. */
  readonly longest: number;
}

/** Turns of the timer in `longest`. */
const TURNS = 5;
/** Turns after which a call may be ended for others; the one in which it began was not a whole one. */
const YOUNG = 1;

/** A call's place among the others, for `UnfinishedCalls.delete`. */
export class Place {
  readonly call: UnfinishedCall;
  readonly began: number;
  older: Place | null = null;
  newer: Place | null = null;
  isTaken = true;

  constructor(call: UnfinishedCall, began: number) {
    this.call = call;
    this.began = began;
  }
}

/**
 * The calls of a server whose requests have not come whole: each may hold as much as the largest message, for as long as its
 * caller likes. One timer looks after all of them, since one for each would cost every check. A young call is never ended for others:
 * a gateway sends the heads of a thousand requests before their messages, when its clients come all at once, and all of them share
 * its connections. One of a whole turn is no honest gateway's, which has given up on it by then.
 *
 * A list and no Map: the outgrown tables of a Map that is filled and emptied by every check hold calls that are over.
 */
export class UnfinishedCalls implements Disposable {
  readonly #most: number;
  readonly #timer: NodeJS.Timeout;
  #oldest: Place | null = null;
  #newest: Place | null = null;
  #size = 0;
  #turn = 0;

  constructor({ most, longest }: UnfinishedLimits) {
    this.#most = most;
    this.#timer = setInterval(() => this.#endOld(), longest / TURNS).unref();
  }

  /** A call begins. */
  add(call: UnfinishedCall): Place {
    const place = new Place(call, this.#turn);
    place.older = this.#newest;
    if (this.#newest === null) this.#oldest = place;
    else this.#newest.newer = place;
    this.#newest = place;
    this.#size += 1;
    return place;
  }

  /** A request is whole, or its call over. False where that was known. */
  delete(place: Place): boolean {
    if (!place.isTaken) return false;
    const { older, newer } = place;
    if (older === null) this.#oldest = newer;
    else older.newer = newer;
    if (newer === null) this.#newest = older;
    else newer.older = older;
    this.#size -= 1;
    // What is over must not hold what comes after it.
    place.older = null;
    place.newer = null;
    place.isTaken = false;
    return true;
  }

  #endOld(): void {
    this.#turn += 1;
    for (let place = this.#oldest; place !== null; place = this.#oldest) {
      const age = this.#turn - place.began;
      if (age > TURNS) place.call.abandon('DeadlineExceeded');
      else if (age > YOUNG && this.#size > this.#most) place.call.abandon('ResourceExhausted');
      else return;
      this.delete(place);
    }
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }
}
