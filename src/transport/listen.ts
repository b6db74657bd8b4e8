import type { Server as HttpServer } from 'node:http';
import type { AddressInfo, Server } from 'node:net';
import { freeSocketPath, ListenError, parseAddress } from './address.ts';

/** Binds a server to an address. Gives the port, 0 for a Unix socket; throws `ListenError`. */
export async function listen(server: Server, address: string): Promise<number> {
  const parsed = parseAddress(address);
  if (parsed.kind === 'unix') await freeSocketPath(parsed.path);
  return new Promise((resolve, reject) => {
    const failed = (error: NodeJS.ErrnoException): void =>
      reject(new ListenError(address, error.code ?? error.name));
    server.once('error', failed);
    const listening = (): void => {
      server.off('error', failed);
      resolve((server.address() as AddressInfo).port ?? 0);
    };
    if (parsed.kind === 'unix') server.listen(parsed.path, listening);
    else server.listen(parsed.port, parsed.host, listening);
  });
}

/** Stops to listen and closes every connection, whatever is open on it. */
export function closeAtOnce(server: HttpServer): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
