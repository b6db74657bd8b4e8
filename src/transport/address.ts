import { lstat, unlink } from 'node:fs/promises';
import { connect, createServer } from 'node:net';

/** Where a server listens. */
export type Address =
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number }
  | { readonly kind: 'unix'; readonly path: string };

/** An address that cannot be used; the message is one line for the operator. */
export class ListenError extends Error {
  constructor(address: string, why: string) {
    super(`cannot listen on ${address}: ${why}`);
    this.name = 'ListenError';
  }
}

/** Reads `HOST:PORT`, `[IPV6]:PORT` or `unix:/PATH`, as the configuration's schema has checked. */
export function parseAddress(text: string): Address {
  if (text.startsWith('unix:')) return { kind: 'unix', path: text.slice('unix:'.length) };
  const colon = text.lastIndexOf(':');
  const host = text.slice(0, colon).replace(/^\[|\]$/g, '');
  return { kind: 'tcp', host, port: Number(text.slice(colon + 1)) };
}

/**
 * Makes a Unix socket's path free: a socket that nobody listens on is what a crash left and is removed. A live one, or
 * anything that is no socket, is an error: removing it would take another server's clients away, or a file.
 */
export async function freeSocketPath(path: string): Promise<void> {
  const found = await lstat(path).catch(() => null);
  if (found === null) return;
  if (!found.isSocket()) throw new ListenError(`unix:${path}`, 'the path exists and is no socket');
  if (await isLive(path)) throw new ListenError(`unix:${path}`, 'another process listens there');
  await unlink(path);
}

function isLive(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code !== 'ECONNREFUSED'));
  });
}

/** Errors of a machine, or of a kernel, that has no IPv6. */
const NO_IPV6 = ['EAFNOSUPPORT', 'EADDRNOTAVAIL', 'EPROTONOSUPPORT'];

/**
 * The address to bind for a listener's setting. `[::]:PORT` is every address of both families (RFC 3493 section 5.3); where
 * the machine has no IPv6 that cannot be bound, and every address is `0.0.0.0:PORT`. So one setting reaches the pods of
 * IPv4-only, dual-stack and IPv6-only clusters. Every other address is meant as it is written.
 */
export async function boundAddress(address: string, bind = bindOnce): Promise<string> {
  const parsed = parseAddress(address);
  if (parsed.kind === 'unix' || parsed.host !== '::') return address;
  const code = await bind(parsed.host);
  return code !== null && NO_IPV6.includes(code) ? `0.0.0.0:${parsed.port}` : address;
}

/** Binds a free port of a host and gives it back. Null where that works, else the system's error code. */
function bindOnce(host: string): Promise<string | null> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.name));
    server.listen(0, host, () => server.close(() => resolve(null)));
  });
}
