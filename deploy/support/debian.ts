import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fetchBy } from './fetch.ts';

/**
 * Unpacks Debian's packages of these names into a folder, with what they need and this machine lacks, and installs nothing: that
 * would start services. Packages that are installed are brought all the same; what these need is taken to be there. Throws an
 * error of one line with the command to run where apt-get cannot bring them.
 */
export async function unpackDebian(names: readonly string[], folder: string): Promise<void> {
  const options = ['--yes', '--quiet', '--no-install-recommends', '--download-only', '--reinstall'];
  const download = () =>
    fetchBy('apt-get', [
      'install',
      ...options,
      ...['-o', `Dir::Cache::archives=${folder}`, '-o', 'Debug::NoLocking=1', ...names],
    ]);
  try {
    await download().catch(async () => {
      // The lists of packages are missing on a fresh machine, or name a version that is gone.
      await fetchBy('apt-get', ['update', '--quiet']);
      await download();
    });
    for (const file of (await readdir(folder)).filter((one) => one.endsWith('.deb'))) {
      await fetchBy('dpkg-deb', ['--extract', join(folder, file), folder]);
      await rm(join(folder, file));
    }
  } catch (cause) {
    const list = names.join(' ');
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new Error(
      `apt-get cannot bring ${list} (${why}); put its program on PATH, or run: apt-get update && apt-get install -y --no-install-recommends ${list}`,
      { cause },
    );
  }
}
