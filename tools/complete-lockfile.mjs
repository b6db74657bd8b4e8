// Puts optional platform packages that `npm install` left out back into package-lock.json.
//
// npm leaves an optional dependency out of the lock file when the registry it asked does not offer
// it (a mirror that carries Linux builds only), and `npm ci` then refuses the lock file everywhere.
// Every entry gets the integrity that the registry says its package has: without one `npm ci` takes
// whatever it is given. Run after `npm install`: node tools/complete-lockfile.mjs
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';

const file = new URL('../package-lock.json', import.meta.url);
const lock = JSON.parse(readFileSync(file, 'utf8'));
const OPERATING_SYSTEM =
  /(?:^|[-/])(android|darwin|freebsd|linux|openharmony|win32|sunos|aix)(?:-|$)/;
const PROCESSOR = /-(x64|arm64|arm|ia32|ppc64|riscv64|s390x|loong64)(?:-|$)/;

let added = 0;
for (const entry of Object.values(lock.packages)) {
  for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
    const path = `node_modules/${name}`;
    const os = OPERATING_SYSTEM.exec(name)?.[1];
    const cpu = PROCESSOR.exec(name)?.[1];
    if (lock.packages[path] !== undefined || os === undefined || cpu === undefined) continue;
    const libc = name.includes('musl') ? { libc: ['musl'] } : {};
    lock.packages[path] = { version, cpu: [cpu], dev: true, optional: true, os: [os], ...libc };
    added += 1;
  }
}
let completed = 0;
for (const [path, entry] of Object.entries(lock.packages)) {
  if (path === '' || entry.link === true || entry.integrity !== undefined) continue;
  const name = entry.name ?? path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
  const args = ['view', `${name}@${entry.version}`, 'dist.integrity'];
  const integrity = execFileSync('npm', args, { encoding: 'utf8' }).trim();
  if (!integrity.startsWith('sha512-')) throw new Error(`${path}: no integrity: ${integrity}`);
  const { version, ...rest } = entry;
  lock.packages[path] = { version, integrity, ...rest };
  completed += 1;
}
lock.packages = Object.fromEntries(
  Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)),
);
writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
process.stdout.write(
  `${added} optional packages and ${completed} integrities added to package-lock.json\n`,
);
