import { setImmediate as nextTurn } from 'node:timers/promises';

/** Turns of the event loop in which an answer that has arrived already is read and taken. */
const LAST_TURNS = 4;

/**
 * The result of some work, or `late` after a time in milliseconds. The work goes on and its result is dropped. After a stall
 * Node runs timers before it reads sockets, so the work gets a few more turns: our own standing still must not be held
 * against an answer that is there.
 */
export async function withTimeout<T>(ms: number, work: Promise<T>, late: T): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  let done = false;
  const timeout = new Promise<T>((resolve) => {
    const giveUp = async (): Promise<void> => {
      for (let turn = 0; turn < LAST_TURNS && !done; turn += 1) await nextTurn();
      resolve(late);
    };
    timer = setTimeout(() => void giveUp(), ms);
  });
  try {
    return await Promise.race([work, timeout]);
  } finally {
    done = true;
    clearTimeout(timer);
  }
}
