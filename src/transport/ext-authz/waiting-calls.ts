/** A call that waits for its caller: to send the rest of its request, or to take its answer. */
export interface WaitingCall {
  /** Ends the call and lets go of what it holds. */
  abandon(why: 'DeadlineExceeded' | 'ResourceExhausted'): void;
}

export interface WaitingLimits {
  /**
   * Soft limit on calls that wait: beyond it the oldest are ended, but for those that are younger than
   * one tick of the timer.
   */
  readonly most: number;
  /** How long a call may wait, in milliseconds. It is ended a fifth of that later at most. */
  readonly longest: number;
  /** Bytes of messages that all of them may hold: beyond it the oldest are ended at once. */
  readonly bytes: number;
}

/** Turns of the timer in `longest`. */
const TURNS = 5;
/** Turns after which a call may be ended for others; the one in which it began was not a whole one. */
const YOUNG = 1;

/** A call's place among the others, for `WaitingCalls.delete`. */
export class Place {
  readonly call: WaitingCall;
  readonly began: number;
  bytes = 0;
  older: Place | null = null;
  newer: Place | null = null;
  isTaken = true;

  constructor(call: WaitingCall, began: number) {
    this.call = call;
    this.began = began;
  }
}

/**
 * The calls of a server that wait for their callers: each may hold as much as the largest message, for as long as its caller likes.
 * One timer looks after all of them, since one for each would cost every check. A young call is ended for others only where all of
 * them hold too much: a gateway sends the heads of a thousand requests before their messages, when its clients come all at once,
 * and all of them share its connections. One of a whole turn is no honest gateway's, which has given up on it by then.
 *
 * A list and no Map: the outgrown tables of a Map that is filled and emptied by every check hold calls that are over.
 */
export class WaitingCalls implements Disposable {
  readonly #limits: WaitingLimits;
  readonly #timer: NodeJS.Timeout;
  #oldest: Place | null = null;
  #newest: Place | null = null;
  #size = 0;
  #bytes = 0;
  #turn = 0;

  constructor(limits: WaitingLimits) {
    this.#limits = limits;
    this.#timer = setInterval(() => this.#endOld(), limits.longest / TURNS).unref();
  }

  /** A call begins to wait. */
  add(call: WaitingCall): Place {
    const place = new Place(call, this.#turn);
    place.older = this.#newest;
    if (this.#newest === null) this.#oldest = place;
    else this.#newest.newer = place;
    this.#newest = place;
    this.#size += 1;
    return place;
  }

  /** A waiting call holds so many bytes more. May end calls, this one too. */
  hold(place: Place, bytes: number): void {
    if (!place.isTaken) return;
    place.bytes += bytes;
    this.#bytes += bytes;
    while (this.#bytes > this.#limits.bytes && this.#oldest !== null)
      this.#end(this.#oldest, 'ResourceExhausted');
  }

  /** A call waits no longer, or is over. False where that was known. */
  delete(place: Place): boolean {
    if (!place.isTaken) return false;
    const { older, newer } = place;
    if (older === null) this.#oldest = newer;
    else older.newer = newer;
    if (newer === null) this.#newest = older;
    else newer.older = older;
    this.#size -= 1;
    this.#bytes -= place.bytes;
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
      if (age > TURNS) this.#end(place, 'DeadlineExceeded');
      else if (age > YOUNG && this.#size > this.#limits.most) this.#end(place, 'ResourceExhausted');
      else return;
    }
  }

  #end(place: Place, why: 'DeadlineExceeded' | 'ResourceExhausted'): void {
    place.call.abandon(why);
    this.delete(place);
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }
}
