/** The current snapshot of something that is replaced as a whole. Whoever reads `current` keeps what it read. */
export class Live<T> {
  #current: T;

  constructor(first: T) {
    this.#current = first;
  }

  get current(): T {
    return this.#current;
  }

  replace(next: T): void {
    this.#current = next;
  }
}
