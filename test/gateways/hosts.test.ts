import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect as connectHttp2, type OutgoingHttpHeaders } from 'node:http2';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { after, before, describe, test } from 'node:test';
import { type Backend, startBackend } from '../../deploy/demo/backend.ts';
import { startEnvoy } from '../../deploy/demo/envoy.ts';
import { GATEWAY_NAMES, type GatewayName, startGateway } from '../../deploy/gateways/gateway.ts';
import { startChartEnvoy } from '../chart/own-envoy.ts';
import { type Folder, folderWith } from '../server/folder.ts';
import { run } from '../server/running.ts';
import { settings } from '../server/settings.ts';
import { makeSigner } from '../server/signer.ts';

/** What wants no token, with a backend of its own; every other host goes to the backend of a pipeline that wants one. */
const OPEN = 'docs.example.com';
const STRICT = 'orders.example.com';

const BEHIND = ['Envoy over gRPC', "the chart's own Envoy", ...GATEWAY_NAMES] as const;
type Behind = (typeof BEHIND)[number];

/** Those whose recipe takes HTTP/2 without TLS. */
const SPEAKS_HTTP2: readonly Behind[] = ['Envoy over gRPC', "the chart's own Envoy", 'envoy'];

/** Head lines of requests without a token: forms of a target and a host that the client of the conformance cases cannot send. */
const FORMS: readonly (readonly [what: string, head: readonly string[]])[] = [
  ['the open host with a port', ['GET /x HTTP/1.1', `Host: ${OPEN}:81`]],
  ['the open host with spaces around it', ['GET /x HTTP/1.1', `Host: \t ${OPEN}:81 \t`]],
  ['two hosts, the open one first', ['GET /x HTTP/1.1', `Host: ${OPEN}`, `Host: ${STRICT}`]],
  ['two hosts, the open one last', ['GET /x HTTP/1.1', `Host: ${STRICT}`, `Host: ${OPEN}`]],
  ['two hosts in two cases', ['GET /x HTTP/1.1', `Host: ${OPEN}`, `HOST: ${STRICT}:81`]],
  [
    'an open target and a strict Host',
    ['GET http://docs.example.com/x HTTP/1.1', `Host: ${STRICT}`],
  ],
  [
    'a strict target and an open Host',
    ['GET http://orders.example.com/x HTTP/1.1', `Host: ${OPEN}`],
  ],
  [
    'a strict target with a port',
    ['GET http://orders.example.com:81/x HTTP/1.1', `Host: ${OPEN}:81`],
  ],
  ['an open target with a port', [`GET http://${OPEN}:81/x HTTP/1.1`, `Host: ${STRICT}`]],
  ['an open user of a strict target', [`GET http://${OPEN}@${STRICT}/x HTTP/1.1`, `Host: ${OPEN}`]],
  ['an open user with a port', [`GET http://${OPEN}:81@${STRICT}/x HTTP/1.1`, `Host: ${OPEN}`]],
  ['an open target with a trailing dot', [`GET http://${OPEN}./x HTTP/1.1`, `Host: ${OPEN}`]],
  ['a strict target of https', [`GET https://${STRICT}/x HTTP/1.1`, `Host: ${OPEN}`]],
  ['a folded host', ['GET /x HTTP/1.1', `Host: ${OPEN}`, ` .${STRICT}`]],
  ['no host', ['GET /x HTTP/1.1']],
  ['no host, as before HTTP/1.1', ['GET /x HTTP/1.0']],
  ['an open host as before HTTP/1.1', ['GET /x HTTP/1.0', `Host: ${OPEN}:81`]],
  ['an address', ['GET /x HTTP/1.1', 'Host: [::1]:81']],
  ['the open host in brackets', ['GET /x HTTP/1.1', `Host: [${OPEN}]:81`]],
];

/** The forms in which a gateway tells Watchword of another host than the one by which it chose, as its page says. */
const KNOWN: Readonly<Partial<Record<Behind, readonly string[]>>> = {
  // The controller reports `$http_host`, and nginx chooses by the target: SECURITY.md.
  'ingress-nginx': [
    'a strict target and an open Host',
    'a strict target with a port',
    'a strict target of https',
  ],
};

/** What a client may say over HTTP/2, where `Host` may stand beside `:authority` or in place of it. */
const HTTP2_FORMS: readonly (readonly [what: string, headers: OutgoingHttpHeaders])[] = [
  ['the open host with a port', { ':authority': `${OPEN}:81` }],
  ['an open authority and a strict Host', { ':authority': OPEN, host: STRICT }],
  ['a strict authority and an open Host', { ':authority': STRICT, host: OPEN }],
  ['a strict authority with a port and an open Host', { ':authority': `${STRICT}:81`, host: OPEN }],
  ['an open Host with a port alone', { ':authority': '', host: `${OPEN}:81` }],
  ['an open user of a strict authority', { ':authority': `${OPEN}@${STRICT}` }],
  ['an open authority with a trailing dot', { ':authority': `${OPEN}.` }],
];

