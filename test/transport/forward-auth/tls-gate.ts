import { once } from 'node:events';
import { Agent, request } from 'node:https';
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls';
import { until } from '../../../deploy/support/until.ts';
import { type Folder, folderWith } from '../../server/folder.ts';
import type { Running } from '../../server/running.ts';
import { settings } from '../../server/settings.ts';
import { type Identity, makeIdentity } from '../../support/identity.ts';

export const SERVER = makeIdentity('first.example');
export const GATEWAY = makeIdentity('gateway.example');
export const STRANGER = makeIdentity('stranger.example');

export const TLS = { cert: 'tls/cert.pem', key: 'tls/key.pem' };
export const MUTUAL = { ...TLS, clientCa: 'tls/clients.pem' };
export const FILES = {
  'tls/cert.pem': SERVER.cert,
  'tls/key.pem': SERVER.key,
  'tls/clients.pem': GATEWAY.cert,
};

export function configuration(httpTls: object, http = '127.0.0.1:0', own: object = {}): object {
  const listen = { grpc: '127.0.0.1:0', admin: '127.0.0.1:0', http, httpTls };
  return settings({ listen, issuers: [], pipelines: [], ...own });
}

export const folderFor = (configured: object, own: object = {}): Promise<Folder> =>
  folderWith({ 'watchword.yaml': configured, ...FILES, ...own });

export interface Asked {
  readonly port: number;
  /** The certificate that the gateway trusts. */
  readonly trusts?: Identity;
  /** What the gateway shows. */
  readonly own?: Identity | undefined;
  readonly agent?: Agent;
}

/** Asks for a check over TLS and gives the status and reason. Rejects where there is no answer. */
export function ask({ port, trusts = SERVER, own, agent = new Agent() }: Asked): Promise<string> {
  const sent = request({
    ...{ host: '127.0.0.1', port, path: '/auth/envoy/-/x', agent, timeout: 5_000 },
    ...{ ca: trusts.cert, servername: trusts.name, cert: own?.cert, key: own?.key },
  });
  sent.end();
  return new Promise((resolve, reject) => {
    sent.once('timeout', () => sent.destroy(new Error('no answer within 5 s')));
    sent.once('error', reject);
    sent.once('response', (response) => {
      response.resume();
      response.once('end', () =>
        resolve(`${response.statusCode} ${String(response.headers['watchword-reason'])}`),
      );
    });
  });
}

/** A connection whose handshake is done, on the client's side: TLS 1.3 tells a refusal afterwards. */
export async function open(port: number, options: ConnectionOptions = {}): Promise<TLSSocket> {
  const socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false, ...options });
  await once(socket, 'secureConnect');
  return socket;
}

/** The name in the certificate that the listener shows to a new connection. */
export async function shownName(port: number): Promise<string> {
  const socket = await open(port);
  const { subject } = socket.getPeerCertificate();
  socket.destroy();
  return String(subject.CN);
}

/** Waits until so many handshakes were counted: the listener hears of their end after the client. */
export function refusedHandshakes(watchword: Running, count: number): Promise<true> {
  const name = 'watchword_http_refused_total{cause="tls"}';
  return until(`${count} refused handshakes`, async () =>
    (await watchword.metrics()).get(name) === count ? true : undefined,
  );
}

export const REFUSED = '403 pipeline_missing';
