// Prints the section of CHANGELOG.md about one version: `node tools/release-notes.mjs 0.2.0`. Fails
// where it is missing or undated, or where package.json or the chart have another version.
import { readFileSync } from 'node:fs';

const [version] = process.argv.slice(2);
const read = (path) => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');

function fail(message) {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}

if (version === undefined) fail('usage: node tools/release-notes.mjs VERSION');
const versions = {
  'package.json': JSON.parse(read('package.json')).version,
  'helm/watchword/Chart.yaml (version)': /^version: (\S+)$/m.exec(
    read('helm/watchword/Chart.yaml'),
  )?.[1],
  'helm/watchword/Chart.yaml (appVersion)': /^appVersion: "?([^"\s]+)"?$/m.exec(
    read('helm/watchword/Chart.yaml'),
  )?.[1],
};
for (const [place, found] of Object.entries(versions)) {
  if (found !== version) fail(`${place} says ${found}, not ${version}`);
}
const sections = read('CHANGELOG.md').split(/^## /m);
const section = sections.find((text) => text.startsWith(`${version} `));
if (section === undefined) fail(`CHANGELOG.md has no section '## ${version} (YYYY-MM-DD)'`);
const [title = '', ...lines] = section.split('\n');
if (!/^\S+ \(\d{4}-\d{2}-\d{2}\)$/.test(title)) fail(`CHANGELOG.md: '## ${title}' has no date`);
process.stdout.write(`${lines.join('\n').trim()}\n`);
