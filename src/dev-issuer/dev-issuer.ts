import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { boundAddress, ListenError, parseAddress } from '../transport/address.ts';
import { closeAtOnce } from '../transport/listen.ts';
import { send } from './http.ts';
import { SigningKeys } from './key-ring.ts';
import { answer, type Issuer, refusal } from './routes.ts';
import type { DevIssuerSettings } from './settings.ts';

/** A running dev-issuer. Disposing of it stops it. */
export interface DevIssuer extends AsyncDisposable {
  /** Where it listens, ending with a slash. */
  readonly url: string;
  /** The `iss` of its tokens. */
  readonly issuer: string;
}

/**
 * Starts an issuer that speaks like Auth0, for trying out and for tests: anyone who reaches it and knows a client's
 * secret gets tokens. Its keys are new at each start and never leave the process. Throws `ListenError` where it
 * cannot listen.
 */
export async function startDevIssuer(settings: DevIssuerSettings): Promise<DevIssuer> {
  const now = Date.now;
  const keys = await SigningKeys.create(now);
  const server = createServer({ requestTimeout: 10_000, headersTimeout: 5_000 });
  const url = await listen(server, await boundAddress(settings.listen));
  const issuer: Issuer = { settings, issuer: settings.issuer ?? url, keys, now };
  server.on('request', (request, response) => {
    answer(request, issuer)
      .catch(refusal)
      .then((reply) => send(response, reply))
      .catch(() => response.destroy());
  });
  return {
    url,
    issuer: issuer.issuer,
    [Symbol.asyncDispose]: () => closeAtOnce(server),
  };
}

/** Gives the URL with the port that was bound. */
function listen(server: Server, address: string): Promise<string> {
  const parsed = parseAddress(address);
  if (parsed.kind === 'unix') throw new ListenError(address, 'an issuer needs HOST:PORT');
  const { host, port } = parsed;
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const inUse = error.code === 'EADDRINUSE';
      reject(new ListenError(address, inUse ? 'the port is in use' : (error.code ?? error.name)));
    });
    server.listen(port, host, () => {
      resolve(`http://${reachable(host)}:${(server.address() as AddressInfo).port}/`);
    });
  });
}

/** The host part of a URL by which a listener on this host is reached. */
function reachable(host: string): string {
  if (host === '0.0.0.0' || host === '::') return 'localhost';
  return host.includes(':') ? `[${host}]` : host;
}
