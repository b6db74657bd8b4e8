import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** How the cases of a gateway ended. */
export interface Tally {
  /** Judged as over gRPC. */
  same: number;
  /** The gateway normalized path or host first; what it then asked was judged as over gRPC. */
  rewritten: number;
  /** The gateway refused by itself and asked nobody. */
  itself: number;
}

/** What a row's name does not say. */
const LABELS: Readonly<Record<string, string>> = {
  'ingress-nginx': "nginx as ingress-nginx's controller configures it",
  envoy: 'Envoy, `http_service`',
};

export interface Row {
  readonly name: string;
  readonly version: string;
  readonly tally: Tally;
}

const FILE = fileURLToPath(new URL('../../README.md', import.meta.url));
const BEGIN = '<!-- gateways:begin -->';
const END = '<!-- gateways:end -->';

/**
 * What is wrong with the table of the documentation, or null. With `UPDATE_DOCS=1` it is written anew. A run of some
 * tests only has no table.
 */
export function tableFault(rows: readonly Row[]): string | null {
  const text = readFileSync(FILE, 'utf8');
  const from = text.indexOf(BEGIN) + BEGIN.length;
  const to = text.indexOf(END);
  if (from < BEGIN.length || to < from) return `${FILE} has no place for the table`;
  const table = `\n${tableOf(rows)}\n`;
  // The versions are those of the run that wrote the table; another machine has others, and the same counts.
  const withoutVersions = rows.map((row) => ({ ...row, version: '' }));
  if (dropVersions(text.slice(from, to)) === dropVersions(`\n${tableOf(withoutVersions)}\n`))
    return null;
  if (process.env['UPDATE_DOCS'] !== '1')
    return `the table is another one; run this test with UPDATE_DOCS=1:\n${table}`;
  writeFileSync(FILE, text.slice(0, from) + table + text.slice(to));
  return null;
}

/** A table without its second column. */
function dropVersions(table: string): string {
  return table.replace(/^(\| [^|]+\|)[^|]*\|/gm, '$1');
}

function tableOf(rows: readonly Row[]): string {
  return [
    '| gateway | version run | cases passed | as over gRPC | after the gateway normalized the path | refused by the gateway itself |',
    '| --- | --- | --- | --- | --- | --- |',
    ...rows.map(({ name, version, tally: { same, rewritten, itself } }) =>
      ['', LABELS[name] ?? name, version, same + rewritten + itself, same, rewritten, itself, '']
        .join(' | ')
        .trim(),
    ),
  ].join('\n');
}
