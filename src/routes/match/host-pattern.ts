/** Whether a host or a pattern lies within a wider pattern and is not the same. `*.` stands for one label or more, `*` for all hosts. */
export function isWithin(narrow: string, wide: string): boolean {
  if (narrow === wide) return false;
  return wide === '*' || (wide.startsWith('*.') && narrow.endsWith(wide.slice(1)));
}
