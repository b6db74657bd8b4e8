import assert from 'node:assert/strict';
import { test } from 'node:test';
import { folderWith } from '../server/folder.ts';
import { type Running, run } from '../server/running.ts';
import { ORDERS, settings } from '../server/settings.ts';
import { makeSigner } from '../server/signer.ts';
import { reloaded, reloads } from './reloads.ts';

const signer = makeSigner();
const asking = (file: string, more: object = {}) =>
  settings({
    consumers: { file },
    pipelines: [{ ...ORDERS, require: { ...ORDERS.require, consumer: true, ...more } }],
  });
const keys = { 'jwks.json': { keys: [signer.jwk] } };

async function reason(watchword: Running, sub: string): Promise<string> {
  return await watchword.reason({ token: signer.token({ sub }) });
}

async function detail(watchword: Running): Promise<string> {
  const { checks } = JSON.parse((await watchword.get('/readyz')).body) as {
    checks: readonly { name: string; detail?: string }[];
  };
  return checks.find(({ name }) => name === 'configuration')?.detail ?? '';
}

test('a changed list is taken over, and counted', async () => {
  const files = { 'watchword.yaml': asking('consumers.yaml'), 'consumers.yaml': '- { id: alice }' };
  await using folder = await folderWith({ ...files, ...keys });
  await using watchword = await run(folder.at('watchword.yaml'));
  assert.equal(await reason(watchword, 'alice'), 'verified');
  assert.equal(await reason(watchword, 'bob'), 'consumer_unknown');
  assert.equal((await watchword.metrics()).get('watchword_consumers'), 1);

  await folder.write('consumers.yaml', '- { id: alice, active: false }\n- { id: bob }\n');
  await reloaded(watchword, 'success');
  assert.equal(await reason(watchword, 'alice'), 'consumer_inactive');
  assert.equal(await reason(watchword, 'bob'), 'verified');
  assert.equal((await watchword.metrics()).get('watchword_consumers'), 2);
  const { consumers } = await watchword.said('the configuration was reloaded');
  assert.equal(consumers, 2);
});

test('a list that is wrong keeps the one that runs, is counted, logged and shown', async () => {
  const files = { 'watchword.yaml': asking('consumers.yaml'), 'consumers.yaml': '- { id: alice }' };
  await using folder = await folderWith({ ...files, ...keys });
  await using watchword = await run(folder.at('watchword.yaml'));
  await folder.write('consumers.yaml', '- { id: bob }\n- { id: 7 }\n');
  await reloaded(watchword, 'failure');
  assert.equal(await reason(watchword, 'alice'), 'verified');
  assert.equal(await reason(watchword, 'bob'), 'consumer_unknown');
  assert.match(await detail(watchword), /consumers\.yaml:2:9 \[1\]\.id: must be a string, not 7/);
  const { problem } = await watchword.said('the configuration is wrong; the one before it stays');
  assert.match(String(problem), /consumers\.yaml:2:9/);

  await folder.write('consumers.yaml', '- { id: bob, pipelines: [nobody] }\n');
  await reloaded(watchword, 'failure', 2);
  assert.match(await detail(watchword), /consumers\.yaml:1:3: no pipeline is called 'nobody'/);

  await folder.write('consumers.yaml', '- { id: bob }\n');
  await reloaded(watchword, 'success');
  assert.equal(await reason(watchword, 'bob'), 'verified');
  assert.equal(await detail(watchword), '');
});

test('a mounted Secret is watched: its files are links that all change at once', async () => {
  await using folder = await folderWith({
    'watchword.yaml': asking('list'),
    ...keys,
    'list/..1/consumers.yaml': '- { id: alice }\n',
    'list/..2/consumers.yaml': '- { id: bob }\n',
  });
  await folder.link('list/..data', '..1');
  await folder.link('list/consumers.yaml', '..data/consumers.yaml');
  await using watchword = await run(folder.at('watchword.yaml'));
  assert.equal(await reason(watchword, 'alice'), 'verified');
  await folder.link('list/..data', '..2');
  await reloaded(watchword, 'success');
  assert.equal(await reason(watchword, 'alice'), 'consumer_unknown');
  assert.equal(await reason(watchword, 'bob'), 'verified');
});

test('a reload of all else keeps the list, and asks of it what it newly reads', async () => {
  const files = { 'watchword.yaml': asking('consumers.yaml'), 'consumers.yaml': '- { id: alice }' };
  await using folder = await folderWith({ ...files, ...keys });
  await using watchword = await run(folder.at('watchword.yaml'));
  await folder.write('watchword.yaml', asking('consumers.yaml', { maxAge: '2h' }));
  await reloaded(watchword, 'success');
  assert.equal(await reason(watchword, 'alice'), 'verified');

  await folder.write('watchword.yaml', asking('consumers.yaml', { when: 'consumer.plan == "x"' }));
  await reloaded(watchword, 'failure');
  assert.match(await detail(watchword), /when: no consumer has an attribute 'plan'/);
  assert.equal(await reason(watchword, 'alice'), 'verified');
  assert.equal(await reloads(watchword, 'success'), 1);
});
