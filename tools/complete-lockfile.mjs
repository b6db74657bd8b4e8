// Puts optional platform packages that `npm install` left out back into package-lock.json.
//
// npm leaves an optional dependency out of the lock file when the registry it asked does not offer
// it (a mirror that carries Linux builds only), and `npm ci` then refuses the lock file everywhere.
// The entry needs no integrity to be valid; a platform that wants the package resolves it itself.
// Run after `npm install`: node tools/complete-lockfile.mjs
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
lock.packages = Object.fromEntries(
  Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)),
);
writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
process.stdout.write(`${added} optional packages added to package-lock.json\n`);
