import { mkdir, rename, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { temporaryFolder } from '../../deploy/support/temporary-folder.ts';

/** A folder of files that goes away with the test. */
export interface Folder extends AsyncDisposable {
  readonly path: string;
  /** The absolute path of a name in it. */
  at(name: string): string;
  /** Writes a file, and the folders above it. What is no text is written as JSON. */
  write(name: string, content: unknown): Promise<void>;
  /** Points a symbolic link at something, in one step: whoever looks sees the old one or the new one. */
  link(name: string, target: string): Promise<void>;
}

/** Makes a folder with these files. */
export async function folderWith(files: Readonly<Record<string, unknown>>): Promise<Folder> {
  const made = await temporaryFolder('watchword-test-');
  const at = (name: string): string => join(made.path, name);
  const write = async (name: string, content: unknown): Promise<void> => {
    await mkdir(dirname(at(name)), { recursive: true });
    await writeFile(at(name), typeof content === 'string' ? content : JSON.stringify(content));
  };
  for (const [name, content] of Object.entries(files)) await write(name, content);
  return {
    path: made.path,
    at,
    write,
    link: async (name, target) => {
      await symlink(target, at(`${name}.next`));
      await rename(at(`${name}.next`), at(name));
    },
    [Symbol.asyncDispose]: () => made[Symbol.asyncDispose](),
  };
}
