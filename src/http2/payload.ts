import { ConnectionError, ERROR, FLAG } from './codes.ts';

/** The payload of a DATA or HEADERS frame without its padding (RFC 9113 section 6.1). */
export function withoutPadding(flags: number, payload: Buffer): Buffer {
  if ((flags & FLAG.padded) === 0) return payload;
  const padding = payload[0] ?? payload.length;
  if (padding >= payload.length)
    throw new ConnectionError(ERROR.protocol, 'more padding than there is');
  return payload.subarray(1, payload.length - padding);
}
