import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { systemCode } from '../base/system-code.ts';
import { type Asked, AskedError, type AskedOptions, askedBy } from '../explain/asked.ts';
import { UsageError } from './command.ts';

/** The options of `explain` that say what is asked. */
export interface ExplainOptions extends Omit<AskedOptions, 'url' | 'token'> {
  readonly url?: string | undefined;
  readonly tokenFile: string | undefined;
}

/** Reads what is asked, and gives it as it was written too. Throws `UsageError`. */
export async function askedOnCommandLine(
  options: ExplainOptions,
): Promise<{ readonly asked: Asked; readonly written: AskedOptions }> {
  const { url, tokenFile } = options;
  if (url === undefined) throw new UsageError('--url is missing');
  const token = tokenFile === undefined ? null : await readToken(tokenFile);
  const written = { ...options, url, token };
  try {
    return { asked: askedBy(written), written };
  } catch (error) {
    if (error instanceof AskedError) throw new UsageError(`--${error.message}`);
    throw error;
  }
}

/** `-` is the standard input, so that a token need not be written to a file. */
async function readToken(file: string): Promise<string> {
  const source = file === '-' ? text(process.stdin) : readFile(file, 'utf8');
  const read = await source.catch((error: unknown) => {
    throw new UsageError(`--token-file ${file} cannot be read: ${systemCode(error)}`);
  });
  const token = read.trim();
  if (token === '') throw new UsageError(`--token-file ${file} is empty`);
  if (/^bearer\s/i.test(token))
    throw new UsageError(
      `--token-file ${file} begins with 'Bearer ': it must hold the token alone`,
    );
  return token;
}
