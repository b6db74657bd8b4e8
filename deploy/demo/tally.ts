import { AssertionError } from 'node:assert';
import { inspect } from 'node:util';

/** Prints one line a check and counts. */
export class Tally {
  readonly #print: (line: string) => void;
  #passed = 0;
  #failed = 0;

  constructor(print: (line: string) => void) {
    this.#print = print;
  }

  get failed(): number {
    return this.#failed;
  }

  /** Runs a check, which gives what it saw and throws where that is wrong. A failed check does not end the others. */
  async check(title: string, see: () => Promise<string> | string): Promise<void> {
    try {
      const seen = await see();
      this.#passed += 1;
      this.#print(`ok      ${title}: ${seen}`);
    } catch (error) {
      this.#failed += 1;
      this.#print(`not ok  ${title}: ${messageOf(error)}`);
    }
  }

  summary(): string {
    return `${this.#passed} passed, ${this.#failed} failed`;
  }
}

function messageOf(error: unknown): string {
  if (error instanceof AssertionError) {
    const { actual, expected } = error;
    return `${error.message.split('\n', 1)[0]} got ${shown(actual)}, expected ${shown(expected)}`;
  }
  return error instanceof Error ? error.message : String(error);
}

function shown(value: unknown): string {
  return inspect(value, { breakLength: Number.POSITIVE_INFINITY });
}
