import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { Connections } from '../transport/connections.ts';
import { closeAtOnce, listen } from '../transport/listen.ts';
import { BodyError } from './explain-body.ts';
import { guardRefusal } from './guard.ts';
import type { PageFile } from './page-files.ts';

/** What the console shows, by the path of its API. */
export interface ConsoleApi {
  /** Answers of GET; each value is written as JSON. */
  readonly read: Readonly<Record<string, () => Promise<object>>>;
  /** Explains a request. Throws `BodyError`. Nothing of the body is kept. */
  readonly explain: (body: string) => Promise<unknown>;
  /** Longest body of a question, in bytes. */
  readonly mostBytes: number;
  /** What is said of a longer one. */
  readonly tooLong: string;
}

export interface ConsoleServer extends AsyncDisposable {
  readonly port: number;
}

/** Connections at once; a browser has six. */
const MAX_CONNECTIONS = 64;
/** Explanations at once: each verifies a signature. */
const MAX_EXPLAINING = 4;
/** A body that is longer than this is not even read to its end. */
const MAX_DRAINED = 16 * 1024 * 1024;

/**
 * Nothing is loaded from elsewhere, nothing inline is run, nobody may frame it, and no text becomes markup (Content Security
 * Policy level 3, Trusted Types).
 */
const HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-store',
};

/** Starts the listener of the web page and its API. Throws `ListenError` where it cannot listen. */
export async function startConsole(
  address: string,
  api: ConsoleApi,
  files: ReadonlyMap<string, PageFile>,
): Promise<ConsoleServer> {
  const server = createServer({
    ...{ requestTimeout: 10_000, headersTimeout: 5_000, maxHeaderSize: 16 * 1024 },
    connectionsCheckingInterval: 1_000,
  });
  const connections = new Connections(server, {
    most: MAX_CONNECTIONS,
    shareOf: () => 'all',
    onClosed: () => undefined,
  });
  const answerer = new Answerer(api, files);
  server.on('request', (request, response) => {
    connections.heard(request.socket);
    answerer.answer(request, response).catch(() => {
      if (!response.headersSent) fail(response, 500, 'internal error');
    });
  });
  const port = await listen(server, address);
  return {
    port,
    [Symbol.asyncDispose]: () => closeAtOnce(server),
  };
}

class Answerer {
  readonly #api: ConsoleApi;
  readonly #files: ReadonlyMap<string, PageFile>;
  #explaining = 0;

  constructor(api: ConsoleApi, files: ReadonlyMap<string, PageFile>) {
    this.#api = api;
    this.#files = files;
  }

  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', headers } = request;
    const [path = ''] = (request.url ?? '').split('?', 1);
    const refusal = guardRefusal({ method, path, headers });
    if (refusal !== null) fail(response, refusal.status, refusal.says);
    else if (path === '/api/explain') await this.#explain(request, response);
    else await this.#read(path, response);
  }

  async #read(path: string, response: ServerResponse): Promise<void> {
    const { read } = this.#api;
    const name = path.startsWith('/api/') ? path.slice('/api/'.length) : '';
    const shown = Object.hasOwn(read, name) ? read[name] : undefined;
    if (shown !== undefined) {
      sendJson(response, 200, await shown());
      return;
    }
    const file = this.#files.get(path);
    if (file !== undefined) send(response, 200, file.type, file.content);
    else
      fail(response, 404, `here are / and /api/${Object.keys(read).join(', /api/')}, /api/explain`);
  }

  async #explain(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readBody(request, this.#api.mostBytes);
    if (body === null) {
      fail(response, 413, this.#api.tooLong);
      return;
    }
    if (this.#explaining >= MAX_EXPLAINING) {
      fail(response, 503, `${MAX_EXPLAINING} requests are being explained; try again`);
      return;
    }
    this.#explaining += 1;
    try {
      sendJson(response, 200, await this.#api.explain(body));
    } catch (error) {
      if (!(error instanceof BodyError)) throw error;
      fail(response, 400, error.message);
    } finally {
      this.#explaining -= 1;
    }
  }
}

/** The body, or null where it is longer: then it is read to its end all the same, so that the client reads the answer. */
async function readBody(request: IncomingMessage, most: number): Promise<string | null> {
  let size = 0;
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size <= most) chunks.push(chunk);
    if (size > MAX_DRAINED) request.destroy();
  }
  return size <= most ? Buffer.concat(chunks).toString('utf8') : null;
}

function fail(response: ServerResponse, status: number, says: string): void {
  if (status === 405) response.setHeader('allow', 'GET, HEAD, POST');
  sendJson(response, status, { error: says });
}

function sendJson(response: ServerResponse, status: number, value: unknown): void {
  send(response, status, 'application/json', `${JSON.stringify(value)}\n`);
}

function send(response: ServerResponse, status: number, type: string, body: string | Buffer): void {
  response.writeHead(status, { ...HEADERS, 'content-type': type });
  response.end(response.req.method === 'HEAD' ? undefined : body);
}
