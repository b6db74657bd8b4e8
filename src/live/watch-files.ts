import { stat } from 'node:fs/promises';

/** How often files are looked at, in milliseconds. A change is taken over once it has stood still for one look. */
const INTERVAL = 400;

/**
 * Calls `onChange` when the state of the files, or their list, is no longer `first` (see `stateOf`). Files are looked at and
 * not subscribed to: a look follows symbolic links, so it sees the swap of a Kubernetes volume, works on every file
 * system, and costs a few `stat` calls. `files` is asked each time, since a reload may name others; `onChange` gives the
 * state of the files that it read, or null where it could not read them.
 */
export function watchFiles(
  files: () => Promise<readonly string[]>,
  first: string,
  onChange: () => Promise<string | null>,
): Disposable {
  let settled = first;
  let seen = first;
  let closed = false;
  let timer: NodeJS.Timeout | null = null;
  const look = async (): Promise<void> => {
    const now = await stateOf(await files());
    const stoodStill = now === seen;
    seen = now;
    if (now !== settled && stoodStill) {
      settled = (await onChange()) ?? now;
      seen = settled;
    }
  };
  const schedule = (): void => {
    if (!closed) timer = setTimeout(() => void look().finally(schedule), INTERVAL).unref();
  };
  schedule();
  return {
    [Symbol.dispose]() {
      closed = true;
      if (timer !== null) clearTimeout(timer);
    },
  };
}

/** What tells one state of some files from another. Take it before the files are read, so that no change is missed. */
export async function stateOf(files: readonly string[]): Promise<string> {
  const states = await Promise.all(
    files.map(async (file) => {
      const found = await stat(file, { bigint: true }).catch(() => null);
      return found === null
        ? [file]
        : [file, String(found.ino), String(found.size), String(found.mtimeNs)];
    }),
  );
  return JSON.stringify(states);
}
