import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { test } from 'node:test';
import { until } from '../../deploy/support/until.ts';
import { type Folder, folderWith } from '../server/folder.ts';
import { type Running, run } from '../server/running.ts';
import { ORDERS, PUBLIC, settings } from '../server/settings.ts';
import { ISS, makeSigner } from '../server/signer.ts';
import { reloaded, reloads } from './reloads.ts';

const at = (path: string) => [{ hosts: ['orders.example.com'], paths: [path] }];
const OPEN = { ...PUBLIC, name: 'open', match: at('/open/**') };

test('a changed file is taken over', async () => {
  const signer = makeSigner();
  await using folder = await folderWith({
    'watchword.yaml': settings(),
    'jwks.json': { keys: [signer.jwk] },
  });
  await using watchword = await run(folder.at('watchword.yaml'));
  assert.equal(await watchword.reason({ path: '/open/a' }), 'pipeline_missing');
  const before = (await watchword.metrics()).get('watchword_config_last_success_timestamp_seconds');

  await folder.write('watchword.yaml', settings({ pipelines: [ORDERS, PUBLIC, OPEN] }));
  await reloaded(watchword, 'success');
  assert.equal(await watchword.reason({ path: '/open/a' }), 'anonymous');
  const { pipelines, issuers } = await watchword.said('the configuration was reloaded');
  assert.deepEqual([pipelines, issuers], [3, 1]);
  const series = await watchword.metrics();
  const after = series.get('watchword_config_last_success_timestamp_seconds');
  assert.ok((after ?? 0) > (before ?? Number.POSITIVE_INFINITY));
  const allow =
    'watchword_decisions_total{pipeline="open",outcome="allow",reason="anonymous",mode="enforce"}';
  assert.equal(series.get(allow), 1);

  await folder.write('watchword.yaml', settings({ pipelines: [PUBLIC], log: { level: 'debug' } }));
  await reloaded(watchword, 'success', 2);
  assert.equal(await watchword.reason({ path: '/open/a' }), 'pipeline_missing');
  assert.equal(watchword.log.at(-1)?.['level'], 20, 'the level of the log too');
});

test('what is seldom meant is said at the start and at a reload', async () => {
  const exact = { ...ORDERS, match: at('/admin') };
  const open = { ...OPEN, match: at('/**') };
  await using folder = await folderWith({
    'watchword.yaml': settings({ pipelines: [exact, open] }),
    'jwks.json': { keys: [makeSigner().jwk] },
  });
  await using watchword = await run(folder.at('watchword.yaml'));
  const MESSAGE = 'the configuration is valid and probably has a mistake';
  const { warning, level } = await watchword.said(MESSAGE);
  assert.match(String(warning), /'\/admin' is one path.*'\/admin\/\*\*' covers them all/);
  assert.equal(level, 40);

  const users = { ...exact, match: at('/users') };
  await folder.write('watchword.yaml', settings({ pipelines: [users, open] }));
  await reloaded(watchword, 'success');
  const warnings = await until('the second warning', () => {
    const lines = watchword.log.filter(({ msg }) => msg === MESSAGE);
    return lines.length > 1 ? lines : undefined;
  });
  assert.match(String(warnings[1]?.['warning']), /'\/users' is one path/);

  await folder.write('watchword.yaml', settings({ pipelines: [ORDERS, open] }));
  await reloaded(watchword, 'success', 2);
  assert.equal(watchword.log.filter(({ msg }) => msg === MESSAGE).length, 2);
});

test('a folder of fragments is watched as one: changes, new files and files that go', async () => {
  await using folder = await folderWith({
    'config/a.yaml': settings({ issuers: [], pipelines: [PUBLIC] }),
    'config/b.yaml': { pipelines: [OPEN] },
  });
  await using watchword = await run(folder.at('config'));
  assert.equal(await watchword.reason({ path: '/open/a' }), 'anonymous');

  await folder.write('config/b.yaml', { pipelines: [{ ...OPEN, match: at('/else') }] });
  await reloaded(watchword, 'success', 1);
  assert.equal(await watchword.reason({ path: '/open/a' }), 'pipeline_missing');
  assert.equal(await watchword.reason({ path: '/else' }), 'anonymous');

  await folder.write('config/c.yaml', { pipelines: [{ ...OPEN, name: 'third' }] });
  await reloaded(watchword, 'success', 2);
  assert.equal(await watchword.reason({ path: '/open/a' }), 'anonymous');

  await rm(folder.at('config/b.yaml'));
  await reloaded(watchword, 'success', 3);
  assert.equal(await watchword.reason({ path: '/else' }), 'pipeline_missing');
});

/** Files as kubelet lays them out: the names lead through `..data` to a folder that is swapped as a whole. */
async function mount(folder: Folder, at: string, files: Record<string, unknown>): Promise<void> {
  await swap(folder, at, '..2026_1', files);
  for (const name of Object.keys(files)) await folder.link(`${at}/${name}`, `..data/${name}`);
}

async function swap(
  folder: Folder,
  at: string,
  version: string,
  files: Record<string, unknown>,
): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    await folder.write(`${at}/${version}/${name}`, content);
  }
  await folder.link(`${at}/..data`, version);
}

