import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

export interface Answer {
  /** 0 where the connection ended without an answer. */
  readonly status: number;
  /** The reason in the body of a refusal (RFC 9457 problem details). */
  readonly reason: string;
}

/**
 * A kept-alive HTTP/1.1 connection with one request at a time. `node:http` costs more for each request than the gateway and
 * Watchword together.
 */
export class HttpConnection {
  readonly #port: number;
  #socket: Socket;
  #unread = '';
  #answered: ((answer: Answer) => void) | null = null;

  private constructor(port: number, socket: Socket) {
    this.#port = port;
    this.#socket = this.#listenTo(socket);
  }

  /** Opens a connection to 127.0.0.1. */
  static async open(port: number): Promise<HttpConnection> {
    return new HttpConnection(port, await connected(port));
  }

  /** Sends a request; `answered` is called once in every case. */
  ask(request: Buffer, answered: (answer: Answer) => void): void {
    this.#answered = answered;
    this.#socket.write(request);
  }

  close(): void {
    this.#socket.destroy();
  }

  #listenTo(socket: Socket): Socket {
    socket.setEncoding('latin1');
    socket.on('data', (text: string) => this.#read(text));
    socket.on('error', () => undefined);
    socket.on('close', () => {
      if (this.#answered !== null) void this.#connectAgain();
    });
    return socket;
  }

  #read(text: string): void {
    this.#unread += text;
    const end = this.#unread.indexOf('\r\n\r\n');
    if (end < 0) return;
    const head = this.#unread.slice(0, end);
    const length = Number(/\r\ncontent-length: (\d+)/i.exec(head)?.[1] ?? 0);
    if (this.#unread.length < end + 4 + length) return;
    const body = this.#unread.slice(end + 4);
    this.#unread = '';
    const status = Number(head.slice(9, 12));
    this.#answer({ status, reason: /"reason":"(\w+)"/.exec(body)?.[1] ?? `HTTP ${status}` });
  }

  async #connectAgain(): Promise<void> {
    this.#unread = '';
    this.#socket = this.#listenTo(await connected(this.#port));
    this.#answer({ status: 0, reason: 'no answer' });
  }

  #answer(answer: Answer): void {
    const answered = this.#answered;
    this.#answered = null;
    answered?.(answer);
  }
}

async function connected(port: number): Promise<Socket> {
  const socket = connect({ host: '127.0.0.1', port, noDelay: true });
  await once(socket, 'connect');
  return socket;
}
