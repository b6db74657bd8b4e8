import assert from 'node:assert/strict';
import { access, readFile, writeFile } from 'node:fs/promises';
import { before, test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { folderWith } from '../server/folder.ts';
import { PROGRAM, runProgram } from './program.ts';

before(async () => {
  await access(PROGRAM).catch(() => {
    throw new Error('the program is not built; run: npm run build');
  });
});

const COMMANDS = [
  'serve',
  'validate',
  'explain',
  'test',
  'top',
  'probe',
  'schema',
  'migrate',
  'dev-issuer',
  'version',
];

for (const args of [['--help'], ['-h'], ['help']]) {
  test(`${args} lists every command and ends with 0`, async () => {
    const { code, stdout, stderr } = await runProgram(args);
    assert.deepEqual([code, stderr], [0, '']);
    const listed = [...stdout.matchAll(/^ {2}(\S+) +\S/gm)].map(([, name]) => name);
    assert.deepEqual(listed, COMMANDS);
  });
}

test('without a command the list is shown, and that is wrong usage', async () => {
  const { code, stdout } = await runProgram([]);
  assert.equal(code, 2);
  assert.match(stdout, /^usage: /m);
});

for (const name of COMMANDS.slice(0, -1)) {
  test(`${name} --help tells what it does, and does nothing`, async () => {
    const { code, stdout, stderr } = await runProgram([name, '--help']);
    assert.deepEqual([code, stderr], [0, '']);
    assert.match(stdout, new RegExp(`^watchword ${name}`));
    assert.ok(stdout.trim().split('\n').length > 1, 'it says what it is for');
  });
}

for (const args of [['version'], ['--version']]) {
  test(`${args} prints the version of package.json`, async () => {
    const file = new URL('../../package.json', import.meta.url);
    const { version } = JSON.parse(await readFile(file, 'utf8')) as { version: string };
    const { code, stdout } = await runProgram(args);
    assert.equal(code, 0);
    assert.equal(stdout, `watchword ${version} (node ${process.versions.node})\n`);
  });
}

/** Command lines that are wrong, and the one line that is printed. */
const USAGE: readonly (readonly [args: readonly string[], line: RegExp])[] = [
  [['sreve'], /^watchword: 'sreve' is no command; see 'watchword --help'$/],
  [['constructor'], /^watchword: 'constructor' is no command/],
  [
    ['serve', '--confg', 'x'],
    /^watchword serve: Unknown option '--confg'.*; see 'watchword serve --help'$/,
  ],
  [['validate', 'x.yaml'], /^watchword validate: Unexpected argument 'x\.yaml'/],
  [['validate', '--config'], /^watchword validate: .*--config/],
  [['explain'], /^watchword explain: --url is missing/],
  [
    ['explain', '--url', 'orders.example.com'],
    /^watchword explain: --url must be http\(s\):\/\/HOST\/PATH/,
  ],
  [['test'], /^watchword test: a file of cases is missing/],
  [['schema', '--foo'], /^watchword schema: Unknown option '--foo'/],
  [
    ['explain', '--url', 'http://a/', '--header', 'no colon'],
    /^watchword explain: --header must be 'NAME: VALUE'/,
  ],
  [
    ['explain', '--url', 'http://a/', '--context', 'novalue'],
    /^watchword explain: --context must be NAME=VALUE/,
  ],
  [
    ['explain', '--url', 'http://a/', '--token-file', '/gone'],
    /^watchword explain: --token-file \/gone cannot be read: ENOENT/,
  ],
  [
    ['explain', '--url', 'http://a/', '--via', 'constructor'],
    /^watchword explain: --via constructor is not one of grpc, nginx, /,
  ],
  [
    ['explain', '--url', 'http://a/', '--via', 'nginx', '--context', 'default-pipeline=a'],
    /^watchword explain: --context watchword\.dev\/default-pipeline cannot be said over HTTP/,
  ],
  [
    ['explain', '--url', 'http://a/', '--via', 'nginx', '--pipeline', '../-'],
    /^watchword explain: --pipeline \.\.\/- is not a valid pipeline name/,
  ],
  [
    ['explain', '--url', 'http://a/', '--pipeline', 'a', '--context', 'pipeline=b'],
    /^watchword explain: --pipeline is named twice/,
  ],
];

for (const [args, line] of USAGE) {
  test(`'${args.join(' ')}' is wrong usage: one line, exit 2`, async () => {
    const { code, stdout, stderr } = await runProgram(args);
    assert.equal(code, 2);
    assert.equal(stdout, '');
    assert.match(stderr.trimEnd(), line);
    assert.equal(stderr.trimEnd().split('\n').length, 1, stderr);
  });
}

/** The Node that `npm ci` brings. */
const BROUGHT = fileURLToPath(new URL('../../node_modules/.bin/node', import.meta.url));

for (const version of ['18.20.4', '22.22.0', '24.11.9']) {
  test(`on Node ${version} every command is one line and exit 1`, async () => {
    await using folder = await folderWith({});
    const preload = folder.at('preload.mjs');
    await writeFile(
      preload,
      `Object.defineProperty(process, 'version', { value: 'v${version}' });
       Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '${version}' } });`,
    );
    const args = ['--import', pathToFileURL(preload).href, PROGRAM, 'serve'];
    const { code, stdout, stderr } = await runProgram(args, process.execPath);
    assert.deepEqual(
      [code, stdout, stderr],
      [1, '', `watchword needs Node 24.12 or later; this is v${version}; run it with ${BROUGHT}\n`],
    );
  });
}

test('the Node on PATH, whichever it is, runs the program or says that it is too old', async () => {
  const found = await runProgram(['node', '--version'], '/usr/bin/env');
  // PATH may have no Node of its own.
  if (found.code !== 0) return;
  const version = found.stdout.trim();
  const [major = 0, minor = 0] = version.slice(1).split('.').map(Number);
  const isOld = major < 24 || (major === 24 && minor < 12);
  const { code, stderr } = await runProgram(['node', PROGRAM, '--version'], '/usr/bin/env');
  const line = isOld
    ? `watchword needs Node 24.12 or later; this is ${version}; run it with ${BROUGHT}\n`
    : '';
  assert.deepEqual([code, stderr], [isOld ? 1 : 0, line]);
});
