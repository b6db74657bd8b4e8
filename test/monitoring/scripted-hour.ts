import { connect as connectHttp2 } from 'node:http2';
import { connect } from 'node:net';
import { until } from '../../deploy/support/until.ts';
import { type Folder, folderWith } from '../server/folder.ts';
import { type IssuerServer, startIssuer } from '../server/issuer.ts';
import { type Running, run } from '../server/running.ts';
import { ORDERS, PUBLIC, settings } from '../server/settings.ts';
import { ISS, makeSigner, type Signer } from '../server/signer.ts';
import { makeIdentity } from '../support/identity.ts';
import { ingress } from '../support/kube-objects.ts';
import { startIngressApi } from './ingress-api.ts';

/** One scrape: minutes since the hour began, and what `/metrics` said. */
export interface Scrape {
  readonly minute: number;
  readonly text: string;
}

const REMOTE = 'https://remote.example/';
const DOWN = 'https://down.example/';

interface Scene {
  readonly watchword: Running;
  readonly folder: Folder;
  readonly issuer: IssuerServer;
  readonly signer: Signer;
  readonly remote: Signer;
  readonly configuration: object;
}

/**
 * What a real Watchword says of itself in the course of an hour, a scrape a minute, with what goes wrong in most hours of a platform: a
 * scanner, an issuer that is down from the start, one that goes down, a configuration that is wrong for a while, a
 * listener that is asked without TLS. The hour takes seconds: only the times of the scrapes are written later.
 */
export async function scriptedHour(): Promise<readonly Scrape[]> {
  await using stack = new AsyncDisposableStack();
  const scene = await start(stack);
  const scrapes: Scrape[] = [];
  for (let minute = 0; minute < 60; minute += 1) {
    await happenings(scene, minute);
    await traffic(scene, minute);
    const { body } = await scene.watchword.get('/metrics');
    scrapes.push({ minute, text: body });
  }
  return scrapes;
}

async function start(stack: AsyncDisposableStack): Promise<Scene> {
  const [signer, remote] = [makeSigner(), makeSigner('remote-1')];
  const issuer = stack.use(await startIssuer({ keys: [remote.jwk] }));
  const down = stack.use(await startIssuer('down'));
  const api = stack.use(
    await startIngressApi([
      ingress('cart', 'cart.example', { 'watchword.dev/pipeline': 'shop' }),
      ingress('odd', 'odd.example', { 'watchword.dev/pipeline': 'nobody' }),
      overTls(ingress('tls', 'tls.example', {}, 'contour')),
    ]),
  );
  const tls = makeIdentity('listener');
  const from = (pipeline: typeof ORDERS, issuers: readonly string[]) => ({
    ...pipeline,
    require: { ...pipeline.require, issuers },
  });
  const configuration = settings({
    listen: {
      ...{ grpc: '127.0.0.1:0', admin: '127.0.0.1:0', http: '127.0.0.1:0' },
      httpTls: { cert: 'tls.crt', key: 'tls.key' },
    },
    issuers: [
      { name: 'main', issuer: ISS, keys: { file: 'jwks.json' } },
      { name: 'remote', issuer: REMOTE, keys: { jwks: issuer.url, allowHttp: true } },
      {
        ...{ name: 'down', issuer: DOWN, required: false },
        keys: { jwks: down.url, allowHttp: true },
      },
      { name: 'certified', issuer: 'https://certified.example/', keys: { file: 'tls.crt' } },
    ],
    pipelines: [
      from(ORDERS, ['main', 'remote', 'down']),
      PUBLIC,
      {
        ...from(ORDERS, ['main']),
        ...{ name: 'reports', mode: 'shadow' },
        match: [{ hosts: ['reports.example.com'] }],
      },
      {
        ...from(ORDERS, ['main']),
        ...{ name: 'shop', match: [], selectableBy: { namespaces: ['default'] } },
      },
    ],
    probes: [{ name: 'orders', url: 'http://127.0.0.1:9/orders/1', every: '10s' }],
    metrics: { routes: true },
    routes: {
      ...{ watch: true, apiServer: api.url, tokenFile: 'token' },
      ...{ ingressClasses: ['ours', 'contour'], contourClasses: ['contour'] },
    },
  });
  const folder = stack.use(
    await folderWith({
      'watchword.yaml': configuration,
      'jwks.json': { keys: [signer.jwk] },
      'tls.crt': tls.cert,
      'tls.key': tls.key,
      token: 'test',
    }),
  );
  const watchword = stack.use(await run(folder.at('watchword.yaml')));
  await until('the keys and the routes', async () => {
    const { body } = await watchword.get('/metrics');
    return /^watchword_routes\{kind="Ingress",state="used"\} 1$/m.test(body) ? true : undefined;
  });
  return { watchword, folder, issuer, signer, remote, configuration };
}

