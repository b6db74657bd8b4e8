import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GRPC_SERVER } from '../support/grpc-server.ts';
import type { Case } from './case.ts';
import {
  CONDITION_PIPELINES,
  CONSUMER_PIPELINES,
  CONSUMERS,
  HEADER_PIPELINES,
  PLACE_PIPELINES,
  PROFILE_ISSUER,
  REFUSAL_FILES,
  REFUSAL_PIPELINES,
  REQUIREMENT_PIPELINES,
  RESOURCE_PIPELINES,
  SCOPE_PIPELINES,
} from './requirements.ts';
import { KEY_FILES, REMOTE_JWKS } from './signing.ts';

export type FixtureName = NonNullable<Case['fixture']>;
export const FIXTURE_NAMES: readonly FixtureName[] = [
  'default',
  'any-host',
  'overloaded',
  'unreachable',
  'hanging',
];

/** A folder with a configuration and its keys, and the remote key set that it names. */
export interface Fixture extends AsyncDisposable {
  readonly path: string;
}

/** Makes the world that a case asks. Every world has the same pipelines. `listen` adds listeners. */
export async function makeFixture(
  name: FixtureName,
  listen: Readonly<Record<string, unknown>> = {},
  logLevel = 'silent',
): Promise<Fixture> {
  const folder = await mkdtemp(join(tmpdir(), 'watchword-test-'));
  const keySet = await startKeySet(name);
  const { port } = keySet.address() as AddressInfo;
  if (name === 'unreachable') await close(keySet);
  await Promise.all(
    Object.entries({ ...KEY_FILES, ...REFUSAL_FILES }).map(([file, text]) =>
      writeFile(join(folder, file), text),
    ),
  );
  await writeFile(join(folder, 'consumers.yaml'), JSON.stringify(CONSUMERS));
  const path = join(folder, 'watchword.json');
  await writeFile(
    path,
    JSON.stringify(
      configuration(name, `http://127.0.0.1:${port}/jwks.json`, listen, logLevel),
      null,
      2,
    ),
  );
  return {
    path,
    [Symbol.asyncDispose]: async () => {
      if (name !== 'unreachable') await close(keySet);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function startKeySet(name: FixtureName): Promise<Server> {
  const server = createServer((_, response) => {
    // An issuer that takes the question and never answers.
    if (name !== 'hanging') response.end(JSON.stringify(REMOTE_JWKS));
  });
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve(server));
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

function configuration(
  name: FixtureName,
  jwks: string,
  listen: Readonly<Record<string, unknown>>,
  logLevel: string,
): unknown {
  const host = 'orders.example.com';
  const at = (...paths: string[]) => [{ hosts: [host], paths }];
  const needs = (require: object = {}) => ({
    issuers: ['main'],
    audiences: ['http://orders'],
    ...require,
  });
  const forward = {
    headers: {
      'x-auth-subject': 'sub',
      'x-auth-scope': 'scope',
      'x-auth-tenant': { claim: ['https://example.com/tenant'], as: 'json' },
    },
  };
  return {
    listen: { grpc: '127.0.0.1:0', admin: '127.0.0.1:0', grpcServer: GRPC_SERVER, ...listen },
    log: { level: logLevel },
    limits: {
      decisionTimeout: name === 'hanging' ? '40ms' : '5s',
      pendingVerifications: name === 'overloaded' ? 0 : 1000,
    },
    shutdown: { grace: '1s' },
    consumers: { file: 'consumers.yaml' },
    issuers: [
      { name: 'main', issuer: 'https://issuer.example/', keys: { file: 'jwks.json' } },
      {
        name: 'pem',
        issuer: 'https://pem.example/',
        algorithms: ['RS256'],
        keys: { file: 'pem.pem' },
      },
      {
        name: 'cert',
        issuer: 'https://cert.example/',
        types: ['at+jwt'],
        keys: { file: 'cert.pem' },
      },
      { name: 'secret', issuer: 'https://secret.example/', keys: { secretFile: 'secret.txt' } },
      { name: 'remote', issuer: 'https://remote.example/', keys: { jwks, allowHttp: true } },
      {
        name: 'dev',
        issuer: 'https://dev.example/',
        allowDevIssuer: true,
        keys: { file: 'dev.pem' },
      },
      PROFILE_ISSUER,
    ],
    pipelines: [
      {
        name: 'billings',
        match: at('/orders/**'),
        require: needs({ scopes: { all: ['read:orders'] } }),
        forward,
      },
      { name: 'public', match: at('/public/**'), require: 'none' },
      { name: 'status', match: at('/orders/status'), require: 'none' },
      {
        name: 'lines',
        match: at('/orders/*/lines'),
        require: needs({ scopes: { all: ['read:lines'] } }),
      },
      {
        name: 'readonly',
        match: [{ hosts: [host], paths: ['/orders/readonly'], methods: ['GET', 'HEAD'] }],
        require: 'none',
      },
      { name: 'shop', match: [{ hosts: ['*.shop.example.com'] }], require: needs() },
      { name: 'special', match: [{ hosts: ['special.shop.example.com'] }], require: 'none' },
      {
        name: 'admin',
        match: [{ hosts: ['special.shop.example.com'], paths: ['/admin/**'] }],
        require: needs(),
      },
      { name: 'deep', match: [{ hosts: ['*.deep.shop.example.com'] }], require: 'none' },
      {
        name: 'named',
        selectableBy: { context: true },
        require: needs({ scopes: { all: ['named'] } }),
      },
      ...['pem', 'cert', 'secret', 'remote', 'dev'].map((issuer) => ({
        name: issuer,
        match: at(`/${issuer}/**`),
        require: needs({ issuers: [issuer] }),
      })),
      { name: 'any-audience', match: at('/any/**'), require: needs({ audiences: 'any' }) },
      { name: 'either', match: at('/either/**'), require: needs({ scopes: { any: ['a', 'b'] } }) },
      {
        name: 'tenant',
        match: at('/tenant/**'),
        require: needs({ claims: [{ path: ['https://example.com/tenant'], in: ['acme'] }] }),
      },
      {
        name: 'nested',
        match: at('/nested/**'),
        require: needs({ claims: [{ path: ['realm_access', 'a.b'], in: [7] }] }),
      },
      {
        name: 'odd',
        match: at('/odd/**'),
        require: needs({ claims: [{ path: ['constructor'] }] }),
      },
      { name: 'once', match: at('/once/**'), require: needs({ claims: [{ path: ['jti'] }] }) },
      { name: 'optional', match: at('/optional/**'), require: needs({ optional: true }), forward },
      {
        name: 'cors',
        match: [{ hosts: [host], paths: ['/cors/**'], methods: ['GET', 'POST'] }],
        preflight: 'pass',
        require: needs(),
        forward,
      },
      {
        name: 'deletes',
        match: [{ hosts: [host], paths: ['/mixed/**'], methods: ['DELETE'] }],
        require: needs(),
      },
      { name: 'reads', match: at('/mixed/**'), preflight: 'pass', require: needs() },
      {
        name: 'shadow',
        match: at('/shadow/**'),
        mode: 'shadow',
        require: needs({ scopes: { all: ['read:orders', 'shadow'] } }),
        forward,
      },
      {
        name: 'keep',
        match: at('/keep/**'),
        require: needs(),
        forward: { overrideHeaders: 'keep' },
      },
      { name: 'strip', match: at('/strip/**'), require: needs(), forward: { token: 'strip' } },
      {
        name: 'lists',
        match: at('/lists/**'),
        require: needs(),
        forward: { headers: { 'x-auth-scope': 'groups' } },
      },
      ...REQUIREMENT_PIPELINES,
      ...RESOURCE_PIPELINES,
      ...REFUSAL_PIPELINES,
      ...PLACE_PIPELINES,
      ...CONDITION_PIPELINES,
      ...CONSUMER_PIPELINES,
      ...HEADER_PIPELINES,
      ...SCOPE_PIPELINES,
    ],
    default: name === 'any-host' ? 'billings' : 'deny',
  };
}
