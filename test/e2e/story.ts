/** Prints what is done and seen, each with its time: the story that `make e2e` tells. */
export interface Story {
  chapter(title: string): void;
  /** Does one thing; what it returns as text is shown. Rejects where it fails. */
  step<T>(title: string, action: () => Promise<T>): Promise<T>;
}

export function startStory(print: (text: string) => void): Story {
  return {
    chapter: (title) => print(`\n== ${title}\n`),
    step: async (title, action) => {
      const start = performance.now();
      const took = (): string => `${((performance.now() - start) / 1000).toFixed(1)} s`;
      try {
        const result = await action();
        print(`  ok  ${title}${typeof result === 'string' ? `: ${result}` : ''}  (${took()})\n`);
        return result;
      } catch (error) {
        print(`  NO  ${title}  (${took()})\n`);
        throw error;
      }
    },
  };
}
