import { useEffect, useState } from 'preact/hooks';

/** What is known of an answer of the API that is asked for again and again. */
export interface Polled<T> {
  /** The last answer; null before the first. */
  readonly data: T | null;
  /** Since when there has been no answer, in milliseconds since the epoch; null while there is one. */
  readonly lostSince: number | null;
}

/** Milliseconds that an answer may take. */
const TIMEOUT = 8_000;

/** Asks for a part of the API every so many milliseconds, while the page is shown. */
export function useApi<T>(name: string, every: number): Polled<T> {
  const [polled, setPolled] = useState<Polled<T>>({ data: null, lostSince: null });
  useEffect(() => {
    const stopped = new AbortController();
    const { signal } = stopped;
    const ask = async (): Promise<void> => {
      // A page in the background asks for nothing.
      const answer = document.hidden ? undefined : await answerOf<T>(name, signal);
      if (signal.aborted) return;
      if (answer !== undefined) setPolled((before) => after(before, answer));
      timer = window.setTimeout(() => void ask(), every);
    };
    let timer = 0;
    void ask();
    return () => {
      stopped.abort();
      window.clearTimeout(timer);
    };
  }, [name, every]);
  return polled;
}

function after<T>({ data, lostSince }: Polled<T>, answer: T | null): Polled<T> {
  return answer === null
    ? { data, lostSince: lostSince ?? Date.now() }
    : { data: answer, lostSince: null };
}

/** The answer, or null where none came. */
async function answerOf<T>(name: string, stopped: AbortSignal): Promise<T | null> {
  try {
    const signal = AbortSignal.any([stopped, AbortSignal.timeout(TIMEOUT)]);
    const response = await fetch(`/api/${name}`, { signal });
    return response.ok ? ((await response.json()) as T) : null;
  } catch {
    return null;
  }
}
