import type { IncomingHttpHeaders } from 'node:http';
import { isLoopback } from '../base/peers.ts';

/** The header that `POST /api/explain` must have. No form and no link can send it, and a script of another origin must ask first. */
export const CONSOLE_HEADER = 'x-watchword-console';

/** A request that is not served, and why in one line. */
export interface GuardRefusal {
  readonly status: 403 | 405 | 415 | 421;
  readonly says: string;
}

export interface ConsoleRequest {
  readonly method: string;
  /** Without its query. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
}

const PORT = /:\d{1,5}$/;

/**
 * Says why a request is not served; null for one of the console's own page, or of a program on this machine. The console has no
 * login: what keeps others out is that it listens on loopback, and these checks keep out pages in a browser on the same machine.
 */
export function guardRefusal({ method, path, headers }: ConsoleRequest): GuardRefusal | null {
  const { host = '', origin } = headers;
  // DNS rebinding: a page whose name its owner lets resolve to 127.0.0.1 sends that name.
  if (!isLoopback(host.replace(PORT, '')))
    return {
      status: 421,
      says: 'the console answers to the hosts localhost, 127.0.0.1 and [::1] only: open it by one of them',
    };
  if (origin !== undefined && origin !== `http://${host}`)
    return { status: 403, says: 'the console answers to pages of its own origin only' };
  if (isFromElsewhere(headers) && path.startsWith('/api/'))
    return { status: 403, says: 'the console answers to its own page only, not to another site' };
  return path === '/api/explain' ? postRefusal(method, headers) : readRefusal(method);
}

/** Fetch Metadata: `none` is what somebody typed. Programs send nothing. */
function isFromElsewhere(headers: IncomingHttpHeaders): boolean {
  const site = headers['sec-fetch-site'];
  return site !== undefined && site !== 'same-origin' && site !== 'none';
}

function readRefusal(method: string): GuardRefusal | null {
  return method === 'GET' || method === 'HEAD'
    ? null
    : { status: 405, says: 'only GET and HEAD; /api/explain takes POST' };
}

function postRefusal(method: string, headers: IncomingHttpHeaders): GuardRefusal | null {
  if (method !== 'POST') return { status: 405, says: 'only POST' };
  if (headers[CONSOLE_HEADER] !== 'explain')
    return { status: 403, says: `the header '${CONSOLE_HEADER}: explain' is missing` };
  const [type = ''] = (headers['content-type'] ?? '').split(';', 1);
  return type.trim().toLowerCase() === 'application/json'
    ? null
    : { status: 415, says: 'the body must be application/json' };
}
