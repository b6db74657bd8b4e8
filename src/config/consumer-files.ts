import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import type { Problem } from '../base/problem.ts';
import { fileHint, systemCode } from '../base/system-code.ts';
import type { Consumer, Consumers } from '../policy/consumer.ts';
import type { ConsumerEntry } from './consumer-entry.ts';
import { readEntries } from './consumer-text.ts';

/** The consumers of a file or folder, and what the rest of the configuration is held against. */
export interface ConsumerList {
  readonly consumers: Consumers;
  /** The pipelines that entries name, each with the place where that is first. */
  readonly pipelines: ReadonlyMap<string, string>;
  /** The attributes that some entry has. */
  readonly attributes: ReadonlySet<string>;
}

export type ConsumersRead =
  | { readonly ok: true; readonly list: ConsumerList }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/** Where no list is named. */
export const NO_CONSUMERS: ConsumerList = {
  consumers: new Map(),
  pipelines: new Map(),
  attributes: new Set(),
};

/** In bytes: 500,000 consumers and more. */
const LARGEST_FILE = 64 * 1024 * 1024;
/** Problems of a list that are told: a list that is wrong is so in every entry. */
const MAX_PROBLEMS = 20;
/** Milliseconds of reading after which decisions have their turn. */
const SLICE = 5;
const LISTS = /\.(?:ya?ml|json)$/;

/** The files of a list: itself, or the YAML and JSON files of a folder. Throws what the file system says. */
export async function consumerFiles(path: string): Promise<readonly string[]> {
  if (!(await stat(path)).isDirectory()) return [path];
  // Names that begin with a dot are the machinery of Kubernetes volumes and editors.
  const names = (await readdir(path)).filter((name) => LISTS.test(name) && !name.startsWith('.'));
  return names.sort().map((name) => join(path, name));
}

/** Reads a list of consumers, a slice at a time, so that decisions wait for no more than a few milliseconds. */
export async function readConsumers(path: string): Promise<ConsumersRead> {
  const reading = new Reading();
  try {
    const files = await consumerFiles(path);
    if (files.length === 0) return refused(path, 'has no list of consumers (.yaml, .yml, .json)');
    for (const file of files) {
      if ((await stat(file)).size > LARGEST_FILE) return refused(file, 'is larger than 64 MiB');
      await reading.read(basename(file), await readFile(file, 'utf8'));
    }
  } catch (error) {
    const hint = fileHint(error);
    return refused(path, `cannot be read: ${systemCode(error)}`, hint === null ? {} : { hint });
  }
  return reading.result();
}

function refused(path: string, message: string, hint: { hint?: string } = {}): ConsumersRead {
  return { ok: false, problems: [{ path, message, ...hint }] };
}

/** What was read so far. */
class Reading {
  readonly #consumers = new Map<string, Consumer>();
  readonly #places = new Map<string, string>();
  readonly #pipelines = new Map<string, string>();
  readonly #attributes = new Set<string>();
  readonly #alike = new Map<string, Consumer>();
  readonly #sets = new Map<string, ReadonlySet<string>>();
  readonly #problems: Problem[] = [];
  #since = performance.now();

  async read(name: string, text: string): Promise<void> {
    for (const one of readEntries(name, text)) {
      if (this.#problems.length >= MAX_PROBLEMS) return;
      if (one.ok) this.#add(one.entry, one.place);
      else this.#problems.push(...one.problems);
      if (performance.now() - this.#since < SLICE) continue;
      await turn();
      this.#since = performance.now();
    }
  }

  result(): ConsumersRead {
    if (this.#problems.length > 0)
      return { ok: false, problems: this.#problems.slice(0, MAX_PROBLEMS) };
    const [consumers, pipelines, attributes] = [this.#consumers, this.#pipelines, this.#attributes];
    return { ok: true, list: { consumers, pipelines, attributes } };
  }

  #add(entry: ConsumerEntry, place: string): void {
    const first = this.#places.get(entry.id);
    if (first !== undefined) {
      const message = `consumer '${entry.id.slice(0, 80)}' is there twice, first at ${first}`;
      this.#problems.push({ path: place, message });
      return;
    }
    this.#places.set(entry.id, place);
    for (const pipeline of entry.pipelines ?? [])
      if (!this.#pipelines.has(pipeline)) this.#pipelines.set(pipeline, place);
    for (const attribute of Object.keys(entry.attributes)) this.#attributes.add(attribute);
    this.#consumers.set(entry.id, this.#consumerOf(entry));
  }

  /** Many consumers have the same pipelines and the same plan: they share one object. */
  #consumerOf({ active, pipelines, attributes }: ConsumerEntry): Consumer {
    const key = JSON.stringify([active, pipelines, attributes]);
    const known = this.#alike.get(key);
    if (known !== undefined) return known;
    const made = { active, pipelines: this.#pipelinesOf(pipelines), attributes };
    this.#alike.set(key, made);
    return made;
  }

  #pipelinesOf(names: readonly string[] | undefined): Consumer['pipelines'] {
    if (names === undefined) return 'any';
    const key = names.join(' ');
    const known = this.#sets.get(key);
    if (known !== undefined) return known;
    const made = new Set(names);
    this.#sets.set(key, made);
    return made;
  }
}
