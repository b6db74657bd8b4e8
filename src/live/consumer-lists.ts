import {
  type ConsumersRead,
  consumerFiles,
  NO_CONSUMERS,
  readConsumers,
} from '../config/consumer-files.ts';
import type { Config } from '../config/shape.ts';
import { stateOf } from './watch-files.ts';

/** The list of consumers that was read last: a reload of all else does not read a hundred thousand of them again. */
export class ConsumerLists {
  #state = '';
  #read: ConsumersRead = { ok: true, list: NO_CONSUMERS };

  /** The list that a configuration names, or what is wrong with it. */
  async read({ consumers }: Config): Promise<ConsumersRead> {
    if (consumers === undefined) return { ok: true, list: NO_CONSUMERS };
    const { file } = consumers;
    const state = await stateOf(await consumerFiles(file).catch(() => [file]));
    if (state !== this.#state) {
      this.#read = await readConsumers(file);
      // What changed while it was read is read again the next time.
      const after = await stateOf(await consumerFiles(file).catch(() => [file]));
      this.#state = after === state && this.#read.ok ? state : '';
    }
    return this.#read;
  }
}
