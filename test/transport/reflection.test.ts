import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { loadSync } from '@grpc/proto-loader';
import { SERVICE_NAME } from '../../src/transport/ext-authz/names.ts';
import { folderWith } from '../server/folder.ts';
import { run } from '../server/running.ts';
import { settings } from '../server/settings.ts';
import { clientOf, type Method } from './call.ts';

interface Reflected {
  readonly listServicesResponse?: { readonly service: readonly { readonly name: string }[] };
  readonly fileDescriptorResponse?: { readonly fileDescriptorProto: readonly Buffer[] };
}

const PROTO = fileURLToPath(
  new URL(
    '../../node_modules/@grpc/reflection/build/proto/grpc/reflection/v1/reflection.proto',
    import.meta.url,
  ),
);
const { ServerReflectionInfo } = loadSync(PROTO)[
  'grpc.reflection.v1.ServerReflection'
] as unknown as { ServerReflectionInfo: Method<Reflected> };

function reflect(port: number, httpCheck: object): Promise<Reflected> {
  const client = clientOf(port);
  const { promise, resolve, reject } = Promise.withResolvers<Reflected>();
  const stream = client.makeBidiStreamRequest(
    ServerReflectionInfo.path,
    ServerReflectionInfo.requestSerialize,
    ServerReflectionInfo.responseDeserialize,
    { deadline: Date.now() + 10_000 },
  );
  stream.once('data', resolve).once('error', reject);
  stream.write(httpCheck);
  stream.end();
  return promise.finally(() => client.close());
}

test('reflection lists the service and shows its messages', async () => {
  await using folder = await folderWith({
    'watchword.yaml': settings({ issuers: [], pipelines: [] }),
  });
  await using watchword = await run(folder.at('watchword.yaml'));
  const { grpcPort } = watchword;
  const listed = await reflect(grpcPort, { listServices: '' });
  const names = listed.listServicesResponse?.service.map(({ name }) => name);
  assert.ok(names?.includes(SERVICE_NAME), String(names));
  const shown = await reflect(grpcPort, { fileContainingSymbol: SERVICE_NAME });
  const files = shown.fileDescriptorResponse?.fileDescriptorProto ?? [];
  assert.ok(files.some((file) => file.includes('CheckRequest')));
});
