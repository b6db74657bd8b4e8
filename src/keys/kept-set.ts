import { createHash } from 'node:crypto';
import { mkdir, open, readFile, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** A key set document as it was fetched, and when, in milliseconds since the epoch. */
export interface KeptSet {
  readonly document: unknown;
  readonly fetchedAt: number;
}

/**
 * Keeps the last good key set of each issuer in a folder, so that a restart does not need the issuer. Whoever can write there
 * can sign tokens: a file that others can write is not read.
 */
export class KeptSets {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** The kept set of an issuer, or why there is none. */
  async read(issuer: string): Promise<KeptSet | string> {
    const file = this.#fileOf(issuer);
    try {
      const { mode, uid } = await stat(file);
      if ((mode & 0o022) !== 0) return `${file} can be written by others`;
      if (process.getuid !== undefined && uid !== process.getuid())
        return `${file} belongs to another user`;
      const kept = JSON.parse(await readFile(file, 'utf8')) as Partial<KeptSet> & {
        issuer?: unknown;
      };
      if (kept.issuer !== issuer || typeof kept.fetchedAt !== 'number')
        return `${file} is of another issuer`;
      return { document: kept.document, fetchedAt: kept.fetchedAt };
    } catch (error) {
      return `${file}: ${(error as NodeJS.ErrnoException).code ?? 'does not parse'}`;
    }
  }

  /** Writes a set: whole or not at all, for its owner only. Throws where the folder cannot be written. */
  async write(issuer: string, kept: KeptSet): Promise<void> {
    const file = this.#fileOf(issuer);
    const part = `${file}.${process.pid}.part`;
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    await using handle = await open(part, 'w', 0o600);
    await handle.writeFile(JSON.stringify({ issuer, ...kept }));
    await handle.sync();
    await rename(part, file);
  }

  /** Issuers are URLs; a digest is a file name on every system. */
  #fileOf(issuer: string): string {
    return join(
      this.#folder,
      `${createHash('sha256').update(issuer).digest('hex').slice(0, 32)}.json`,
    );
  }
}
