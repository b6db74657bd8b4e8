import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Refused } from './refused.ts';
import { PROGRAM, type Stack } from './stack.ts';

/** What `watchword explain` exits with for a deny. */
const DENY = 3;

/** Asks `watchword explain` about a refused request; gives its line with the decision. */
export async function explainRefusal(
  { configuration, envoy }: Stack,
  refused: Refused,
): Promise<string> {
  const args = [
    PROGRAM,
    'explain',
    '--config',
    configuration,
    '--method',
    'GET',
    '--url',
    `${envoy.url}${refused.path}`,
  ];
  if (refused.token !== null) {
    const file = join(dirname(configuration), `${refused.reason}.token`);
    await writeFile(file, refused.token, { mode: 0o600 });
    args.push('--token-file', file);
  }
  const { code, output } = await run(args);
  assert.equal(code, DENY, 'exit code:');
  const line = output.split('\n').find((text) => text.startsWith('decision')) ?? output;
  assert.ok(line.includes(refused.reason), `it says ${line}:`);
  return line;
}

function run(args: readonly string[]): Promise<{ code: number; output: string }> {
  return new Promise((resolve) => {
    const child = execFile(process.execPath, args, (_error, stdout, stderr) => {
      resolve({ code: child.exitCode ?? 1, output: stdout + stderr });
    });
  });
}
