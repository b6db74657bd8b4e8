import { ConnectionError, ERROR, MAX_FRAME, MAX_WINDOW, SETTING } from './codes.ts';

const ENTRY_BYTES = 6;
const LARGEST_FRAME = 0xffffff;

/**
 * Reads the settings of a client (RFC 9113 section 6.5.2). Gives the first window of its streams, null where it says none. The others
 * mean nothing to an answer here: it uses no table, is never pushed, and its frames are small.
 */
export function readSettings(payload: Buffer): number | null {
  let window: number | null = null;
  for (let at = 0; at < payload.length; at += ENTRY_BYTES) {
    const id = payload.readUInt16BE(at);
    const value = payload.readUInt32BE(at + 2);
    checkSetting(id, value);
    if (id === SETTING.initialWindowSize) window = value;
  }
  return window;
}

/** What is not known is passed over. */
function checkSetting(id: number, value: number): void {
  if (id === SETTING.enablePush && value > 1)
    throw new ConnectionError(ERROR.protocol, 'a wrong ENABLE_PUSH');
  if (id === SETTING.initialWindowSize && value > MAX_WINDOW)
    throw new ConnectionError(ERROR.flowControl, 'a wrong INITIAL_WINDOW_SIZE');
  if (id === SETTING.maxFrameSize && (value < MAX_FRAME || value > LARGEST_FRAME))
    throw new ConnectionError(ERROR.protocol, 'a wrong MAX_FRAME_SIZE');
}
