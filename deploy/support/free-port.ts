import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/**
 * Where the kernel takes no ports from, neither for outgoing connections nor for listeners on port 0 (Linux: 32768 to 60999), nor
 * Kubernetes for Services (30000 to 32767). A port that the kernel chose and that was given back may be anybody's a moment later.
 */
const FIRST = 15_000;
const LAST = 29_999;
const ATTEMPTS = 100;

/**
 * So many different ports on 127.0.0.1 that nobody listens on, for programs that cannot tell which port the kernel chose.
 * Rejects where none is to be had.
 */
export async function freePorts(count: number): Promise<readonly number[]> {
  const found = new Set<number>();
  for (let attempt = 0; found.size < count; attempt += 1) {
    if (attempt === ATTEMPTS + count)
      throw new Error(`no free port on 127.0.0.1 from ${FIRST} to ${LAST}`);
    const port = randomInt(FIRST, LAST + 1);
    if ((await bindFault(port)) === undefined) found.add(port);
  }
  return [...found];
}

/** One of {@link freePorts}. */
export async function freePort(): Promise<number> {
  const [port = 0] = await freePorts(1);
  return port;
}

/**
 * Why nobody can listen on this port of 127.0.0.1; `undefined` where one can. Asked by binding without SO_REUSEPORT, which
 * would let two Envoys share the port.
 */
export function bindFault(port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => {
      resolve(error.code === 'EADDRINUSE' ? 'it is taken' : (error.code ?? error.message));
    });
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(undefined)));
  });
}
