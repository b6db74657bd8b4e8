import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate, zstdDecompress } from 'node:zlib';
import { systemCode } from '../base/system-code.ts';

const DECODERS = {
  gzip: promisify(gunzip),
  'x-gzip': promisify(gunzip),
  deflate: promisify(inflate),
  br: promisify(brotliDecompress),
  zstd: promisify(zstdDecompress),
} as const;

export type Decoded =
  | { readonly ok: true; readonly bytes: Buffer }
  | { readonly ok: false; readonly fault: string };

/**
 * Takes the coding of a body off (RFC 9110 section 8.4.1): some servers compress without being asked to. One that would become
 * larger than `most` bytes is not inflated further.
 */
export async function decoded(
  bytes: Buffer,
  coding: string | null,
  most: number,
): Promise<Decoded> {
  const name = (coding ?? '').trim().toLowerCase();
  if (name === '' || name === 'identity') return { ok: true, bytes };
  if (!isKnown(name))
    return {
      ok: false,
      fault: `it answered in the content-encoding ${JSON.stringify(name.slice(0, 64))}, which nobody asked for`,
    };
  try {
    return { ok: true, bytes: await DECODERS[name](bytes, { maxOutputLength: most }) };
  } catch (error) {
    const fault =
      systemCode(error) === 'ERR_BUFFER_TOO_LARGE'
        ? `it answered more than ${most} bytes`
        : `its answer does not decode as ${name}, its content-encoding`;
    return { ok: false, fault };
  }
}

function isKnown(name: string): name is keyof typeof DECODERS {
  return Object.hasOwn(DECODERS, name);
}
