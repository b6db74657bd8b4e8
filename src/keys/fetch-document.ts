import type { Dispatcher } from 'undici';
import { bytesOf } from '../outgoing/bounded-body.ts';
import { causeOf } from '../outgoing/cause.ts';
import { Connections } from '../outgoing/connections.ts';
import { decoded } from '../outgoing/content-coding.ts';
import { authorizationBy } from '../outgoing/service-account.ts';
import { shownUrl } from '../outgoing/shown-url.ts';
import { parseKeyDocument } from './key-document.ts';

/** How documents are fetched. Issuers with the same settings share connections. */
export interface FetchSettings {
  /** Allows `http:` URLs. */
  readonly allowHttp: boolean;
  /** Follows redirects, and the `jwks_uri` of metadata, to another origin. */
  readonly allowOtherOrigin: boolean;
  /** File with the certificate authorities to trust in place of the system's, or null. */
  readonly caFile: string | null;
  /** File with a Bearer token for the server of the URL and no other, read anew for each request; null for none. */
  readonly tokenFile: string | null;
}

export type Fetched =
  | {
      readonly ok: true;
      /** Null where the server said that nothing changed since `etag`. */
      readonly document: unknown;
      readonly unchanged: boolean;
      /** RFC 9111 freshness in milliseconds, or null where the answer says nothing. */
      readonly maxAge: number | null;
      readonly etag: string | null;
    }
  | {
      readonly ok: false;
      /** URL (see `shownUrl`) and cause, never a part of the answer. */
      readonly fault: string;
      /** `Retry-After` in milliseconds, or null. */
      readonly retryAfter: number | null;
    };

/** A key set of a thousand keys fits; a body that never ends does not. */
const MAX_BYTES = 512 * 1024;
const CONNECT_TIMEOUT = 3_000;
const HEADERS_TIMEOUT = 5_000;
const BODY_TIMEOUT = 5_000;
/** For the whole fetch, redirects included: a server that sends a byte a second ends here. */
const WHOLE_TIMEOUT = 10_000;
const MAX_REDIRECTS = 3;
const MAX_RETRY_AFTER = 300_000;

/** The API server has its key set as RFC 7517 section 8.5 names it, and answers 406 to whoever wants `application/json` only. */
const ACCEPT = 'application/jwk-set+json, application/json, */*;q=0.1';

/** What to do about a refusal of the API server, which alone is asked with a token. */
const TOKEN_HINTS: Readonly<Record<number, string>> = {
  401: ": it does not accept the token of this pod's service account",
  403: ": this pod's service account needs a ClusterRole with get on the nonResourceURL of this path",
};

export interface DocumentFetcher extends AsyncDisposable {
  /** Fetches a document: JSON, or a text with PEM blocks. Resolves in every case. */
  fetch(url: string, etag: string | null): Promise<Fetched>;
}

/** Opens no connection yet. */
export function openFetcher(settings: FetchSettings): DocumentFetcher {
  const connections = new Connections(settings.caFile, (undici, trusted) => {
    const connect = { timeout: CONNECT_TIMEOUT, ...trusted };
    // HTTPS_PROXY, HTTP_PROXY and NO_PROXY as everywhere.
    return new undici.EnvHttpProxyAgent({
      connect,
      requestTls: connect,
      headersTimeout: HEADERS_TIMEOUT,
      bodyTimeout: BODY_TIMEOUT,
      connections: 2,
      keepAliveTimeout: 4_000,
    });
  });
  return {
    fetch: (url, etag) => fetchDocument(connections, settings, url, etag),
    [Symbol.asyncDispose]: () => connections[Symbol.asyncDispose](),
  };
}