/** What happens to the platform, by the minute. */
async function happenings(scene: Scene, minute: number): Promise<void> {
  const { folder, configuration, watchword, issuer } = scene;
  if (minute === 20) {
    await folder.write('watchword.yaml', { ...configuration, default: 'nobody' });
    await watchword.said('the configuration is wrong; the one before it stays');
  }
  if (minute === 40) {
    await folder.write('watchword.yaml', configuration);
    await watchword.said('the configuration was reloaded');
  }
  if (minute === 30) issuer.answer = 'down';
  if (minute % 10 === 5) await speakPlainly(watchword.httpPort ?? 0);
  if (minute % 10 === 7) await callUnknown(watchword.grpcPort);
}

/** What clients ask in a minute. */
async function traffic({ watchword, signer, remote }: Scene, minute: number): Promise<void> {
  const good = signer.token({ sub: `client-${minute % 7}` });
  const many = Math.round(6 + 3 * Math.sin(minute / 6));
  for (let n = 0; n < many; n += 1) await watchword.check({ token: good });
  await watchword.check({ token: remote.token({ iss: REMOTE, sub: `r-${minute}` }) });
  await watchword.check({ path: '/public/a' });
  await watchword.check({ host: 'cart.example', token: good });
  await watchword.check({ host: 'cart.example' });
  await watchword.check({ host: 'reports.example.com', token: good });
  await watchword.check({ host: 'reports.example.com' });
  if (minute % 2 === 0) await watchword.check({ token: signer.token({ exp: 1_000 }) });
  if (minute % 3 === 0) await watchword.check({ host: 'odd.example', token: good });
  if (minute % 3 === 1) await watchword.check({ token: signer.token({ iss: DOWN }) });
  if (minute % 5 === 0)
    await watchword.check({ token: remote.token({ iss: REMOTE }, { kid: `kid-${minute}` }) });
  // A scanner.
  if (minute >= 45 && minute < 50)
    for (let n = 0; n < 60; n += 1) await watchword.check({ host: `h${n}.example` });
}

/** A request without TLS to the listener that has it. */
async function speakPlainly(port: number): Promise<void> {
  await new Promise<void>((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.end('GET / HTTP/1.1\r\n\r\n'));
    socket.on('error', () => undefined);
    socket.resume().on('close', () => resolve());
  });
}

/** A call of a method that is not served. */
async function callUnknown(port: number): Promise<void> {
  const session = connectHttp2(`http://127.0.0.1:${port}`);
  const path = '/unknown.Service/Method';
  const stream = session.request({ ':method': 'POST', ':path': path, te: 'trailers' });
  stream.on('error', () => undefined);
  await new Promise<void>((resolve) =>
    stream
      .end()
      .resume()
      .on('close', () => resolve()),
  );
  session.destroy();
}

/** The Ingress with TLS, which Contour serves without a check. */
function overTls(object: unknown): unknown {
  const { spec, ...rest } = object as { readonly spec: object };
  return { ...rest, spec: { ...spec, tls: [{ hosts: ['tls.example'], secretName: 'tls' }] } };
}
