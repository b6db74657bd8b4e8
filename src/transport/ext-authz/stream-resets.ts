/**
 * RST_STREAM frames that one connection may send (options of `node:http2`): more end it with GOAWAY, and with it the checks of all
 * clients behind that gateway. A gateway resets a check whose time-out is over or whose client has gone, so a client that resets its
 * own requests makes it send as many: 870 a second were seen. Node's defaults (1,000, then 33 a second) are for browsers.
 */
export const STREAM_RESETS = {
  /** At once: all calls of a full connection, eight times. A fast client of a gateway was seen to cause 5,000 in a second. */
  streamResetBurst: 8_000,
  /** A second: all calls of a full connection, four times. */
  streamResetRate: 4_000,
} as const;
