import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { chmod, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findHelm, kubectlPath } from '../cluster/programs.ts';
import { kubeconfig, run, until } from './commands.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** Words of a page that stand for something of the reader's, and what this run has in their place. */
export type Words = readonly (readonly [word: string, own: string])[];

interface Block {
  readonly language: string;
  readonly text: string;
}

/** Commands that wait for what others do meanwhile: a gateway takes a moment to learn of a route, a pod of a file. */
const REPEATED = /^watchword probe |\| grep /;
const SECONDS = 60;

/**
 * A page of the documentation that a test follows: its fenced blocks one after the other, so that a block which is added, moved
 * or dropped is seen; and the folder in which its commands run.
 */
export class FollowedPage implements AsyncDisposable {
  readonly folder: string;
  readonly #blocks: Block[];
  readonly #words: Words;
  readonly #unused: Set<string>;
  readonly #environment: Readonly<Record<string, string>>;

  private constructor(
    blocks: Block[],
    words: Words,
    folder: string,
    environment: Readonly<Record<string, string>>,
  ) {
    this.#blocks = blocks;
    this.#words = words;
    this.#unused = new Set(words.map(([word]) => word));
    this.folder = folder;
    this.#environment = environment;
  }

  /** Opens `docs/NAME`, with a folder whose commands find kubectl, helm, the chart and this checkout's program. */
  static async open(name: string, words: Words): Promise<FollowedPage> {
    const text = readFileSync(join(ROOT, 'docs', name), 'utf8');
    const blocks = [...text.matchAll(/^```(\w+)\n(.*?)^```$/gms)].map(
      ([, language = '', block = '']) => ({ language, text: block }),
    );
    const folder = await mkdtemp(join(tmpdir(), 'watchword-page-'));
    await symlink(join(ROOT, 'helm'), join(folder, 'helm'));
    const program = join(folder, 'watchword');
    const main = join(ROOT, 'dist/main.js');
    await writeFile(program, `#!/bin/sh\nexec '${process.execPath}' '${main}' "$@"\n`);
    await chmod(program, 0o755);
    const path = [folder, dirname(kubectlPath()), dirname(await findHelm()), process.env['PATH']];
    const environment = { KUBECONFIG: kubeconfig(), PATH: path.join(delimiter) };
    return new FollowedPage(blocks, words, folder, environment);
  }

  /** The next block of the page, which must be of this language, in this run's words. */
  next(language: 'yaml' | 'nginx' | 'console', more: Words = []): string {
    const block = this.#blocks.shift();
    assert.equal(block?.language, language, `the next block of the page: ${block?.text}`);
    // At once: one's own word may have another word of the page in it.
    const own = new Map([...this.#words, ...more]);
    const words = [...own.keys()]
      .map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
      .join('|');
    return block.text.replaceAll(new RegExp(words, 'g'), (word) => {
      this.#unused.delete(word);
      return own.get(word) ?? word;
    });
  }

  /** Does what a console block says; the lines below a command must be in its output. */
  async execute(block: string): Promise<void> {
    for (const part of block.split(/^\$ /m).slice(1)) {
      const [command = '', ...expected] = part.trimEnd().split('\n');
      const once = (): Promise<string> =>
        run('bash', ['-euo', 'pipefail', '-c', `cd '${this.folder}'; ${command}`], {
          environment: this.#environment,
        });
      const output = REPEATED.test(command) ? await until(command, SECONDS, once) : await once();
      const lines = output.split('\n');
      for (const line of expected) assert.ok(lines.includes(line), `${command}: ${output}`);
    }
  }

  /** Throws where the page has more than was followed. */
  ended(): void {
    assert.deepEqual(this.#blocks, [], 'blocks that nobody followed');
    assert.deepEqual([...this.#unused], [], 'words that the page does not have');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.folder, { recursive: true });
  }
}
