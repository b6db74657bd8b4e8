import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { fileHint, systemCode } from '../base/system-code.ts';
import { type Algorithm, isSymmetric, SHORTEST_SECRET } from './algorithm.ts';
import { fixedKeys, secretKey } from './fixed-keys.ts';
import { parseKeyDocument } from './key-document.ts';
import { type KeySetWanted, readKeySet } from './key-set.ts';
import type { KeyStore } from './key-store.ts';
import { isPem } from './pem.ts';

/** Key material read from a file. */
export interface KeyFile {
  readonly bytes: Buffer;
  /** Tells whether the file has changed. */
  readonly digest: string;
}

export type Opened<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly fault: string; readonly hint?: string };

/** More is no key file. */
const LARGEST_FILE = 1024 * 1024;

const EVERYBODY_WRITES = 0o002;

/**
 * Reads a file of keys. One that everybody can write is not read: whoever writes it can sign tokens. A group that can write
 * is accepted, since Kubernetes gives volumes to the group of `fsGroup`, and a umask of 002 gives files to the user's own. The
 * links of a mounted Secret are followed; what counts is the file at their end.
 */
export async function readKeyFile(path: string): Promise<Opened<KeyFile>> {
  try {
    // Asked of the open file, so that what was judged is what is read.
    await using file = await open(path, 'r');
    const stats = await file.stat();
    const { mode, size } = stats;
    if (stats.isFile() && (mode & EVERYBODY_WRITES) !== 0) {
      return {
        ok: false,
        fault: `${path} can be written by everybody (mode ${(mode & 0o7777).toString(8).padStart(4, '0')}), who could sign tokens then; it is not used`,
        hint: 'chmod o-w; for a volume of Kubernetes defaultMode: 0444',
      };
    }
    if (size > LARGEST_FILE) return { ok: false, fault: `${path} is larger than 1 MiB` };
    const bytes = await file.readFile();
    return {
      ok: true,
      value: { bytes, digest: createHash('sha256').update(bytes).digest('base64') },
    };
  } catch (error) {
    const hint = fileHint(error);
    const fault = `${path} cannot be read: ${systemCode(error)}`;
    return { ok: false, fault, ...(hint === null ? {} : { hint }) };
  }
}

/** Opens the public keys of a file: see `readKeyDocument`. */
export async function openPublicKeys(
  path: string,
  file: KeyFile,
  wanted: KeySetWanted,
  now: number,
): Promise<Opened<KeyStore>> {
  const parsed = parseKeyDocument(file.bytes);
  if (!parsed.ok) return { ok: false, fault: `${path} ${parsed.fault}` };
  const read = await readKeySet(parsed.document, wanted, now);
  return read.ok
    ? { ok: true, value: fixedKeys(read.set, now, read.set.notAfter, read.skipped) }
    : { ok: false, fault: `${path}: ${read.fault}` };
}

/** Opens an HMAC secret. A line break at its end, which editors and `echo` leave, does not belong to it. */
export function openSecret(
  path: string,
  file: KeyFile,
  algorithms: readonly Algorithm[],
  now: number,
): Opened<KeyStore> {
  const text = file.bytes.toString('latin1');
  if (isPem(text)) {
    return {
      ok: false,
      fault: `${path} is a PEM file, not a secret`,
      hint: 'public keys belong under keys.file',
    };
  }
  if (isJson(text)) {
    return {
      ok: false,
      fault: `${path} is a JWK or another JSON document, not a secret`,
      hint: 'write the bytes of its k alone into the file: jq -r .k FILE | basenc -d --base64url',
    };
  }
  const secret = Buffer.from(text.replace(/\r?\n$/, ''), 'latin1');
  const needed = Math.max(...algorithms.filter(isSymmetric).map((name) => SHORTEST_SECRET[name]));
  return secret.length < needed
    ? {
        ok: false,
        fault: `${path} has ${secret.length} bytes; ${algorithms.join(', ')} needs at least ${needed}`,
        hint: 'RFC 7518 section 3.2',
      }
    : { ok: true, value: secretKey(secret, now) };
}

/** Whether a secret is a JSON object: nobody's secret, but what tools export one in. */
function isJson(text: string): boolean {
  if (!text.trimStart().startsWith('{')) return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
