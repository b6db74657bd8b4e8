import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Connections } from '../../src/outgoing/connections.ts';
import { shownUrl } from '../../src/outgoing/shown-url.ts';
import { folderWith } from '../server/folder.ts';

test('connections are made once, however many ask at once, and anew when the authorities change', async () => {
  await using folder = await folderWith({ 'ca.crt': 'first' });
  const trusted: unknown[] = [];
  await using connections = new Connections(folder.at('ca.crt'), (undici, { ca }) => {
    trusted.push(ca);
    return new undici.Agent();
  });
  const ask = () => Promise.all([connections.current(), connections.current()]);
  const [one, two] = await ask();
  assert.equal(one, two);
  await folder.write('ca.crt', 'second');
  const [three, four] = await ask();
  assert.equal(three, four);
  assert.notEqual(three, one);
  assert.deepEqual(trusted, ['first', 'second']);
  await assert.rejects(one.request({ origin: 'http://127.0.0.1:1', path: '/', method: 'GET' }), {
    code: /^UND_ERR_(?:CLOSED|DESTROYED)$/,
  });
});

test('a URL is shown without what may be a secret', () => {
  assert.equal(shownUrl('https://u:p@a.example:8443/x/y?key=z#f'), 'https://a.example:8443/x/y');
  assert.equal(shownUrl('accounts?key=z'), 'no URL');
});
