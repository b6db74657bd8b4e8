import { generateKeyPairSync, sign } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Live } from '../../src/base/live.ts';
import { checkWith } from '../../src/check/check.ts';
import { Verifier } from '../../src/check/verifier.ts';
import { silentKeyEvents } from '../../src/cli/silent-key-events.ts';
import { readConfigText } from '../../src/config/read.ts';
import { compile } from '../../src/live/compile.ts';
import { IssuerPool } from '../../src/live/issuer-pool.ts';
import type { Request } from '../../src/request/request.ts';

export const ISSUER = 'https://t.example/';

/** A request as a gateway tells it. */
export interface Asked {
  readonly method: string;
  readonly host: string;
  readonly path: string;
  readonly token: string | null;
  /** By their names in lower case. */
  readonly headers?: Readonly<Record<string, string>>;
  /** The pipeline that the route of the gateway names, where there is one. */
  readonly pipeline?: string;
}

/** A folder with the key files that migrated configurations name, and tokens that they verify. */
export interface Rig extends AsyncDisposable {
  readonly folder: string;
  readonly token: (claims?: object) => string;
  /** Opens a printed configuration, and says whether it lets a request pass. */
  readonly open: (text: string) => Promise<(asked: Asked) => Promise<boolean>>;
}

/** The real policy, compiled from the text that was printed, and the real check. */
export async function openRig(consumers: readonly object[] = []): Promise<Rig> {
  const folder = await mkdtemp(join(tmpdir(), 'watchword-migrated-'));
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  await mkdir(join(folder, 'key'));
  await writeFile(join(folder, 'key/pub.pem'), publicKey.export({ type: 'spki', format: 'pem' }));
  await writeFile(join(folder, 'consumers.yaml'), JSON.stringify(consumers));
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  await using owned = new AsyncDisposableStack();
  owned.defer(() => rm(folder, { recursive: true }));
  const pool = owned.use(new IssuerPool(() => silentKeyEvents));
  const stack = owned.move();
  return {
    folder,
    token: (claims = {}) => {
      const all = { iss: ISSUER, sub: 'user', aud: 'a', exp: 4_000_000_000, ...claims };
      const input = `${part({ alg: 'RS256' })}.${part(all)}`;
      return `${input}.${sign('sha256', Buffer.from(input), privateKey).toString('base64url')}`;
    },
    open: async (text) => {
      const read = readConfigText(join(folder, 'watchword.yaml'), text);
      const { policy } = await compile(read, pool);
      const check = checkWith({
        policy: new Live(policy),
        routes: null,
        verifier: new Verifier(
          { entries: 10, bytes: 100_000, pending: 10 },
          { lookedUp: () => undefined, verified: () => undefined },
        ),
        tokenBytes: 8192,
        headerBytes: 8192,
        now: () => Date.now() / 1000,
      });
      return async (asked) => (await check(requestOf(asked), 60_000)).outcome === 'allow';
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

function requestOf({ method, host, path, token, headers = {}, pipeline }: Asked): Request {
  return {
    method,
    host,
    path,
    authorization: token === null ? (headers['authorization'] ?? null) : `Bearer ${token}`,
    headers: new Map(Object.entries(headers)),
    preflightFor: null,
    protocol: 'http',
    context: pipeline === undefined ? [] : [['watchword.dev/pipeline', pipeline]],
    route: null,
    id: '',
  };
}
