/** A field of a Protocol Buffers message, so that a test can write what no library would. */
export type Field = {
  readonly number: number;
  /** The tag and the length take one byte more than they need. */
  readonly long?: boolean;
  /** One of several: it cannot be written in pieces, which would be several. */
  readonly repeated?: true;
} & (
  | { readonly value: string | Uint8Array }
  | { readonly fields: readonly Field[] }
  /** A field that nobody knows, of this wire type. */
  | { readonly unknown: 0 | 1 | 2 | 5 }
);

/** A message of the fields, in their order. */
export function messageBytes(fields: readonly Field[]): Buffer {
  return Buffer.concat(fields.map(fieldBytes));
}

const UNKNOWN = {
  0: Buffer.from([0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01]),
  1: Buffer.alloc(8, 0x0a),
  2: Buffer.from([3, 0x0a, 0x0b, 0x0c]),
  5: Buffer.alloc(4, 0x0a),
} as const;

function fieldBytes(field: Field): Buffer {
  const tag = (type: number) => varint(field.number * 8 + type, field.long ?? false);
  if ('unknown' in field) return Buffer.concat([tag(field.unknown), UNKNOWN[field.unknown]]);
  const content = 'value' in field ? Buffer.from(field.value) : messageBytes(field.fields);
  return Buffer.concat([tag(2), varint(content.length, field.long ?? false), content]);
}

function varint(value: number, long: boolean): Buffer {
  const bytes: number[] = [];
  let rest = value;
  do {
    bytes.push((rest % 128) + 128);
    rest = Math.floor(rest / 128);
  } while (rest > 0);
  if (long) bytes.push(0);
  else bytes[bytes.length - 1] = (bytes.at(-1) ?? 128) - 128;
  return Buffer.from(bytes);
}
