import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { pino } from 'pino';
import { startBackend } from '../../deploy/demo/backend.ts';
import { startEnvoy } from '../../deploy/demo/envoy.ts';
import { startWatchword } from '../../src/server/watchword.ts';
import { folderWith } from '../server/folder.ts';
import { makeSigner } from '../server/signer.ts';
import { findPackage } from '../support/npm-package.ts';

/** What real clients of Connect and gRPC-Web (`@connectrpc/connect-web`) make of a refusal through real Envoy. */

/** What is used of the packages, which are no dependency. */
interface Packages {
  readonly create: (schema: unknown, init: object) => unknown;
  readonly createFileRegistry: (files: unknown) => { getService(name: string): unknown };
  readonly FileDescriptorSetSchema: unknown;
  readonly file_google_protobuf_empty: { readonly proto: unknown };
  readonly createClient: (
    service: unknown,
    transport: unknown,
  ) => { delete(request: object, options?: object): Promise<unknown> };
  readonly createConnectTransport: (options: object) => unknown;
  readonly createGrpcWebTransport: (options: object) => unknown;
}

async function loadPackages(): Promise<Packages> {
  const web = await findPackage('@connectrpc/connect-web', '2.3.0');
  const files = [
    join(web, 'dist/esm/index.js'),
    join(web, '../connect/dist/esm/index.js'),
    join(web, '../../@bufbuild/protobuf/dist/esm/index.js'),
    join(web, '../../@bufbuild/protobuf/dist/esm/wkt/index.js'),
  ];
  const modules = await Promise.all(files.map(async (file) => (await import(file)) as object));
  return Object.assign({}, ...modules) as Packages;
}

/** `shop.Orders` with one method, without generated code. */
function serviceOf(packages: Packages): unknown {
  const empty = '.google.protobuf.Empty';
  const file = {
    name: 'orders.proto',
    package: 'shop',
    syntax: 'proto3',
    dependency: ['google/protobuf/empty.proto'],
    service: [
      { name: 'Orders', method: [{ name: 'Delete', inputType: empty, outputType: empty }] },
    ],
  };
  const set = { file: [packages.file_google_protobuf_empty.proto, file] };
  const files = packages.create(packages.FileDescriptorSetSchema, set);
  return packages.createFileRegistry(files).getService('shop.Orders');
}

describe('real clients through real Envoy', () => {
  const stack = new AsyncDisposableStack();
  const signer = makeSigner();
  let packages: Packages;
  let baseUrl = '';
  before(async () => {
    packages = await loadPackages();
    const configuration = {
      listen: { grpc: '127.0.0.1:0', admin: '127.0.0.1:0' },
      log: { level: 'silent' },
      shutdown: { grace: '1s' },
      issuers: [
        {
          name: 'main',
          issuer: 'https://issuer.example/',
          audiences: ['http://orders'],
          keys: { file: 'jwks.json' },
        },
      ],
      pipelines: [{ name: 'orders', match: [{ paths: ['/shop.Orders/**'] }], require: {} }],
    };
    const files = { 'watchword.yaml': configuration, 'jwks.json': { keys: [signer.jwk] } };
    const folder = stack.use(await folderWith(files));
    const watchword = stack.use(
      await startWatchword(folder.at('watchword.yaml'), pino({ level: 'silent' })),
    );
    const { address } = stack.use(await startBackend('application'));
    const authz = `127.0.0.1:${watchword.grpcPort}`;
    const pipelines = [{ name: 'all', address }];
    baseUrl = stack.use(await startEnvoy({ authz, timeout: '5s', pipelines })).url;
  });
  after(() => stack.disposeAsync());

  for (const [name, transportOf] of [
    ['Connect in JSON', () => packages.createConnectTransport({ baseUrl })],
    [
      'Connect in Protocol Buffers',
      () => packages.createConnectTransport({ baseUrl, useBinaryFormat: true }),
    ],
    ['gRPC-Web', () => packages.createGrpcWebTransport({ baseUrl })],
  ] as const) {
    test(`${name}: a missing token is UNAUTHENTICATED, in our words`, async () => {
      const client = packages.createClient(serviceOf(packages), transportOf());
      await assert.rejects(client.delete({}), (error: { code?: number; rawMessage?: string }) => {
        assert.deepEqual([error.code, error.rawMessage], [16, 'no Bearer token was sent']);
        return true;
      });
    });
  }
});
