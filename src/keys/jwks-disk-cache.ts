import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { systemCode } from '../base/system-code.ts';

/** Group too: nobody else has business with what only this process writes. */
const WRITABLE_BY_OTHERS = 0o022;

/** A key set document as it was fetched, and when, in milliseconds since the epoch. */
export interface CachedJwks {
  readonly document: unknown;
  readonly fetchedAt: number;
}

/**
 * Keeps the last good key set of each issuer in a folder, so that a restart does not need the issuer. Whoever can write there
 * can sign tokens: a file that others can write is not read.
 */
export class JwksDiskCache {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** The kept set of an issuer, null where there is none, or why the one that is there is not used. */
  async read(issuer: string): Promise<CachedJwks | null | string> {
    const file = this.#fileOf(issuer);
    try {
      // A link would be somebody else's: `write` makes none.
      await using handle = await open(file, constants.O_RDONLY | constants.O_NOFOLLOW);
      const { mode, uid } = await handle.stat();
      if ((mode & WRITABLE_BY_OTHERS) !== 0)
        return `${file} can be written by others (mode ${(mode & 0o777).toString(8).padStart(4, '0')})`;
      if (process.getuid !== undefined && uid !== process.getuid())
        return `${file} belongs to another user`;
      const kept = JSON.parse(await handle.readFile('utf8')) as Partial<CachedJwks> & {
        issuer?: unknown;
      };
      if (kept.issuer !== issuer || typeof kept.fetchedAt !== 'number')
        return `${file} is of another issuer`;
      return { document: kept.document, fetchedAt: kept.fetchedAt };
    } catch (error) {
      const code = systemCode(error, 'does not parse');
      return code === 'ENOENT' ? null : `${file}: ${code}`;
    }
  }

  /** Writes a set: whole or not at all, for its owner only. Throws where the folder cannot be written. */
  async write(issuer: string, kept: CachedJwks): Promise<void> {
    const file = this.#fileOf(issuer);
    const part = `${file}.${process.pid}.part`;
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    // Made anew: a file or a link that somebody else put there is not written to.
    await rm(part, { force: true });
    await using handle = await open(part, 'wx', 0o600);
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
