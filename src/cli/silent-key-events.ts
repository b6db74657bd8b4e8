import type { KeyEvents } from '../keys/key-events.ts';

/** For commands that end after one question: nobody scrapes or reads along. */
export const silentKeyEvents: KeyEvents = {
  fetched: () => undefined,
  changed: () => undefined,
  suppressed: () => undefined,
  turned: () => undefined,
};
