/** HTTP/2 frame types and flags (RFC 9113 section 6). */
export const FRAME = {
  data: 0,
  headers: 1,
  rstStream: 3,
  settings: 4,
  ping: 6,
  goAway: 7,
  windowUpdate: 8,
} as const;
export const END_STREAM = 1;
export const ACK = 1;
export const END_HEADERS = 4;
export const PADDED = 8;

export const FRAME_HEADER_BYTES = 9;

export const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');

/** A whole frame. */
export function frame(type: number, flags: number, stream: number, payload: Buffer): Buffer {
  const bytes = Buffer.alloc(FRAME_HEADER_BYTES + payload.length);
  bytes.writeUIntBE(payload.length, 0, 3);
  bytes[3] = type;
  bytes[4] = flags;
  bytes.writeUInt32BE(stream, 5);
  payload.copy(bytes, FRAME_HEADER_BYTES);
  return bytes;
}

/** A value that is a 32-bit integer, as WINDOW_UPDATE and others carry it. */
export function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

/** What Envoy's gRPC client sends with every check. */
const FIELDS: readonly (readonly [name: string, value: string])[] = [
  [':path', '/envoy.service.auth.v3.Authorization/Check'],
  [':authority', 'watchword'],
  ['te', 'trailers'],
  ['content-type', 'application/grpc'],
  ['grpc-timeout', '1S'],
];

// `:method: POST` and `:scheme: http` of the static table (RFC 7541 appendix A).
const STATIC = Buffer.from([0x83, 0x86]);
const LAST_STATIC_INDEX = 61;

/** The header block of the first call of a connection: enters every field into the dynamic table (RFC 7541 section 6.2.1). */
export const FIRST_BLOCK = Buffer.concat([
  STATIC,
  ...FIELDS.flatMap(([name, value]) => [Buffer.from([0x40]), literal(name), literal(value)]),
]);

/** The block of every later call: the same fields by their index (RFC 7541 section 6.1). The newest entry has the lowest. */
export const NEXT_BLOCK = Buffer.concat([
  STATIC,
  Buffer.from(FIELDS.map((_, index) => 0x80 | (LAST_STATIC_INDEX + FIELDS.length - index))),
]);

/** A string of less than 127 bytes, without Huffman code (RFC 7541 section 5.2). */
function literal(text: string): Buffer {
  return Buffer.from(`${String.fromCharCode(text.length)}${text}`, 'latin1');
}
