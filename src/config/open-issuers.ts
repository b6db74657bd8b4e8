import { milliseconds } from '../base/duration.ts';
import { ALGORITHM_NAMES, type Algorithm, isSymmetric } from '../keys/algorithm.ts';
import type { KeyStore } from '../keys/key-store.ts';
import { type KeyEvents, RemoteKeys } from '../keys/remote-keys.ts';
import type { Issuer } from '../policy/issuer.ts';
import { type Opened, openPublicKeys, openSecret, readKeyFile } from './open-keys.ts';
import type { IssuerConfig } from './shape.ts';
import { REMOTE_DEFAULTS } from './shape-issuer.ts';

/** Makes issuers out of their settings, and gives the same one again for the same settings, files and claims. */
export class IssuerPool implements AsyncDisposable {
  readonly #events: (issuer: string) => KeyEvents;
  readonly #now: () => number;
  #open: ReadonlyMap<string, Issuer> = new Map();

  constructor(events: (issuer: string) => KeyEvents, now: () => number = Date.now) {
    this.#events = events;
    this.#now = now;
  }

  /** Opens an issuer, or gives the open one. Nothing is fetched yet. */
  async open(
    config: IssuerConfig,
    claimNames: ReadonlySet<string>,
  ): Promise<Opened<{ identity: string; issuer: Issuer }>> {
    const path = config.keys.file ?? config.keys.secretFile ?? null;
    const file = path === null ? null : await readKeyFile(path);
    if (file !== null && !file.ok) return file;
    const identity = JSON.stringify([config, [...claimNames].sort(), file?.value.digest]);
    const known = this.#open.get(identity);
    if (known !== undefined) return { ok: true, value: { identity, issuer: known } };
    const keys = await this.#openKeys(config, file?.value ?? null);
    return keys.ok
      ? { ok: true, value: { identity, issuer: issuerOf(config, keys.value, claimNames) } }
      : keys;
  }

  /** Makes these the open issuers: new ones start to fetch, and those that are no longer named are closed. */
  async use(issuers: ReadonlyMap<string, Issuer>): Promise<void> {
    const before = this.#open;
    this.#open = issuers;
    const kept = new Set(issuers.values());
    const known = new Set(before.values());
    const started = [...kept]
      .filter((issuer) => !known.has(issuer))
      .map((issuer) => issuer.keys.start());
    await Promise.all([...known].filter((issuer) => !kept.has(issuer)).map(closeKeys));
    await Promise.all(started);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#open.values()].map(closeKeys));
  }

  async #openKeys(
    config: IssuerConfig,
    file: Parameters<typeof openSecret>[1] | null,
  ): Promise<Opened<KeyStore>> {
    const { keys, allowDevIssuer: allowDevKeys } = config;
    const algorithms = algorithmsOf(config);
    if (keys.secretFile !== undefined && file !== null)
      return openSecret(keys.secretFile, file, algorithms, this.#now());
    if (keys.file !== undefined && file !== null) {
      return openPublicKeys(keys.file, file, { algorithms, allowDevKeys }, this.#now());
    }
    return {
      ok: true,
      value: new RemoteKeys(
        {
          url: keys.jwks ?? '',
          algorithms,
          allowDevKeys,
          allowHttp: keys.allowHttp ?? false,
          caFile: keys.caFile ?? null,
          refreshAtLeast: milliseconds(keys.refreshAtLeast ?? REMOTE_DEFAULTS.refreshAtLeast),
          refreshAtMost: milliseconds(keys.refreshAtMost ?? REMOTE_DEFAULTS.refreshAtMost),
          maxStale: milliseconds(keys.maxStale ?? REMOTE_DEFAULTS.maxStale),
        },
        this.#events(config.name),
        this.#now,
      ),
    };
  }
}

async function closeKeys({ keys }: Issuer): Promise<void> {
  await keys[Symbol.asyncDispose]();
}

/** The algorithms of an issuer: those it names, else all that its kind of key could have. */
export function algorithmsOf({ algorithms, keys }: IssuerConfig): readonly Algorithm[] {
  if (algorithms !== undefined) return algorithms as readonly Algorithm[];
  const symmetric = keys.secretFile !== undefined;
  return symmetric ? ['HS256'] : ALGORITHM_NAMES.filter((name) => !isSymmetric(name));
}

const DEFAULT_TYPES = ['jwt', 'at+jwt'];

function issuerOf(config: IssuerConfig, keys: KeyStore, claimNames: ReadonlySet<string>): Issuer {
  return {
    name: config.name,
    iss: config.issuer,
    algorithms: new Set(algorithmsOf(config)),
    types: new Set(
      (config.types ?? DEFAULT_TYPES).map((type) =>
        type.toLowerCase().replace(/^application\//, ''),
      ),
    ),
    typeOptional: config.types === undefined,
    leeway: milliseconds(config.leeway) / 1000,
    allowDevIssuer: config.allowDevIssuer,
    keys,
    claimNames,
  };
}
