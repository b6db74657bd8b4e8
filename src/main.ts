#!/usr/bin/env node
// The only file that a Node that is too old may have to parse: everything else is imported once the version is known.
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 24 || (major === 24 && minor < 12)) {
  // What `npm ci` brings beside the sources; an installation by other means has none.
  const { existsSync } = await import('node:fs');
  const { fileURLToPath } = await import('node:url');
  const brought = fileURLToPath(new URL('../node_modules/.bin/node', import.meta.url));
  const hint = existsSync(brought) ? `; run it with ${brought}` : '';
  process.stderr.write(`watchword needs Node 24.12 or later; this is ${process.version}${hint}\n`);
  process.exitCode = 1;
} else {
  // Before the heap has grown.
  const { keepHeapSmall } = await import('./cli/heap.ts');
  keepHeapSmall([...process.execArgv, process.env['NODE_OPTIONS'] ?? '']);
  const { run } = await import('./cli/run.ts');
  process.exitCode = await run(process.argv.slice(2));
}
