import assert from 'node:assert/strict';
import { dirname } from 'node:path';
import { test } from 'node:test';
import { configSchema } from '../../src/config/json-schema.ts';
import { readConfig } from '../../src/config/read.ts';
import { folderWith } from '../server/folder.ts';

/** A fragment that names each setting which is a file or a folder by a relative path that ends in its own name. */
const TLS = { cert: 'a/cert', key: '../key', clientCa: './clientCa' };
const FRAGMENT = {
  listen: { http: '127.0.0.1:9180', tls: TLS, httpTls: TLS },
  routes: { apiServer: 'https://api.example', tokenFile: 'tokenFile', caFile: 'caFile' },
  issuers: [
    { name: 'a', issuer: 'https://a.example/', keys: { file: 'file' } },
    { name: 'b', issuer: 'https://b.example/', keys: { secretFile: '/etc/secretFile' } },
    {
      name: 'c',
      issuer: 'https://c.example/',
      keys: {
        discovery: true,
        caFile: 'keys/caFile',
        cacheDir: 'cacheDir',
        fallbackFile: 'fallbackFile',
      },
    },
  ],
};

/** The texts of a value by the name of their setting. */
function textsIn(value: unknown, name = ''): readonly (readonly [string, string])[] {
  if (typeof value === 'string') return [[name, value]];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => textsIn(inner, key));
}

/** The names of the settings of a schema. */
function namesIn(schema: unknown): readonly string[] {
  if (typeof schema !== 'object' || schema === null) return [];
  const { properties = {} } = schema as { properties?: object };
  return [...Object.keys(properties), ...Object.values(schema).flatMap(namesIn)];
}

const isPath = (name: string): boolean => /(?:^file|File|Dir|^cert|^key|Ca)$/.test(name);

test('every setting that is a file or a folder is meant from the file that names it', async () => {
  const written = textsIn(FRAGMENT).filter(([name]) => isPath(name));
  assert.deepEqual(
    [...new Set(written.map(([name]) => name))].toSorted(),
    [...new Set(namesIn(configSchema()).filter(isPath))].toSorted(),
    'the fragment names them all',
  );
  await using folder = await folderWith({ 'teams/a/watchword.yaml': FRAGMENT });
  const { config } = await readConfig(folder.at('teams/a'));
  const above = folder.at('teams/a');
  const right: Readonly<Record<string, string>> = {
    'a/cert': `${above}/a/cert`,
    '../key': `${dirname(above)}/key`,
    './clientCa': `${above}/clientCa`,
    '/etc/secretFile': '/etc/secretFile',
  };
  const read = new Set(textsIn(config).map(([name, text]) => `${name} ${text}`));
  for (const [name, text] of written)
    assert.ok(read.has(`${name} ${right[text] ?? `${above}/${text}`}`), `${name}: ${text}`);
});
