/** A body as text, or null where it has more bytes than this. */
export async function textOf(body: AsyncIterable<Buffer>, most: number): Promise<string | null> {
  return (await bytesOf(body, most))?.toString('utf8') ?? null;
}

/** A body, or null where it has more bytes than this. The connection of one that is not read to its end is closed. */
export async function bytesOf(body: AsyncIterable<Buffer>, most: number): Promise<Buffer | null> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    // Leaving the loop destroys the body.
    if (bytes > most) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
