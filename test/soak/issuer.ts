import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { jwksOf, makeKey, type TestKey } from '../support/keys.ts';
import type { KeyName } from './timeline.ts';

/** The issuer's name in `iss`; where its keys are is another matter. */
export const ISS = 'https://issuer.example/';

/** An issuer whose key set changes, and which can be away. */
export interface Issuer extends AsyncDisposable {
  readonly keys: Readonly<Record<KeyName, TestKey>>;
  /** Where an instance finds the key set: each has a path of its own, so that its fetches can be told apart. */
  jwksUrl(instance: string): string;
  /** How often each instance has got the key set. */
  served(instance: string): number;
  publish(...names: readonly KeyName[]): void;
  /** Closes the port: whoever asks is refused the connection. */
  kill(): Promise<void>;
  start(): Promise<void>;
}

/** Starts the issuer on a free port of 127.0.0.1; it publishes key A. */
export async function startIssuer(): Promise<Issuer> {
  const keys = { A: makeKey('ES256'), B: makeKey('ES256'), C: makeKey('ES256') };
  const served = new Map<string, number>();
  let published: readonly KeyName[] = ['A'];
  let server = serverOf();
  const port = await listen(server, 0);

  function serverOf(): Server {
    return createServer((request, response) => {
      const instance = request.url?.split('/')[1] ?? '';
      served.set(instance, (served.get(instance) ?? 0) + 1);
      response.writeHead(200, {
        'content-type': 'application/json',
        'cache-control': 'public, max-age=300',
      });
      response.end(JSON.stringify(jwksOf(...published.map((name) => keys[name]))));
    });
  }
  return {
    keys,
    jwksUrl: (instance) => `http://127.0.0.1:${port}/${instance}/jwks.json`,
    served: (instance) => served.get(instance) ?? 0,
    publish: (...names) => {
      published = names;
    },
    kill: () => close(server),
    start: async () => {
      server = serverOf();
      await listen(server, port);
    },
    [Symbol.asyncDispose]: () => close(server),
  };
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
