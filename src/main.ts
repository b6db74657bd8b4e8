#!/usr/bin/env node
// The only file that a Node that is too old may have to parse: everything else is imported once the version is known.
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 24 || (major === 24 && minor < 12)) {
  process.stderr.write(`watchword needs Node 24.12 or later; this is ${process.version}\n`);
  process.exitCode = 1;
} else {
  const { run } = await import('./cli/run.ts');
  process.exitCode = await run(process.argv.slice(2));
}
