import { relative } from 'node:path';
import type { TestEvent } from 'node:test/reporters';

/** A test that failed. */
export interface Failed {
  /** Its suites and its title: `a host has one reading > "a" is a`. */
  readonly name: string;
  /** The message, a line or more. */
  readonly message: string;
  /** From the checkout: `test/policy/host.test.ts:12:3`. */
  readonly place: string;
}

export interface Report {
  readonly tests: number;
  readonly failures: readonly Failed[];
}

/** Longest time without a line, in milliseconds. */
const PATIENCE = 1_000;

/**
 * Prints a run of `node:test`: one line a file, with its count and time; a line for a file that takes
 * over a second; details of what failed and of nothing else, their causes once more at the end.
 */
export async function report(
  events: AsyncIterable<TestEvent>,
  print: (line: string) => void,
  folder: string,
): Promise<Report> {
  const files = new Map<string, File>();
  const failures: Failed[] = [];
  let tests = 0;
  for await (const { type, data } of events) {
    if (data === undefined || !('file' in data) || data.file === undefined) continue;
    const path = data.file;
    let file = files.get(path);
    if (file === undefined) {
      file = new File(relative(folder, path), print);
      files.set(path, file);
    }
    if (type === 'test:stdout' || type === 'test:stderr') file.said.push(data.message);
    if (type === 'test:dequeue' && data.name === path) file.begin();
    if (type === 'test:start') file.enter(data.name, data.nesting);
    if (type === 'test:fail') {
      const { error, duration_ms } = data.details;
      // A file that does not load, or ends by itself, has no summary; it stands for one test.
      if (data.name === path) {
        tests += 1;
        file.fail('the file', messageOf(error), file.name);
        file.end(1, duration_ms);
        failures.push(...file.failures);
        continue;
      }
      // A suite fails because of its tests, which are told by themselves.
      if ('failureType' in error && error.failureType === 'subtestsFailed') continue;
      const line = data.line === undefined ? '' : `:${data.line}:${data.column ?? 1}`;
      const name = file.pathTo(data.name, data.nesting);
      file.fail(name, messageOf(error), file.name + line);
    }
    if (type === 'test:summary') {
      tests += data.counts.tests;
      file.end(data.counts.tests, data.duration_ms);
      failures.push(...file.failures);
    }
  }
  return { tests, failures };
}

class File {
  readonly name: string;
  readonly failures: Failed[] = [];
  /** What the file wrote: shown where something failed. */
  readonly said: string[] = [];
  readonly #print: (line: string) => void;
  #slow: NodeJS.Timeout | undefined;
  #path: string[] = [];

  constructor(name: string, print: (line: string) => void) {
    this.name = name;
    this.#print = print;
  }

  /** It runs now: files wait for their turn before. */
  begin(): void {
    this.#slow = setTimeout(() => this.#print(`..  ${this.name}`), PATIENCE);
  }

  enter(name: string, nesting: number): void {
    this.#path = [...this.#path.slice(0, nesting), name];
  }

  pathTo(name: string, nesting: number): string {
    return [...this.#path.slice(0, nesting), name].join(' > ');
  }

  fail(name: string, message: string, place: string): void {
    this.failures.push({ name, message, place });
  }

  end(tests: number, milliseconds: number): void {
    clearTimeout(this.#slow);
    const took = `${(milliseconds / 1_000).toFixed(1)} s`;
    const { length } = this.failures;
    if (length === 0) {
      this.#print(`ok  ${this.name}  ${tests} tests  ${took}`);
      return;
    }
    this.#print(`NO  ${this.name}  ${length} of ${tests} tests failed  ${took}`);
    for (const { name, message, place } of this.failures) {
      this.#print(`    ${name}\n${indented(message)}\n      at ${place}`);
    }
    if (this.said.length > 0) this.#print(indented(`it wrote:\n${this.said.join('').trimEnd()}`));
  }
}

function indented(text: string): string {
  return text.replace(/^/gm, '      ');
}

/** The message of what was thrown, without the runner's wrapping. */
function messageOf(error: Error): string {
  const { cause } = error;
  if (cause instanceof Error) return cause.message;
  return typeof cause === 'string' ? cause : error.message;
}

/** What failed, the cause last, so that it is what one sees. */
export function summary({ tests, failures }: Report): readonly string[] {
  if (failures.length === 0) return [`${tests} tests passed`];
  return [
    `${failures.length} of ${tests} tests failed:`,
    ...failures.flatMap(({ place, name, message }) => [
      `  ${place}  ${name}`,
      `      ${message.split('\n')[0] ?? ''}`,
    ]),
  ];
}
