import { shown } from './shown.ts';

/** More than these are not compared: a refusal costs the same however many there are. */
const MAX_COMPARED = 200;

/** What two texts may differ by where one was meant to be the other, and how each is written without it. */
const DIFFERENCES: readonly (readonly [by: string, without: (text: string) => string])[] = [
  ['the last slash', (text) => text.replace(/\/$/, '')],
  ['letter case', (text) => text.toLowerCase()],
  ['http in place of https, or the other way round', (text) => text.replace(/^https?:/, '')],
  ['a space at an end', (text) => text.trim()],
  ['a scheme', (text) => text.replace(/^[a-z][a-z0-9+.-]*:\/\//i, '')],
];

/** The accepted text that differs from the one found by next to nothing, with what it is; null where there is none. */
export function nearMiss(found: string, accepted: Iterable<string>): string | null {
  let compared = 0;
  for (const one of accepted) {
    if (compared === MAX_COMPARED) return null;
    compared += 1;
    const by = DIFFERENCES.find(([, without]) => one !== found && without(one) === without(found));
    if (by !== undefined) return `${shown(one)} (differs by ${by[0]})`;
  }
  return null;
}
