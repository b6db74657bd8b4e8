import { readFile } from 'node:fs/promises';
import type { Dispatcher } from 'undici';

/** Certificate authorities to trust in place of the system's; nothing for those. */
export interface Trusted {
  readonly ca?: string;
}

/** Makes the connections. */
export type ConnectionsMaker = (undici: typeof import('undici'), trusted: Trusted) => Dispatcher;

/** Connections that trust the authorities of a file, made anew when it changes: clusters rotate theirs. */
export class Connections implements AsyncDisposable {
  readonly #caFile: string | null;
  readonly #make: ConnectionsMaker;
  #made: { readonly ca: string | null; readonly dispatcher: Dispatcher } | null = null;

  /** A null file trusts the system's authorities. */
  constructor(caFile: string | null, make: ConnectionsMaker) {
    this.#caFile = caFile;
    this.#make = make;
  }

  /** The connections to use now. Rejects where the file cannot be read. */
  async current(): Promise<Dispatcher> {
    // Loaded only where something is asked for.
    const undici = await import('undici');
    const ca = this.#caFile === null ? null : await readFile(this.#caFile, 'utf8');
    // Nothing is awaited from here on, so that there is one.
    if (this.#made?.ca === ca) return this.#made.dispatcher;
    // Requests under way end first.
    void this.#made?.dispatcher.close();
    const dispatcher = this.#make(undici, ca === null ? {} : { ca });
    this.#made = { ca, dispatcher };
    return dispatcher;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#made?.dispatcher.destroy();
  }
}
