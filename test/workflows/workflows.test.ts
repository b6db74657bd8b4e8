import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { programOfWheel } from '../../deploy/support/wheel.ts';
import { goProgram } from '../cluster/programs.ts';

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const WORKFLOWS = globSync('.github/workflows/*.yml', { cwd: ROOT });

/** What a linter says; empty where it finds nothing. */
async function complaints(program: string, args: readonly string[]): Promise<string> {
  try {
    await run(program, args, { cwd: ROOT });
    return '';
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    return stdout + stderr;
  }
}

test('actionlint finds nothing wrong with the workflows', async () => {
  assert.ok(WORKFLOWS.length >= 2);
  const actionlint = await goProgram('github.com/rhysd/actionlint/cmd/actionlint@v1.7.12');
  // Without shellcheck and pyflakes, which a machine may or may not have.
  const args = ['-shellcheck=', '-pyflakes=', '-no-color', ...WORKFLOWS];
  assert.equal(await complaints(actionlint, args), '');
});

test('zizmor finds no way into the workflows', async () => {
  const zizmor = await programOfWheel({ name: 'zizmor', wheel: 'zizmor==1.32.0' });
  const args = ['--offline', '--no-progress', '--quiet', '--persona=pedantic', '.github'];
  assert.equal(await complaints(zizmor, args), '');
});

test('an action is named by its commit, with its version beside it', () => {
  for (const file of WORKFLOWS) {
    const lines = readFileSync(`${ROOT}/${file}`, 'utf8').split('\n');
    for (const line of lines.filter((one) => /\buses:/.test(one))) {
      assert.match(line, /uses: [\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/, `${file}: ${line}`);
    }
  }
});

test('a release says what CHANGELOG.md says, and refuses a version that nothing else names', async () => {
  const script = 'tools/release-notes.mjs';
  const other = await complaints(process.execPath, [script, '99.0.0']);
  assert.match(other, /^package\.json says \d+\.\d+\.\d+, not 99\.0\.0/);
});
