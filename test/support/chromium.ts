import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { unpackDebian } from '../../deploy/support/debian.ts';
import { cached, onPath } from '../../deploy/support/found.ts';

/** A Chromium and what its environment needs. */
export interface Chromium {
  readonly command: string;
  readonly environment: Readonly<Record<string, string>>;
}

/** Debian's build without a window: 20 packages where `chromium` has some hundred. A page without a font has no letters. */
const PACKAGES = ['chromium-headless-shell', 'fonts-dejavu-core'];
const INSTALLED = ['chromium-headless-shell', 'chromium', 'chromium-browser', 'google-chrome'];

/**
 * A Chromium: one on PATH, else Debian's, unpacked once into `${XDG_CACHE_HOME:-~/.cache}/watchword` with the libraries that it needs.
 * Nothing is installed on the machine. Throws an error of one line that names the command to run where it cannot be had.
 */
export async function findChromium(): Promise<Chromium> {
  const installed = INSTALLED.map(onPath).find((path) => path !== undefined);
  if (installed !== undefined) return { command: installed, environment: {} };
  const folder = await cached('debian-chromium', (draft) => unpackDebian(PACKAGES, draft));
  const fonts = join(folder, 'fonts.conf');
  await writeFile(
    fonts,
    `<fontconfig><dir>${join(folder, 'usr/share/fonts')}</dir><dir>/usr/share/fonts</dir><cachedir>${join(folder, 'font-cache')}</cachedir></fontconfig>`,
  );
  return {
    command: join(folder, 'usr/lib/chromium/chromium-headless-shell'),
    environment: { LD_LIBRARY_PATH: (await librariesIn(folder)).join(':'), FONTCONFIG_FILE: fonts },
  };
}

/** The folders of libraries, and those below them in which packages keep some of their own. */
async function librariesIn(folder: string): Promise<readonly string[]> {
  const all = await readdir(join(folder, 'usr/lib'), { withFileTypes: true, recursive: true });
  return [
    ...new Set(
      all
        .filter((entry) => entry.isFile() && entry.name.includes('.so'))
        .map(({ parentPath }) => parentPath)
        .filter((path) => path.includes('-linux-')),
    ),
  ];
}
