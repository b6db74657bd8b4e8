import type { Duplex } from 'node:stream';
import { Allowances, type Rate } from './allowance.ts';
import {
  ConnectionError,
  DEFAULT_WINDOW,
  ERROR,
  type ErrorCode,
  FLAG,
  FRAME,
  MAX_WINDOW,
  SETTING,
} from './codes.ts';
import { FrameReader } from './frame-reader.ts';
import { checkFrame } from './frame-rules.ts';
import {
  goawayFrame,
  pingFrame,
  SETTINGS_ACK,
  settingsFrame,
  windowUpdateFrame,
} from './frame-writer.ts';
import { HeaderAssembly, type HeaderBlock } from './header-assembly.ts';
import { HpackDecoder } from './hpack-decoder.ts';
import { readSettings } from './peer-settings.ts';
import { type OnRequest, RECEIVE_WINDOW, type RequestLimits, Requests } from './requests.ts';
import { Sender } from './sender.ts';

/** What a server allows to a client. */
export interface ConnectionLimits extends RequestLimits {
  /** The header list of a request by HPACK's count, in bytes (RFC 9113 section 6.5.2). */
  readonly headerList: number;
  /** RST_STREAM frames. A gateway resets a request whose client has gone. */
  readonly resets: Rate;
}

/** A header block as it is sent, in bytes: a list that is too long is refused, and what it says must still be read. */
const MAX_BLOCK = 32 * 1024;
const PING_PAYLOAD = Buffer.from('watching', 'latin1');

/**
 * One connection of an HTTP/2 server (RFC 9113), for requests that are answered once and whole. It knows no socket but what is written
 * to: whoever owns it gives it what was read, and looks after time.
 */
export class Connection {
  readonly #socket: Duplex;
  readonly #headerList: number;
  readonly #now: () => number;
  readonly #reader = new FrameReader();
  readonly #hpack = new HpackDecoder();
  readonly #assembly = new HeaderAssembly(MAX_BLOCK);
  readonly #sender: Sender;
  readonly #allowances: Allowances;
  readonly #requests: Requests;
  #isOver = false;
  #isLeaving = false;
  #heardAt: number;
  #isSettled = false;
  readonly #onDone: () => void;

