import { connect, createServer, type Socket } from 'node:net';

/** A wire that can be cut. */
export interface TcpProxy extends AsyncDisposable {
  readonly port: number;
  /** `cut` ends and refuses connections; `frozen` keeps them and carries nothing, as a host that lost its power does. */
  set(state: 'open' | 'cut' | 'frozen'): void;
}

/** Carries connections to a port of 127.0.0.1. Connections that were frozen stay dead when the wire opens again. */
export function startTcpProxy(target: number): Promise<TcpProxy> {
  const pairs = new Set<readonly [Socket, Socket]>();
  let state: 'open' | 'cut' | 'frozen' = 'open';
  const server = createServer((near) => {
    if (state === 'cut') {
      near.destroy();
      return;
    }
    const far = connect(target, '127.0.0.1');
    const pair = [near, far] as const;
    pairs.add(pair);
    for (const socket of pair) {
      socket.on('error', () => undefined);
      socket.on('close', () => {
        pairs.delete(pair);
        near.destroy();
        far.destroy();
      });
    }
    if (state === 'frozen') return;
    near.pipe(far);
    far.pipe(near);
  });
  const freeze = ([near, far]: readonly [Socket, Socket]): void => {
    near.unpipe(far);
    far.unpipe(near);
    near.pause();
    far.pause();
  };
  const endAll = (): void => {
    for (const [near, far] of pairs) {
      near.destroy();
      far.destroy();
    }
  };
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve({
        port: typeof address === 'object' ? (address?.port ?? 0) : 0,
        set(next) {
          state = next;
          if (next === 'cut') endAll();
          if (next === 'frozen') for (const pair of pairs) freeze(pair);
        },
        [Symbol.asyncDispose]: () =>
          new Promise((done) => {
            server.close(() => done());
            endAll();
          }),
      });
    });
  });
}
