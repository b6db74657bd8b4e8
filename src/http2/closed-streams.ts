const REMEMBERED = 128;

/**
 * The streams of a connection that ended last, and who ended them: frames that were on their way to a stream that we have reset are no
 * fault (RFC 9113 section 5.1, "closed").
 */
export class ClosedStreams {
  readonly #ids = new Int32Array(REMEMBERED);
  readonly #byUs = new Uint8Array(REMEMBERED);
  #next = 0;

  add(id: number, byUs: boolean): void {
    this.#ids[this.#next] = id;
    this.#byUs[this.#next] = byUs ? 1 : 0;
    this.#next = (this.#next + 1) % REMEMBERED;
  }

  /** Null where it is not remembered. */
  endOf(id: number): 'by us' | 'by the peer' | null {
    const at = this.#ids.indexOf(id);
    if (at === -1) return null;
    return this.#byUs[at] === 1 ? 'by us' : 'by the peer';
  }
}
