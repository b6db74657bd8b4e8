import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cached } from '../../deploy/support/found.ts';

const run = promisify(execFile);
const TRIES = 3;

/**
 * The folder of a package that only one test needs and that is too large for a dev dependency: brought by npm once, with what it
 * depends on. `version` is exact. Throws one line that names the command.
 */
export async function findPackage(name: string, version: string): Promise<string> {
  const entry = `${name.replaceAll(/[@/]/g, '-').replace(/^-/, '')}-${version}`;
  const folder = await cached(entry, (into) => install(`${name}@${version}`, entry, into));
  return join(folder, 'node_modules', name);
}

async function install(spec: string, entry: string, folder: string): Promise<void> {
  const args = ['install', '--no-audit', '--no-fund', '--ignore-scripts', '--prefix', folder];
  for (let count = 1; ; count += 1) {
    try {
      await run('npm', [...args, spec], { cwd: folder, maxBuffer: 16 * 1024 * 1024 });
      return;
    } catch (cause) {
      if (count < TRIES) continue;
      const said = String((cause as { stderr?: string }).stderr ?? cause);
      const why = said.split('\n').find((line) => /error/i.test(line)) ?? said.slice(0, 200);
      throw new Error(
        `${spec} cannot be had by npm (${why.trim()}); run: npm install --ignore-scripts --prefix ~/.cache/watchword/${entry} ${spec}`,
        { cause },
      );
    }
  }
}
