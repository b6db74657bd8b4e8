import { readFile } from 'node:fs/promises';

/** A file of the page. */
export interface PageFile {
  readonly type: string;
  readonly content: Buffer;
}

/** What the page is made of, by its path; `tools/build-page.mjs` makes them. */
const FILES = {
  '/': ['index.html', 'text/html; charset=utf-8'],
  '/page.js': ['page.js', 'text/javascript; charset=utf-8'],
  '/page.css': ['page.css', 'text/css; charset=utf-8'],
  '/icon.svg': ['icon.svg', 'image/svg+xml'],
} as const;

/** The same folder for `src` and for `dist`. */
const FOLDER = new URL('../../dist/page/', import.meta.url);

/** Reads the page. Throws where it was not built: a defect of the package. */
export async function readPageFiles(): Promise<ReadonlyMap<string, PageFile>> {
  const files = Object.entries(FILES).map(async ([path, [name, type]]) => {
    const content = await readFile(new URL(name, FOLDER));
    return [path, { type, content }] as const;
  });
  return new Map(await Promise.all(files));
}
