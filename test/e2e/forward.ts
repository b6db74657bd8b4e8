import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** This machine, as pods reach it. */
export const HERE = `${process.env['CLUSTER_LINK_PREFIX'] || '10.90.0'}.1`;
/** Its name in the cluster's DNS. */
export const HERE_NAME = 'host.cluster.internal';

/** Takes TCP connections at one address and joins each to one at another. Disposing of it ends all of them. */
export interface Forward extends AsyncDisposable {
  readonly port: number;
  /** Where connections lead from now on. */
  to(host: string, port: number): void;
}

/** Listens on a port that the kernel chooses. */
export function startForward(listen: string): Promise<Forward> {
  let target = { host: '127.0.0.1', port: 0 };
  const open = new Set<Socket>();
  const server = createServer((from) => {
    const to = connect(target);
    for (const [one, other] of [
      [from, to],
      [to, from],
    ] as const) {
      open.add(one);
      // What breaks on one side ends on the other.
      one.on('error', () => other.destroy());
      one.once('close', () => {
        open.delete(one);
        other.destroySoon();
      });
      one.pipe(other);
    }
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, listen, () => {
      resolve({
        port: (server.address() as AddressInfo).port,
        to: (host, port) => {
          target = { host, port };
        },
        [Symbol.asyncDispose]: () =>
          new Promise((closed) => {
            server.close(() => closed());
            for (const socket of open) socket.destroy();
          }),
      });
    });
  });
}
