import type { Eventually } from '../base/deferred.ts';
import { type Answered, type Decision, refuse } from '../check/decision.ts';
import { NO_PROOF, type Prove } from '../probe/proof.ts';
import type { Request } from '../request/request.ts';

/** What a listener needs beside the check itself. */
export interface CheckHooks {
  /** Names, in lower case, of the headers that some pipeline reads beside those of every check. */
  readonly readHeaders: () => readonly string[];
  /** Whether some pipeline reads the other end of the connection. */
  readonly readsSource: () => boolean;
  /** Adds to the answers that our own probes get. */
  readonly prove: Prove;
  /** The document that a request asks for where the gateway has sent the client to us; null where there is none. */
  readonly documentFor: (request: Request) => Answered | null;
  /** Decides about a message of which only the size is known, in bytes. */
  readonly oversized: (size: number) => Eventually<Decision>;
}

const NONE: readonly string[] = [];

/** No further header is read, and no probe is known. */
export const NO_HOOKS: CheckHooks = {
  readHeaders: () => NONE,
  readsSource: () => false,
  prove: NO_PROOF,
  documentFor: () => null,
  oversized: (size) => refuse('message_oversized', { detail: `${size} bytes` }),
};
