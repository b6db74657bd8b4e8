import { readFile } from 'node:fs/promises';
import type { Agent, Dispatcher } from 'undici';
import { currentToken, type KubeAccess } from './access.ts';

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
const MOST_BYTES = 64 * 1024 * 1024;

/** A client of one API server: JSON over HTTP/1.1, one connection for each watch. */
export class KubeApi implements AsyncDisposable {
  readonly #access: KubeAccess;
  #agent: { readonly ca: string | null; readonly agent: Agent } | null = null;

  constructor(access: KubeAccess) {
    this.#access = access;
  }

  /** The parsed answer. Throws `KubeError`. */
  async json(method: 'GET' | 'POST', path: string, options: RequestOptions): Promise<unknown> {
    const { body } = await this.#request(method, path, options);
    try {
      const chunks: Buffer[] = [];
      let bytes = 0;
      for await (const chunk of body as AsyncIterable<Buffer>) {
        bytes += chunk.length;
        if (bytes > MOST_BYTES) throw new KubeError(0, 'the answer is too large');
        chunks.push(chunk);
      }
      return JSON.parse(Buffer.concat(chunks).toString('utf8')) as unknown;
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
    await this.#agent?.agent.destroy();
  }

  async #request(
    method: 'GET' | 'POST',
    path: string,
    { signal, silence = ANSWER_TIMEOUT, body }: RequestOptions,
  ): Promise<Dispatcher.ResponseData> {
    try {
      const token = await currentToken(this.#access);
      const agent = await this.#currentAgent();
      const response = await agent.request({
        origin: this.#access.server,
        method,
        path,
        signal,
        headersTimeout: ANSWER_TIMEOUT,
        bodyTimeout: silence,
        headers: {
          accept: 'application/json',
          'user-agent': 'watchword',
          ...(token === null ? {} : { authorization: `Bearer ${token}` }),
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

  /** The connections, made anew when the authorities change: clusters rotate them as well. */
  async #currentAgent(): Promise<Agent> {
    const { caFile } = this.#access;
    const ca = caFile === null ? null : await readFile(caFile, 'utf8');
    if (this.#agent !== null && this.#agent.ca === ca) return this.#agent.agent;
    const undici = await import('undici');
    const agent = new undici.Agent({
      connect: { timeout: CONNECT_TIMEOUT, ...(ca === null ? {} : { ca }) },
      keepAliveTimeout: 4_000,
    });
    const before = this.#agent;
    this.#agent = { ca, agent };
    void before?.agent.close();
    return agent;
  }
}

/** Codes only: the text of a library may quote what it read. */
function asKubeError(error: unknown): KubeError {
  if (error instanceof KubeError) return error;
  if (error instanceof SyntaxError) return new KubeError(0, 'the answer is not JSON');
  const code = (error as NodeJS.ErrnoException | null)?.code;
  return new KubeError(0, typeof code === 'string' ? code : 'no answer');
}
