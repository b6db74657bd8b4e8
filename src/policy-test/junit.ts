import type { CaseResult } from './run-case.ts';

/** The results of one file of cases. */
export interface FileResults {
  readonly file: string;
  readonly results: readonly CaseResult[];
}

/** The results as JUnit XML, as CI servers read it: a suite for each file. */
export function junitOf(files: readonly FileResults[]): string {
  const suites = files.map(({ file, results }) => {
    const failed = results.filter(({ passed }) => !passed).length;
    return [
      `  <testsuite name="${escaped(file)}" tests="${results.length}" failures="${failed}" errors="0">`,
      ...results.map((result) => testcaseOf(file, result)),
      '  </testsuite>',
    ].join('\n');
  });
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<testsuites>',
    ...suites,
    '</testsuites>',
    '',
  ].join('\n');
}

function testcaseOf(file: string, result: CaseResult): string {
  const start = `    <testcase classname="${escaped(file)}" name="${escaped(result.name)}"`;
  if (result.passed) return `${start}/>`;
  const lines = linesOf(result);
  const [first = ''] = lines;
  return `${start}>\n      <failure message="${escaped(first.replace(/ +/, ' '))}">${escaped(lines.join('\n'))}</failure>\n    </testcase>`;
}

/** What differs, and where it was decided: a line each. */
export function linesOf({ differences, step, detail }: CaseResult): readonly string[] {
  const wide = Math.max(...differences.map(({ path }) => path.length), 'decided at'.length);
  return [
    ...differences.map(
      ({ path, expected, found }) =>
        `${path.padEnd(wide)}  expected ${shown(expected)}, found ${shown(found)}`,
    ),
    `${'decided at'.padEnd(wide)}  ${step}${detail === '' ? '' : `: ${detail}`}`,
  ];
}

function shown(value: string | number | null): string {
  return value === null ? 'none' : String(value);
}

/** Text in XML 1.0 (section 2.2): characters that it cannot have are left out. */
function escaped(text: string): string {
  return text
    .replace(/[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu, '')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
