import assert from 'node:assert/strict';
import { connect } from 'node:http2';
import { after, before, describe, test } from 'node:test';
import type { MethodDefinition } from '@grpc/proto-loader';
import { startBackend } from '../../deploy/demo/backend.ts';
import { type Envoy, startEnvoy } from '../../deploy/demo/envoy.ts';
import { answerTo } from '../../src/answer/answer.ts';
import { refuse } from '../../src/check/decision.ts';
import { decode } from '../../src/transport/ext-authz/decode.ts';
import { encode } from '../../src/transport/ext-authz/encode.ts';
import { SERVICE_NAME } from '../../src/transport/ext-authz/names.ts';
import { loadProtos } from '../../src/transport/ext-authz/service.ts';
import { ask } from '../support/http-client.ts';
import { startBareServer } from './bare-server.ts';

interface Checked {
  readonly attributes: { readonly request: { readonly http: { readonly scheme: string } } };
}

const { Check } = loadProtos()[SERVICE_NAME] as unknown as {
  readonly Check: MethodDefinition<Checked, object>;
};

/* Which word of a real Envoy tells apart the listeners of one Gateway. */
describe('where a request came in, as Envoy tells it', () => {
  const stack = new AsyncDisposableStack();
  const messages: Buffer[] = [];
  let envoy: Envoy;
  before(async () => {
    const server = stack.use(
      await startBareServer((message) => {
        if (Buffer.isBuffer(message)) messages.push(Buffer.from(message));
        return encode(answerTo(refuse('token_missing'), null));
      }),
    );
    const backend = stack.use(await startBackend('echo'));
    envoy = stack.use(
      await startEnvoy({
        authz: `127.0.0.1:${server.port}`,
        pipelines: [{ name: 'echo', address: backend.address }],
      }),
    );
  });
  after(() => stack.disposeAsync());

  /** The message about the last request. */
  const last = (): Buffer => messages.at(-1) ?? Buffer.alloc(0);

  test('is the port of its listener, whatever the client says', async () => {
    const headers = [
      ['x-forwarded-port', '1'],
      ['x-forwarded-proto', 'https'],
      ['x-envoy-original-dst-host', '10.0.0.1:1'],
    ] as const;
    const host = 'shop.example:1';
    const asked = { method: 'GET', host, path: '/', headers };
    assert.equal((await ask({ port: envoy.port, ...asked })).status, 401);
    assert.equal(decode(last())?.port, envoy.port);
  });

  test('and not the scheme, which a client over HTTP/2 writes itself', async () => {
    const session = connect(envoy.url);
    try {
      const stream = session.request({ ':path': '/', ':scheme': 'https' });
      stream.resume();
      await new Promise((resolve, reject) => {
        stream.once('close', resolve);
        stream.once('error', reject);
      });
    } finally {
      session.close();
    }
    assert.equal(Check.requestDeserialize(last()).attributes.request.http.scheme, 'https');
    assert.equal(decode(last())?.port, envoy.port);
  });
});
