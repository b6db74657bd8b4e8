import { NO_PROOF, type Prove } from '../probe/proof.ts';

/** What a listener needs beside the check itself. */
export interface CheckHooks {
  /** Names, in lower case, of the headers that some pipeline reads beside those of every check. */
  readonly readHeaders: () => readonly string[];
  /** Adds to the answers that our own probes get. */
  readonly prove: Prove;
}

const NONE: readonly string[] = [];

/** No further header is read, and no probe is known. */
export const NO_HOOKS: CheckHooks = { readHeaders: () => NONE, prove: NO_PROOF };
