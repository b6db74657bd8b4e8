/**
 * A header block that uses no table (RFC 7541 section 6.2.3, literals that are never indexed): it is the same on every connection, so it
 * can be made once. Names and values are ASCII.
 */
export function headerBlock(fields: Readonly<Record<string, string>>): Buffer {
  return Buffer.concat(
    Object.entries(fields).flatMap(([name, value]) => [
      NEVER_INDEXED,
      ...textParts(name),
      ...textParts(value),
    ]),
  );
}

const NEVER_INDEXED = Buffer.of(0x10);
const MAX_IN_PREFIX = 127;

function textParts(text: string): readonly Buffer[] {
  return [lengthOf(text.length), Buffer.from(text, 'latin1')];
}

/** Section 5.1, with a prefix of seven bits: without Huffman coding the first bit is 0. */
function lengthOf(length: number): Buffer {
  if (length < MAX_IN_PREFIX) return Buffer.of(length);
  const bytes = [MAX_IN_PREFIX];
  let rest = length - MAX_IN_PREFIX;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) + 0x80);
  return Buffer.from([...bytes, rest]);
}
