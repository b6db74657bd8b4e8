import type { Dispatcher } from 'undici';
import { textOf } from '../outgoing/bounded-body.ts';
import { causeOf } from '../outgoing/cause.ts';
import { Connections } from '../outgoing/connections.ts';
import { authorizationBy } from '../outgoing/service-account.ts';
import type { KubeAccess } from './access.ts';

/** The API server's refusal, or its absence. `status` is 0 where it gave no answer. */
export class KubeError extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.name = 'KubeError';
    this.status = status;
  }
}

export interface RequestOptions {
  readonly signal: AbortSignal;
  /** Longest silence within an answer, in milliseconds: a connection whose other end is gone is silent for ever. */
  readonly silence?: number;
  readonly body?: unknown;
}

const CONNECT_TIMEOUT = 5_000;
const ANSWER_TIMEOUT = 10_000;
/** A list is read in pages, so no answer is larger. */
const MAX_BYTES = 64 * 1024 * 1024;

/** A client of one API server: JSON over HTTP/1.1, one connection for each watch. */
export class KubeApi implements AsyncDisposable {
  readonly #access: KubeAccess;
  readonly #connections: Connections;

  constructor(access: KubeAccess) {
    this.#access = access;
    this.#connections = new Connections(
      access.caFile,
      (undici, trusted) =>
        new undici.Agent({
          connect: { timeout: CONNECT_TIMEOUT, ...trusted },
          keepAliveTimeout: 4_000,
        }),
    );
  }

  /** The parsed answer. Throws `KubeError`. */
  async json(method: 'GET' | 'POST', path: string, options: RequestOptions): Promise<unknown> {
    const { body } = await this.#request(method, path, options);
    try {
      const text = await textOf(body, MAX_BYTES);
      if (text === null) throw new KubeError(0, 'the answer is too large');
      return JSON.parse(text) as unknown;
    } catch (error) {
      throw asKubeError(error);
    }
  }

  /**
   * The lines of a streamed answer as they come; `opened` is called when the answer begins. Throws `KubeError`; ends where the
   * server ends it.
   */
  async *lines(path: string, options: RequestOptions, opened: () => void): AsyncGenerator<string> {
    const { body } = await this.#request('GET', path, options);
    opened();
    const decoder = new TextDecoder();
    let rest = '';
    try {
      for await (const chunk of body as AsyncIterable<Buffer>) {
        const parts = (rest + decoder.decode(chunk, { stream: true })).split('\n');
        rest = parts.pop() ?? '';
        yield* parts.filter((line) => line !== '');
      }
    } catch (error) {
      throw asKubeError(error);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#connections[Symbol.asyncDispose]();
  }

  async #request(
    method: 'GET' | 'POST',
    path: string,
    { signal, silence = ANSWER_TIMEOUT, body }: RequestOptions,
  ): Promise<Dispatcher.ResponseData> {
    try {
      const authorization = await authorizationBy(this.#access.tokenFile);
      const dispatcher = await this.#connections.current();
      const response = await dispatcher.request({
        origin: this.#access.server,
        method,
        path,
        signal,
        headersTimeout: ANSWER_TIMEOUT,
        bodyTimeout: silence,
        headers: {
          accept: 'application/json',
          'user-agent': 'watchword',
          ...authorization,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      if (response.statusCode < 300) return response;
      await response.body.dump();
      throw new KubeError(
        response.statusCode,
        `${method} ${path} is answered ${response.statusCode}`,
      );
    } catch (error) {
      throw asKubeError(error);
    }
  }
}

function asKubeError(error: unknown): KubeError {
  return error instanceof KubeError ? error : new KubeError(0, causeOf(error));
}