class Rig {
  readonly #port: number;
  readonly #strict: Backend;

  constructor(port: number, strict: Backend) {
    this.#port = port;
    this.#strict = strict;
  }

  /** Sends a request as it stands here; whether it reached the backend that wants a token. */
  async reachesStrict(head: readonly string[]): Promise<boolean> {
    const before = this.#strict.received.length;
    const socket = connect(this.#port, '127.0.0.1');
    await once(socket, 'connect');
    socket.write([...head, 'Connection: close', '', ''].join('\r\n'));
    const answer = await text(socket);
    assert.notEqual(answer, '', 'an answer');
    return this.#strict.received.length > before;
  }

  /** The same over HTTP/2 without TLS, which a gateway may answer by a reset. */
  async reachesStrictOverHttp2(headers: OutgoingHttpHeaders): Promise<boolean> {
    const before = this.#strict.received.length;
    const session = connectHttp2(`http://127.0.0.1:${this.#port}`);
    using _ = { [Symbol.dispose]: () => session.destroy() };
    const stream = session.request({ ':path': '/x', ...headers });
    const ended = once(stream, 'close');
    stream.on('error', () => undefined).resume();
    await ended;
    return this.#strict.received.length > before;
  }
}

/** Two pipelines by host: `docs` lets everybody in, `rest` judges all else. */
async function startWatchword(stack: AsyncDisposableStack) {
  const signer = makeSigner();
  const folder: Folder = stack.use(
    await folderWith({
      'jwks.json': { keys: [signer.jwk] },
      'watchword.yaml': settings({
        listen: { grpc: '127.0.0.1:0', admin: '127.0.0.1:0', http: '127.0.0.1:0' },
        pipelines: [
          { name: 'docs', match: [{ hosts: [OPEN] }], require: 'none' },
          { name: 'rest', match: [{ hosts: ['*'] }], require: { audiences: ['http://orders'] } },
        ],
      }),
    }),
  );
  return stack.use(await run(folder.at('watchword.yaml')));
}

/** Starts one of them before the two backends; its port. */
async function startBefore(
  name: Behind,
  open: Backend,
  strict: Backend,
  stack: AsyncDisposableStack,
): Promise<number> {
  const { grpcPort, httpPort } = await startWatchword(stack);
  if (name === 'Envoy over gRPC') {
    const pipelines = [
      { name: 'docs', hosts: [OPEN], address: open.address },
      { name: 'rest', address: strict.address },
    ];
    return stack.use(await startEnvoy({ authz: `127.0.0.1:${grpcPort}`, pipelines })).port;
  }
  if (name === "the chart's own Envoy") {
    const routes = [
      { name: 'docs', hosts: [OPEN], port: open.port },
      { name: 'rest', port: strict.port },
    ];
    return stack.use(await startChartEnvoy(routes, grpcPort)).port;
  }
  const gateway: GatewayName = name;
  const recipe = {
    watchword: `127.0.0.1:${httpPort}`,
    backend: strict.address,
    identityHeaders: [],
    routes: [{ prefix: '/', pipeline: '-' }],
    sites: [{ host: OPEN, backend: open.address }],
  };
  return stack.use(await startGateway(gateway, recipe)).port;
}

for (const name of BEHIND) {
  describe(`${name}: no form of a host reaches the backend of another pipeline`, () => {
    const stack = new AsyncDisposableStack();
    let rig: Rig;
    let open: Backend;
    let port = 0;
    before(async () => {
      open = stack.use(await startBackend('open'));
      const strict = stack.use(await startBackend('strict'));
      port = await startBefore(name, open, strict, stack);
      rig = new Rig(port, strict);
    });
    after(() => stack.disposeAsync());

    test('the open host is open, and all others want a token', async () => {
      const before = open.received.length;
      assert.equal(await rig.reachesStrict(['GET /x HTTP/1.1', `Host: ${OPEN}`]), false);
      assert.equal(open.received.length, before + 1);
      assert.equal(await rig.reachesStrict(['GET /x HTTP/1.1', `Host: ${STRICT}`]), false);
    });

    for (const [what, head] of FORMS) {
      const known = KNOWN[name]?.includes(what) ?? false;
      test(`${what} ${known ? 'does, as is known' : 'does not'}`, async () => {
        assert.equal(await rig.reachesStrict(head), known);
      });
    }

    if (!SPEAKS_HTTP2.includes(name)) return;
    test('over HTTP/2 the open host is open, too', async () => {
      const before = open.received.length;
      assert.equal(await rig.reachesStrictOverHttp2({ ':authority': OPEN }), false);
      assert.equal(open.received.length, before + 1);
    });
    for (const [what, headers] of HTTP2_FORMS) {
      test(`${what} does not, over HTTP/2`, async () => {
        assert.equal(await rig.reachesStrictOverHttp2(headers), false);
      });
    }
  });
}
