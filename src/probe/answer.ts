import { request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as httpsRequest } from 'node:https';

/** What came back for a request without a token. */
export interface ProbeAnswer {
  readonly status: number;
  /** `WWW-Authenticate`, several joined with a comma; empty where there is none. */
  readonly challenge: string;
  /** Its beginning. */
  readonly body: string;
}

/** Where to ask, and how. */
export interface ProbeTarget {
  readonly url: URL;
  readonly method: string;
  /** The address to connect to in place of the URL's host, which stays the `Host` and the name of the certificate. */
  readonly connect: { readonly host: string; readonly port: number } | null;
  /** Certificate authorities to trust in place of the system's, PEM. */
  readonly ca: string | null;
  /** `x-request-id`, for the access logs on the way; a gateway at the edge may replace it. */
  readonly id: string | null;
  /** Bounds the whole of it: connection, headers and body. */
  readonly signal: AbortSignal;
}

/** Enough of a body to tell ours from another's, in bytes. */
const MAX_BODY_BYTES = 16 * 1024;
/** Header lines of an answer, in bytes: Node's own limit, said here because a gateway is asked that may be anybody's. */
const MAX_HEADER_BYTES = 16 * 1024;
const CONNECT = /^(?:\[([0-9a-fA-F:.]+)\]|([^:/\s]+)):(\d{1,5})$/;

/** Reads `HOST:PORT` or `[IPV6]:PORT`, or null. */
export function parseConnect(text: string): ProbeTarget['connect'] {
  const match = CONNECT.exec(text);
  const port = Number(match?.[3] ?? 0);
  if (match === null || port < 1 || port > 65_535) return null;
  return { host: match[1] ?? match[2] ?? '', port };
}

/** Says why a text is no URL that can be asked without a token, or null. */
export function probeUrlFault(text: string): string | null {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !/^https?:$/.test(url.protocol)) return 'must be an http(s) URL';
  if (url.username !== '' || url.password !== '')
    return 'must have no user: it is asked without credentials';
  return url.hash === '' ? null : 'must have no fragment: no server is sent it';
}

/**
 * One request without a token, a cookie or a body. Redirects are answers like others: a login page does not protect an API, and
 * where one leads is nothing that the configuration has named. TLS is verified. Rejects with the system's error.
 */
export function askWithoutToken(target: ProbeTarget): Promise<ProbeAnswer> {
  const { url, connect, ca, id } = target;
  const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
  const options: RequestOptions & { servername?: string; ca?: string } = {
    method: target.method,
    host: connect?.host ?? url.hostname.replace(/^\[|\]$/g, ''),
    port: connect?.port ?? (url.port === '' ? undefined : Number(url.port)),
    path: `${url.pathname}${url.search}`,
    headers: {
      host: url.host,
      accept: '*/*',
      'user-agent': 'watchword-probe',
      ...(id === null ? {} : { 'x-request-id': id }),
    },
    agent: false,
    maxHeaderSize: MAX_HEADER_BYTES,
    signal: target.signal,
    ...(/^[\d.]+$|:/.test(url.hostname) ? {} : { servername: url.hostname }),
    ...(ca === null ? {} : { ca }),
  };
  return new Promise((resolve, reject) => {
    const sent = send(options, (response) => {
      read(response).then(resolve, reject);
    });
    sent.once('error', reject);
    sent.end();
  });
}

async function read(response: IncomingMessage): Promise<ProbeAnswer> {
  let body = '';
  for await (const chunk of response.setEncoding('utf8')) {
    body += String(chunk);
    if (body.length > MAX_BODY_BYTES) break;
  }
  const challenge = response.headers['www-authenticate'] ?? '';
  return { status: response.statusCode ?? 0, challenge, body: body.slice(0, MAX_BODY_BYTES) };
}
