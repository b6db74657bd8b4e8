import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { temporaryFolder } from '../../deploy/support/temporary-folder.ts';

const execute = promisify(execFile);

const FILES = {
  'good.test.mjs': `
    import { test } from 'node:test';
    test('one', () => console.log('not shown'));
    test('two', () => undefined);`,
  'bad.test.mjs': `
    import { describe, test } from 'node:test';
    describe('a gate', () => {
      test('lets nobody in', () => {
        console.log('what it wrote');
        throw new Error('somebody came in\\nby the window');
      });
      test('stands', () => undefined);
    });`,
  'broken.test.mjs': `import './nothing.mjs';`,
} as const;

/** In a process of its own: a run inside of a run does nothing. */
const SCRIPT = `
  import { run } from 'node:test';
  import { report, summary } from ${JSON.stringify(new URL('report.ts', import.meta.url).href)};
  const files = process.argv.slice(2);
  const print = (line) => console.log(line);
  const ended = await report(run({ files, concurrency: 1 }), print, process.cwd());
  for (const line of summary(ended)) print(line);`;

async function reported(...names: readonly (keyof typeof FILES)[]): Promise<string> {
  await using folder = await temporaryFolder('watchword-report-test-');
  const files = names.map((name) => join(folder.path, name));
  for (const [index, name] of names.entries()) await writeFile(files[index] ?? '', FILES[name]);
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const script = join(folder.path, 'run.mjs');
  await writeFile(script, SCRIPT);
  const options = { cwd: folder.path, env };
  const { stdout } = await execute(process.execPath, [script, ...files], options);
  // A busy machine takes over a second for a file, which is then named at its start too.
  const lines = stdout.split('\n').filter((line) => !line.startsWith('..') && line !== '');
  return lines.join('\n').replace(/\d+\.\d s/g, '0.0 s');
}

test('a file that passes is one line, and what it wrote is not shown', async () => {
  assert.equal(
    await reported('good.test.mjs'),
    'ok  good.test.mjs  2 tests  0.0 s\n2 tests passed',
  );
});

test('a failure names file, suite and case, shows what was written, and its cause comes last', async () => {
  const text = await reported('bad.test.mjs', 'good.test.mjs');
  assert.equal(
    text,
    [
      'NO  bad.test.mjs  1 of 2 tests failed  0.0 s',
      '    a gate > lets nobody in',
      '      somebody came in',
      '      by the window',
      '      at bad.test.mjs:4:7',
      '      it wrote:',
      '      what it wrote',
      'ok  good.test.mjs  2 tests  0.0 s',
      '1 of 4 tests failed:',
      '  bad.test.mjs:4:7  a gate > lets nobody in',
      '      somebody came in',
    ].join('\n'),
  );
});

test('a file that does not load has failed', async () => {
  const text = await reported('broken.test.mjs');
  assert.match(text, /^NO {2}broken\.test\.mjs/m);
  assert.match(text, /nothing\.mjs/);
  assert.match(text, /^1 of 1 tests failed/m);
});
