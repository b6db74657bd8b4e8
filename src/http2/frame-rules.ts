import { ConnectionError, ERROR, FRAME } from './codes.ts';

interface FrameRule {
  readonly name: string;
  /** Whether it is of a stream or of the connection. */
  readonly of: 'stream' | 'connection' | 'either';
  /** Whether its payload may be so long. */
  readonly fits: (length: number) => boolean;
}

const any = (): boolean => true;
const exactly =
  (most: number) =>
  (length: number): boolean =>
    length === most;

/** RFC 9113 section 6: what is a fault of the whole connection. A short PRIORITY is one of its stream. */
const RULES: ReadonlyMap<number, FrameRule> = new Map<number, FrameRule>([
  [FRAME.data, { name: 'DATA', of: 'stream', fits: any }],
  [FRAME.headers, { name: 'HEADERS', of: 'stream', fits: any }],
  [FRAME.priority, { name: 'PRIORITY', of: 'stream', fits: any }],
  [FRAME.rstStream, { name: 'RST_STREAM', of: 'stream', fits: exactly(4) }],
  [FRAME.settings, { name: 'SETTINGS', of: 'connection', fits: (length) => length % 6 === 0 }],
  [FRAME.ping, { name: 'PING', of: 'connection', fits: exactly(8) }],
  [FRAME.goaway, { name: 'GOAWAY', of: 'connection', fits: (length) => length >= 8 }],
  [FRAME.windowUpdate, { name: 'WINDOW_UPDATE', of: 'either', fits: exactly(4) }],
  [FRAME.continuation, { name: 'CONTINUATION', of: 'stream', fits: any }],
]);

/** Throws a `ConnectionError` where a frame is of the wrong kind of stream or size, or is none of a client. */
export function checkFrame(type: number, streamId: number, length: number): void {
  if (type === FRAME.pushPromise) throw new ConnectionError(ERROR.protocol, 'PUSH_PROMISE');
  const rule = RULES.get(type);
  if (rule === undefined) return;
  const { name, of, fits } = rule;
  if (of !== 'either' && (of === 'stream') === (streamId === 0))
    throw new ConnectionError(ERROR.protocol, `${name} of stream ${streamId}`);
  if (!fits(length)) throw new ConnectionError(ERROR.frameSize, `${name} of ${length} bytes`);
}