test("Kubernetes' swap of a volume is seen, for the configuration and for a key file", async () => {
  const [first, second] = [makeSigner(), makeSigner()];
  await using folder = await folderWith({});
  const issuers = [{ name: 'main', issuer: ISS, keys: { file: '../keys/jwks.json' } }];
  await mount(folder, 'keys', { 'jwks.json': { keys: [first.jwk] } });
  await mount(folder, 'config', { 'watchword.yaml': settings({ issuers }) });
  await using watchword = await run(folder.at('config'));
  assert.equal(await watchword.reason({ token: first.token() }), 'verified');
  assert.equal(await watchword.reason({ token: second.token() }), 'signature_invalid');

  await swap(folder, 'keys', '..2026_2', { 'jwks.json': { keys: [second.jwk] } });
  await rm(folder.at('keys/..2026_1'), { recursive: true });
  await reloaded(watchword, 'success', 1);
  assert.equal(await watchword.reason({ token: second.token() }), 'verified');
  assert.equal(await watchword.reason({ token: first.token() }), 'signature_invalid');

  const pipelines = [ORDERS, OPEN];
  await swap(folder, 'config', '..2026_2', { 'watchword.yaml': settings({ issuers, pipelines }) });
  await rm(folder.at('config/..2026_1'), { recursive: true });
  await reloaded(watchword, 'success', 2);
  assert.equal(await watchword.reason({ path: '/open/a' }), 'anonymous');
  assert.equal(await reloads(watchword, 'failure'), 0);
});

/** What /readyz says of the configuration. */
async function configurationDetail(watchword: Running): Promise<string> {
  const { status, body } = await watchword.get('/readyz');
  assert.equal(status, 200, 'it serves what it had');
  const { checks } = JSON.parse(body) as { checks: { name: string; detail?: string }[] };
  return checks.find(({ name }) => name === 'configuration')?.detail ?? '';
}

test('a wrong file keeps what runs, is counted, logged and shown, and can be mended', async () => {
  const signer = makeSigner();
  await using folder = await folderWith({
    'watchword.yaml': settings(),
    'jwks.json': { keys: [signer.jwk] },
  });
  await using watchword = await run(folder.at('watchword.yaml'));
  const wrong = 'pipelnes: []\nlimits: { tokenBytes: 0 }\n';
  await folder.write('watchword.yaml', wrong);
  await reloaded(watchword, 'failure');

  assert.equal(await watchword.reason({ token: signer.token() }), 'verified');
  const said = watchword.log.filter(({ msg }) => msg.includes('the one before it stays'));
  assert.deepEqual(said.map(({ level, problem }) => [level, problem]).toSorted(), [
    [50, "watchword.yaml:1:11 pipelnes: unknown setting (did you mean 'pipelines'?)"],
    [50, 'watchword.yaml:2:23 limits.tokenBytes: must be at least 1, not 0'],
  ]);
  const detail = await configurationDetail(watchword);
  assert.match(detail, /pipelnes: unknown setting/);
  assert.match(detail, /limits\.tokenBytes/);

  await folder.write('watchword.yaml', settings({ pipelines: [ORDERS, OPEN] }));
  await reloaded(watchword, 'success');
  assert.equal(await watchword.reason({ path: '/open/a' }), 'anonymous');
  assert.equal(await configurationDetail(watchword), '');
});

test('a file that is wrong is tried once, not at every look', async () => {
  await using folder = await folderWith({
    'watchword.yaml': settings({ issuers: [], pipelines: [] }),
  });
  await using watchword = await run(folder.at('watchword.yaml'));
  await folder.write('watchword.yaml', 'a: 1');
  await reloaded(watchword, 'failure');
  // Another change, so that the time that passes is measured in looks and not in seconds.
  await folder.write('watchword.yaml', 'a: 1\nb: 2');
  await reloaded(watchword, 'failure', 2);
});

test('files that go away keep what runs, and their return is taken over', async () => {
  const [first, second] = [makeSigner(), makeSigner()];
  await using folder = await folderWith({
    'watchword.yaml': settings(),
    'jwks.json': { keys: [first.jwk] },
  });
  await using watchword = await run(folder.at('watchword.yaml'));
  await rm(folder.at('jwks.json'));
  await reloaded(watchword, 'failure', 1);
  assert.match(await configurationDetail(watchword), /jwks\.json cannot be read: ENOENT/);
  assert.equal(await watchword.reason({ token: first.token() }), 'verified');

  await folder.write('jwks.json', 'half a fi');
  await reloaded(watchword, 'failure', 2);
  assert.equal(await watchword.reason({ token: first.token() }), 'verified');

  await folder.write('jwks.json', { keys: [second.jwk] });
  await reloaded(watchword, 'success', 1);
  assert.equal(await watchword.reason({ token: first.token() }), 'signature_invalid');
  assert.equal(await watchword.reason({ token: second.token() }), 'verified');
  assert.equal(await configurationDetail(watchword), '');
});

test('settings that only a start reads are named after a reload, in the log and at /readyz', async () => {
  const nothing = { issuers: [], pipelines: [] };
  await using folder = await folderWith({ 'watchword.yaml': settings(nothing) });
  await using watchword = await run(folder.at('watchword.yaml'));
  const changed = {
    limits: { tokenBytes: 100 },
    shutdown: { grace: '3s' },
    routes: { ingressClasses: ['other'] },
    metrics: { routes: true },
  };
  await folder.write('watchword.yaml', settings({ ...nothing, ...changed }));
  await reloaded(watchword, 'success');
  const { settings: named } = await watchword.said('these settings take effect at the next start');
  assert.deepEqual([named].flat().toSorted(), ['limits', 'metrics', 'routes', 'shutdown']);
  assert.match(
    await configurationDetail(watchword),
    /limits.*shutdown.*routes.*metrics take effect at the next start/,
  );

  await folder.write('watchword.yaml', settings(nothing));
  await reloaded(watchword, 'success', 2);
  assert.equal(await configurationDetail(watchword), '');
});