  /** `onDone` is called once, when the connection may be closed: after an error, or when the last request after `goaway` is answered. */
  constructor(
    socket: Duplex,
    limits: ConnectionLimits,
    onRequest: OnRequest,
    onDone: () => void,
    now: () => number = () => performance.now(),
  ) {
    this.#socket = socket;
    this.#headerList = limits.headerList;
    this.#onDone = onDone;
    this.#now = now;
    this.#heardAt = now();
    this.#allowances = new Allowances(limits.resets, now);
    this.#sender = new Sender(socket, (stream) => this.#requests.sent(stream));
    this.#requests = new Requests(limits, this.#sender, this.#allowances, onRequest, () =>
      this.#endIfLeft(),
    );
    this.#sender.write(
      settingsFrame([
        [SETTING.maxConcurrentStreams, limits.streams],
        [SETTING.initialWindowSize, this.#requests.streamWindow],
        [SETTING.maxHeaderListSize, limits.headerList],
      ]),
    );
    this.#sender.write(windowUpdateFrame(0, RECEIVE_WINDOW - DEFAULT_WINDOW));
  }

  /** Whether the client has said that it speaks HTTP/2 and has acknowledged our settings. */
  get isSettled(): boolean {
    return this.#isSettled;
  }

  /** Whether the client takes so little that nothing more should be read of it. */
  get isFull(): boolean {
    return this.#sender.isFull;
  }

  /** When the client last sent anything, in milliseconds of `now`. */
  get heardAt(): number {
    return this.#heardAt;
  }

  get openRequests(): number {
    return this.#requests.open;
  }

  /** Takes what the socket has read. */
  read(chunk: Buffer): void {
    if (this.#isOver) return;
    this.#heardAt = this.#now();
    try {
      this.#reader.read(chunk, this.#onFrame);
    } catch (error) {
      const known = error instanceof ConnectionError;
      this.fail(known ? error.code : ERROR.internal, known ? error.message : 'internal');
    }
    this.#sender.flush();
  }

  /** The socket is closed: nobody hears an answer any longer. */
  closed(): void {
    this.#isOver = true;
    this.#requests.abandonAll();
  }

  /** Asks the client whether it is there. */
  ping(): void {
    this.#sender.write(pingFrame(PING_PAYLOAD, false));
  }

  /**
   * Says that the connection will end (section 6.8). The first time no stream is named, so that those under way are still begun; the
   * second time, `forGood`, the last one is.
   */
  goaway(forGood: boolean): void {
    if (this.#isOver) return;
    const last = forGood ? this.#requests.lastId : MAX_WINDOW;
    this.#sender.write(goawayFrame(last, ERROR.noError));
    if (!forGood) return;
    this.#isLeaving = true;
    this.#requests.stop();
    this.#endIfLeft();
  }

  /** Ends the connection for what is wrong with it. */
  fail(code: ErrorCode, why: string): void {
    if (this.#isOver) return;
    this.#sender.write(goawayFrame(this.#requests.lastId, code, why));
    this.#finish();
  }

  #endIfLeft(): void {
    if (this.#isLeaving && !this.#isOver && this.#requests.open === 0) this.#finish();
  }

  #finish(): void {
    this.#isOver = true;
    this.#sender.flush();
    this.#socket.end();
    this.#requests.abandonAll();
    this.#onDone();
  }

  readonly #onFrame = (type: number, flags: number, id: number, payload: Buffer): void => {
    if (this.#isOver) return;
    if (this.#assembly.isOpen && type !== FRAME.continuation)
      throw new ConnectionError(ERROR.protocol, 'a frame within a header block');
    checkFrame(type, id, payload.length);
    switch (type) {
      case FRAME.data:
        this.#requests.onData(flags, id, payload);
        break;
      case FRAME.headers:
        this.#onBlock(this.#assembly.headers(id, flags, payload));
        break;
      case FRAME.continuation:
        this.#onBlock(this.#assembly.continuation(id, flags, payload));
        break;
      case FRAME.rstStream:
        this.#requests.onReset(id);
        break;
      case FRAME.settings:
        this.#onSettings(flags, payload);
        break;
      case FRAME.ping:
        this.#onPing(flags, payload);
        break;
      case FRAME.windowUpdate:
        this.#onWindowUpdate(id, payload.readUInt32BE(0) & MAX_WINDOW);
        break;
      case FRAME.priority:
        this.#requests.onPriority(id, payload);
        break;
      case FRAME.goaway:
        this.goaway(true);
        break;
      // Section 4.1: a type that is not known is passed over.
      default:
        this.#allowances.idle();
    }
  };

  /** Also a list of a stream that is refused is read: the table of both sides must stay the same. */
  #onBlock(block: HeaderBlock | null): void {
    if (block === null) return;
    this.#requests.onHeaders(block, this.#hpack.decode(block.block, this.#headerList));
  }

  #onSettings(flags: number, payload: Buffer): void {
    this.#allowances.idle();
    if ((flags & FLAG.ack) !== 0) {
      if (payload.length > 0) throw new ConnectionError(ERROR.frameSize, 'a full ACK');
      this.#isSettled = true;
      return;
    }
    const window = readSettings(payload);
    this.#sender.write(SETTINGS_ACK);
    if (window !== null) this.#requests.onPeerWindow(window);
  }

  #onPing(flags: number, payload: Buffer): void {
    this.#allowances.idle();
    if ((flags & FLAG.ack) === 0) this.#sender.write(pingFrame(payload, true));
  }

  #onWindowUpdate(id: number, increment: number): void {
    this.#allowances.windowUpdate();
    if (id !== 0) {
      this.#requests.onWindowUpdate(id, increment);
      return;
    }
    if (increment === 0) throw new ConnectionError(ERROR.protocol, 'an empty WINDOW_UPDATE');
    if (!this.#sender.widen(increment))
      throw new ConnectionError(ERROR.flowControl, 'a window that is too large');
  }
}