async function fetchDocument(
  connections: Connections,
  settings: FetchSettings,
  url: string,
  etag: string | null,
): Promise<Fetched> {
  try {
    const signal = AbortSignal.timeout(WHOLE_TIMEOUT);
    const dispatcher = await connections.current();
    const configured = new URL(url);
    let target = configured;
    for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects += 1) {
      const refused = refusedUrl(target, configured, settings);
      if (refused !== null) return failed(url, refused);
      const { origin, pathname, search } = target;
      const path = `${pathname}${search}`;
      // The token is for the configured server: wherever a redirect leads, nobody else gets it.
      const tokenFile = origin === configured.origin ? settings.tokenFile : null;
      const headers = {
        accept: ACCEPT,
        'accept-encoding': 'identity',
        ...(etag === null ? {} : { 'if-none-match': etag }),
        ...(await authorizationBy(tokenFile)),
      };
      const response = await dispatcher.request({ origin, path, method: 'GET', headers, signal });
      const location = redirectOf(response);
      if (location === null) return await readAnswer(url, response, etag, tokenFile !== null);
      await response.body.dump();
      target = new URL(location, target);
    }
    return failed(url, `more than ${MAX_REDIRECTS} redirects`);
  } catch (error) {
    return failed(url, causeOf(error));
  }
}

/** A redirect must not lead to plain HTTP or, unless allowed, away from the server that was configured. */
function refusedUrl(target: URL, configured: URL, settings: FetchSettings): string | null {
  const { protocol, origin } = target;
  if (protocol !== 'https:' && !(settings.allowHttp && protocol === 'http:'))
    return 'it is not https';
  const elsewhere = origin !== configured.origin;
  return elsewhere && !settings.allowOtherOrigin
    ? `a redirect to another origin, ${origin}; keys.allowRedirects: true follows it`
    : null;
}

function redirectOf({ statusCode, headers }: Dispatcher.ResponseData): string | null {
  return [301, 302, 303, 307, 308].includes(statusCode) ? headerOf(headers, 'location') : null;
}

async function readAnswer(
  url: string,
  response: Dispatcher.ResponseData,
  etag: string | null,
  withToken: boolean,
): Promise<Fetched> {
  const { statusCode, headers, body } = response;
  const maxAge = maxAgeOf(headerOf(headers, 'cache-control'));
  if (statusCode === 304 && etag !== null) {
    await body.dump();
    return { ok: true, document: null, unchanged: true, maxAge, etag };
  }
  if (statusCode !== 200) {
    await body.dump();
    const hint = (withToken && TOKEN_HINTS[statusCode]) || '';
    const retryAfter = retryAfterOf(headerOf(headers, 'retry-after'));
    return failed(url, `it answered ${statusCode}${hint}`, retryAfter);
  }
  const sent = await bytesOf(body, MAX_BYTES);
  if (sent === null) return failed(url, `it answered more than ${MAX_BYTES} bytes`);
  const plain = await decoded(sent, headerOf(headers, 'content-encoding'), MAX_BYTES);
  if (!plain.ok) return failed(url, plain.fault);
  const parsed = parseKeyDocument(plain.bytes);
  if (!parsed.ok) return failed(url, `the answer ${parsed.fault}`);
  const { document } = parsed;
  return { ok: true, document, unchanged: false, maxAge, etag: headerOf(headers, 'etag') };
}

function failed(url: string, fault: string, retryAfter: number | null = null): Fetched {
  return { ok: false, fault: `${shownUrl(url)}: ${fault}`, retryAfter };
}

function headerOf(headers: Dispatcher.ResponseData['headers'], name: string): string | null {
  const value = headers[name];
  return typeof value === 'string' ? value : null;
}

/** RFC 9111 section 5.2.2, in milliseconds; `no-store` and `no-cache` count as zero. */
function maxAgeOf(cacheControl: string | null): number | null {
  if (cacheControl === null) return null;
  if (/\bno-(?:store|cache)\b/i.test(cacheControl)) return 0;
  const seconds = /(?:^|[\s,])max-age\s*=\s*"?(\d{1,9})/i.exec(cacheControl)?.[1];
  return seconds === undefined ? null : Number(seconds) * 1000;
}

/** RFC 9110 section 10.2.3, the form in seconds. */
function retryAfterOf(header: string | null): number | null {
  if (header === null || !/^\d{1,9}$/.test(header)) return null;
  return Math.min(MAX_RETRY_AFTER, Number(header) * 1000);
}
