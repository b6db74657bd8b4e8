import { readFileSync } from 'node:fs';

/** Bodies of refusals that a page of the documents shows: a line with the name of the file, then its text. */
export function bodiesOf(page: string): Readonly<Record<string, string>> {
  const text = readFileSync(new URL(`../../docs/${page}`, import.meta.url), 'utf8');
  const shown = text.matchAll(/^`([\w.]+)`:\n\n```(?:json|html)\n(.*?)^```$/gms);
  return Object.fromEntries([...shown].map(([, name = '', body = '']) => [name, body]));
}
