import { Agent, request } from 'node:http';
import { Agent as TlsAgent, request as tlsRequest } from 'node:https';
import { Client, credentials } from '@grpc/grpc-js';
import { SERVICE_NAME } from '../../../src/transport/ext-authz/names.ts';
import { loadProtos } from '../../../src/transport/ext-authz/service.ts';
import { checkRequest } from '../../server/question.ts';
import { checkRequestBytes, readCheckResponse } from '../../support/check-client.ts';
import type { Identity } from '../../support/identity.ts';

/** What an honest client got. */
export interface Honest {
  readonly sent: number;
  readonly allowed: number;
  /** Milliseconds. */
  readonly p99: number;
  readonly worst: number;
}

export interface HonestTarget {
  readonly kind: 'grpc' | 'http';
  readonly port: number;
  readonly token: string;
  /** The server's certificate and the client's own; null for no TLS. */
  readonly tls: { readonly server: Identity; readonly own: Identity } | null;
}

const RATE = 50;
/** Longest that a call may take: what takes longer has failed, as it would at a gateway. */
const PATIENCE = 1_000;
/** Calls of a connection, so that new ones are tried, too. */
const CALLS_OF_A_CONNECTION = 25;
const { Check } = loadProtos()[SERVICE_NAME] as unknown as { Check: { readonly path: string } };

type Ask = () => Promise<boolean>;

/** Asks 50 times a second, each time whether or not the last was answered. */
export class HonestClient {
  readonly #target: HonestTarget;
  #taken: number[] = [];
  #sent = 0;
  #allowed = 0;
  #inARow = 0;
  #calls = 0;
  #ask: Ask | null = null;
  #close: () => void = () => undefined;
  readonly #timer: NodeJS.Timeout;

  constructor(target: HonestTarget) {
    this.#target = target;
    this.#timer = setInterval(() => void this.#once(), 1_000 / RATE);
  }

  /** What was since the last time. */
  take(): Honest {
    const sorted = this.#taken.toSorted((one, other) => one - other);
    const honest = {
      sent: this.#sent,
      allowed: this.#allowed,
      p99: sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * 0.99))] ?? Number.NaN,
      worst: sorted.at(-1) ?? Number.NaN,
    };
    this.#taken = [];
    this.#sent = 0;
    this.#allowed = 0;
    return honest;
  }

  /** Calls in a row, up to now, that were allowed within 100 ms. */
  get inARow(): number {
    return this.#inARow;
  }

  async #once(): Promise<void> {
    if (this.#calls % CALLS_OF_A_CONNECTION === 0) {
      const before = this.#close;
      setTimeout(before, 2 * PATIENCE).unref();
      [this.#ask, this.#close] = connectionTo(this.#target);
    }
    this.#calls += 1;
    const began = performance.now();
    const allowed = (await this.#ask?.().catch(() => false)) ?? false;
    const took = performance.now() - began;
    this.#sent += 1;
    this.#taken.push(took);
    if (allowed) this.#allowed += 1;
    this.#inARow = allowed && took < 100 ? this.#inARow + 1 : 0;
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#close();
  }
}

function connectionTo(target: HonestTarget): [Ask, () => void] {
  return target.kind === 'grpc' ? overGrpc(target) : overHttp(target);
}

function overGrpc({ port, token, tls }: HonestTarget): [Ask, () => void] {
  const pem = (text: string) => Buffer.from(text);
  const channel =
    tls === null
      ? credentials.createInsecure()
      : credentials.createSsl(pem(tls.server.cert), pem(tls.own.key), pem(tls.own.cert));
  // A pool of its own: a connection that is refused must not be another's, too.
  const client = new Client(`127.0.0.1:${port}`, channel, {
    'grpc.use_local_subchannel_pool': 1,
    ...(tls === null ? {} : { 'grpc.ssl_target_name_override': tls.server.name }),
  });
  const bytes = checkRequestBytes(checkRequest({ token }));
  const ask = () =>
    new Promise<boolean>((resolve) => {
      client.makeUnaryRequest(
        Check.path,
        (message: Buffer) => message,
        readCheckResponse,
        bytes,
        { deadline: Date.now() + PATIENCE },
        (error, response) => resolve(error === null && response?.ok_response !== undefined),
      );
    });
  return [ask, () => client.close()];
}

function overHttp({ port, token, tls }: HonestTarget): [Ask, () => void] {
  const secure = tls === null ? {} : { ca: tls.server.cert, cert: tls.own.cert, key: tls.own.key };
  const agent = tls === null ? new Agent({ keepAlive: true }) : new TlsAgent({ keepAlive: true });
  const send = tls === null ? request : tlsRequest;
  const ask = () =>
    new Promise<boolean>((resolve) => {
      const sent = send({
        ...{ host: '127.0.0.1', port, path: '/auth/envoy/-/orders/1', agent, ...secure },
        headers: { host: 'orders.example.com', authorization: `Bearer ${token}` },
        ...(tls === null ? {} : { servername: tls.server.name }),
        timeout: PATIENCE,
      });
      sent.once('timeout', () => sent.destroy());
      sent.once('error', () => resolve(false));
      sent.once('response', (response) => {
        response.resume();
        resolve(response.statusCode === 200);
      });
      sent.end();
    });
  return [ask, () => agent.destroy()];
}
