import { readFile } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { askWithoutToken, parseConnect } from './answer.ts';
import { type Finding, findingOf, noAnswer, type ProbeResult } from './finding.ts';
import type { ProbeProof } from './proof.ts';

/** One probe, as the configuration names it. */
export interface ProbeSettings {
  readonly name: string;
  readonly url: string;
  readonly connect: string | null;
  readonly caFile: string | null;
  /** Milliseconds between two questions. */
  readonly every: number;
}

/** What a probe last found. */
export interface ProbeState {
  readonly name: string;
  /** Null until the first answer. */
  readonly finding: Finding | null;
  /** Milliseconds since the epoch; null where it never was. */
  readonly lastSuccess: number | null;
}

/** Longest that one question may take, in milliseconds; less where a probe is asked more often. */
const MAX_TIMEOUT = 5_000;
/** What may be a roll-out or a lost packet is asked again before it is said. An open route is said at once. */
const ASKED_AGAIN: readonly ProbeResult[] = ['no answer', 'unproven'];
const MAX_TRIES = 3;
const BETWEEN_TRIES = 500;

/** Asks each probe once every so often, until it is disposed of. `found` hears of every change. */
export class Prober implements AsyncDisposable {
  #running: readonly RunningProbe[] = [];
  readonly #found: (state: ProbeState) => void;

  constructor(found: (state: ProbeState) => void) {
    this.#found = found;
  }

  /** Goes over to these probes. One whose settings and proof are the same goes on with what it knows. */
  use(probes: readonly ProbeSettings[], proof: ProbeProof, identity: string): void {
    const before = new Map(this.#running.map((one) => [one.identity, one]));
    this.#running = probes.map((probe) => {
      const key = JSON.stringify([probe, identity]);
      const known = before.get(key);
      before.delete(key);
      if (known !== undefined) return known;
      const last = this.#running.find(({ state }) => state.name === probe.name)?.state ?? null;
      return new RunningProbe(key, probe, proof, last, this.#found);
    });
    for (const gone of before.values()) gone.stop();
  }

  get states(): readonly ProbeState[] {
    return this.#running.map(({ state }) => state);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const one of this.#running) one.stop();
    await Promise.all(this.#running.map(({ ended }) => ended));
  }
}

class RunningProbe {
  readonly identity: string;
  readonly ended: Promise<void>;
  state: ProbeState;
  readonly #stopped = new AbortController();

  constructor(
    identity: string,
    probe: ProbeSettings,
    proof: ProbeProof,
    last: ProbeState | null,
    found: (state: ProbeState) => void,
  ) {
    this.identity = identity;
    this.state = last ?? { name: probe.name, finding: null, lastSuccess: null };
    this.ended = this.#run(probe, proof, found).catch((error: unknown) => {
      if (!this.#stopped.signal.aborted) throw error;
    });
  }

  stop(): void {
    this.#stopped.abort();
  }

  async #run(
    probe: ProbeSettings,
    proof: ProbeProof,
    found: (state: ProbeState) => void,
  ): Promise<void> {
    const { signal } = this.#stopped;
    // Replicas that start together do not ask together.
    await wait(Math.random() * Math.min(probe.every, 1_000), undefined, { signal, ref: false });
    for (;;) {
      const asked = Date.now();
      const finding = await findingAfterTries(probe, proof, signal);
      if (signal.aborted) return;
      const changed = finding.result !== this.state.finding?.result;
      const lastSuccess = finding.result === 'protected' ? Date.now() : this.state.lastSuccess;
      this.state = { name: probe.name, finding, lastSuccess };
      if (changed) found(this.state);
      const rest = Math.max(0, probe.every - (Date.now() - asked));
      await wait(rest, undefined, { signal, ref: false });
    }
  }
}

async function findingAfterTries(
  probe: ProbeSettings,
  proof: ProbeProof,
  signal: AbortSignal,
): Promise<Finding> {
  for (let tries = 1; ; tries += 1) {
    const finding = await askProbe(probe, proof, signal);
    if (tries === MAX_TRIES || signal.aborted || !ASKED_AGAIN.includes(finding.result))
      return finding;
    await wait(BETWEEN_TRIES, undefined, { signal, ref: false });
  }
}

/** Asks once. Never throws. */
export async function askProbe(
  { url, connect, caFile, every }: ProbeSettings,
  proof: ProbeProof,
  stopped?: AbortSignal,
): Promise<Finding> {
  const timeout = AbortSignal.timeout(Math.min(every, MAX_TIMEOUT));
  const marked = proof.marked(new URL(url));
  try {
    const answer = await askWithoutToken({
      url: marked.url,
      method: 'GET',
      connect: connect === null ? null : parseConnect(connect),
      // Read each time: a renewed certificate authority counts at once.
      ca: caFile === null ? null : await readFile(caFile, 'utf8'),
      id: marked.id,
      signal: stopped === undefined ? timeout : AbortSignal.any([timeout, stopped]),
    });
    return findingOf(answer, marked.expected);
  } catch (error) {
    return noAnswer(error);
  }
}
