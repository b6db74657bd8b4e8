import { readFileSync } from 'node:fs';
import type { Dispatcher } from 'undici';

/** How documents are fetched from an issuer. */
export interface FetchSettings {
  /** Allows `http:` URLs. */
  readonly allowHttp: boolean;
  /** File with the certificate authorities to trust in place of the system's, or null. */
  readonly caFile: string | null;
}

export type Fetched =
  | {
      readonly ok: true;
      readonly document: unknown;
      readonly maxAge: number | null;
      readonly etag: string | null;
    }
  | {
      readonly ok: true;
      readonly document: null;
      readonly notModified: true;
      readonly maxAge: number | null;
    }
  | { readonly ok: false; readonly fault: string };

/** A key set of a thousand keys fits; a body that never ends does not. */
const MOST_BYTES = 512 * 1024;
const CONNECT_TIMEOUT = 3_000;
const ANSWER_TIMEOUT = 5_000;

export interface DocumentFetcher extends AsyncDisposable {
  /** Fetches a JSON document. Resolves in every case; redirects are not followed, since they lead away from the configured issuer. */
  fetch(url: string, etag: string | null): Promise<Fetched>;
}

/** undici is loaded only where an issuer's keys are remote. */
export async function openFetcher(settings: FetchSettings): Promise<DocumentFetcher> {
  const undici = await import('undici');
  const connect = {
    timeout: CONNECT_TIMEOUT,
    ...(settings.caFile === null ? {} : { ca: readFileSync(settings.caFile, 'utf8') }),
  };
  // HTTPS_PROXY, HTTP_PROXY and NO_PROXY as everywhere.
  const agent = new undici.EnvHttpProxyAgent({
    connect,
    requestTls: connect,
    headersTimeout: ANSWER_TIMEOUT,
    bodyTimeout: ANSWER_TIMEOUT,
    connections: 2,
    keepAliveTimeout: 4_000,
  });
  return {
    fetch: (url, etag) => fetchWith(undici.request, agent, settings, url, etag),
    [Symbol.asyncDispose]: () => agent.destroy(),
  };
}

async function fetchWith(
  request: typeof import('undici').request,
  dispatcher: Dispatcher,
  settings: FetchSettings,
  url: string,
  etag: string | null,
): Promise<Fetched> {
  if (!settings.allowHttp && !url.startsWith('https:')) return failed(`${url} is not https`);
  try {
    const response = await request(url, {
      dispatcher,
      headers: { accept: 'application/json', ...(etag === null ? {} : { 'if-none-match': etag }) },
      signal: AbortSignal.timeout(CONNECT_TIMEOUT + ANSWER_TIMEOUT),
    });
    const maxAge = maxAgeOf(headerOf(response.headers, 'cache-control'));
    if (response.statusCode === 304 && etag !== null) {
      await response.body.dump();
      return { ok: true, document: null, notModified: true, maxAge };
    }
    if (response.statusCode !== 200) {
      await response.body.dump();
      return failed(`${url} answered ${response.statusCode}`);
    }
    const text = await textOf(response.body);
    if (text === null) return failed(`${url} answered more than ${MOST_BYTES} bytes`);
    return {
      ok: true,
      document: JSON.parse(text) as unknown,
      maxAge,
      etag: headerOf(response.headers, 'etag'),
    };
  } catch (error) {
    return failed(`${url}: ${causeOf(error)}`);
  }
}

function failed(fault: string): Fetched {
  return { ok: false, fault };
}

async function textOf(body: AsyncIterable<Buffer>): Promise<string | null> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    // Leaving the loop destroys the body and its connection.
    if (bytes > MOST_BYTES) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function headerOf(
  headers: Record<string, string | string[] | undefined>,
  name: string,
): string | null {
  const value = headers[name];
  return typeof value === 'string' ? value : null;
}

/** RFC 9111 section 5.2.2.1, in milliseconds; `no-store` and `no-cache` count as zero. */
function maxAgeOf(cacheControl: string | null): number | null {
  if (cacheControl === null) return null;
  if (/\bno-(?:store|cache)\b/i.test(cacheControl)) return 0;
  const seconds = /(?:^|[\s,])max-age\s*=\s*"?(\d{1,9})/i.exec(cacheControl)?.[1];
  return seconds === undefined ? null : Number(seconds) * 1000;
}

/** The code of the innermost cause, such as ECONNREFUSED: messages of libraries may quote what they read. */
function causeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'failed';
  if (error.cause instanceof Error) return causeOf(error.cause);
  if (error instanceof SyntaxError) return 'the answer is not JSON';
  const { code } = error as NodeJS.ErrnoException;
  return typeof code === 'string' ? code : error.name;
}
