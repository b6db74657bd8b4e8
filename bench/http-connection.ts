import { connect, type Socket } from 'node:net';

const HEAD_END = '\r\n\r\n';

/** One kept HTTP/1.1 connection with one request at a time, as gateways use them. Answers have no body. */
export class HttpConnection {
  readonly #socket: Socket;
  #received = '';

  /** `answered` gets the head of each answer; `failed` hears where the other side closes or answers with a body. */
  constructor(port: number, answered: (head: string) => void, failed: (error: Error) => void) {
    this.#socket = connect(port, '127.0.0.1').setNoDelay(true);
    this.#socket.setEncoding('latin1');
    this.#socket.on('data', (chunk) => {
      this.#received += String(chunk);
      if (!this.#received.endsWith(HEAD_END)) return;
      const head = this.#received;
      this.#received = '';
      answered(head);
    });
    this.#socket.once('error', failed);
    this.#socket.once('end', () => failed(new Error('the server closed a kept connection')));
  }

  ask(request: string): void {
    this.#socket.write(request, 'latin1');
  }

  close(): void {
    this.#socket.removeAllListeners('end');
    this.#socket.destroy();
  }
}
