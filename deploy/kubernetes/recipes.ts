import { readdirSync, readFileSync } from 'node:fs';
import { parse, parseAllDocuments } from 'yaml';

const PAGES = new URL('../../docs/gateways/', import.meta.url);
const [BEGIN, END] = ['<!-- manifest:begin -->', '<!-- manifest:end -->'];

/** Renders the chart with these values for a release `watchword` in the namespace `watchword`. */
export type Render = (values: unknown) => string;

/** The recipe pages whose manifests the chart makes, by file name. */
export function recipePages(): readonly string[] {
  return readdirSync(PAGES).filter((page) => read(page).includes(BEGIN));
}

/** A page with the manifests that the chart makes of the page's own last block of YAML before them, which are its values. */
export function recipe(page: string, render: Render): string {
  const text = read(page);
  const from = text.indexOf(BEGIN);
  const values = [...text.slice(0, from).matchAll(/^```yaml\n(.*?)^```$/gms)].at(-1)?.[1];
  const to = text.indexOf(END);
  if (values === undefined || from < 0 || to < from)
    throw new Error(`${page} has no values or no block`);
  const manifests = wiringOf(render(parse(values)));
  if (manifests === '') throw new Error(`${page}: its values render no wiring`);
  return `${text.slice(0, from)}${BEGIN}\n\`\`\`yaml\n${manifests}\`\`\`\n${text.slice(to)}`;
}

/** The documents that come from the chart's folder `wiring`, without labels. */
function wiringOf(rendered: string): string {
  return rendered
    .split(/^---\n/m)
    .filter((text) => /^# Source: \S+\/wiring\//.test(text))
    .map((text) => text.replace(/^# Source: .*\n/, '').replace(/^ {2}labels:\n(?: {4}.*\n)+/m, ''))
    .filter((text) => parseAllDocuments(text).some((document) => document.contents !== null))
    .map((text) => `${text.trim()}\n`)
    .join('---\n');
}

function read(page: string): string {
  return readFileSync(new URL(page, PAGES), 'utf8');
}
