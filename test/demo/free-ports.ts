import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { FREE_PORTS, type Ports } from '../../deploy/demo/ports.ts';

/** Ports that nobody listens on, one for each part of the demo. They are held together, so that all differ. */
export async function freePorts(): Promise<Ports> {
  const servers = await Promise.all(
    Object.keys(FREE_PORTS).map(async (name) => {
      const server = createServer();
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      return { name, server };
    }),
  );
  const ports = servers.map(({ name, server }) => [name, (server.address() as AddressInfo).port]);
  await Promise.all(servers.map(({ server }) => new Promise((resolve) => server.close(resolve))));
  return Object.fromEntries(ports) as Ports;
}
