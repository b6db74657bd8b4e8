import { steadyNow } from '../base/clock.ts';
import { milliseconds } from '../base/duration.ts';
import type { IssuerConfig } from '../config/shape.ts';
import { algorithmsOf, type TenantConfig, tenantsOf } from '../config/tenants.ts';
import type { CachedJwks } from '../keys/jwks-disk-cache.ts';
import type { KeyEvents } from '../keys/key-events.ts';
import {
  type KeyFile,
  type Opened,
  openPublicKeys,
  openSecret,
  readKeyFile,
} from '../keys/key-file.ts';
import type { KeyStore } from '../keys/key-store.ts';
import { RemoteKeys } from '../keys/remote-keys.ts';
import type { Issuer } from '../policy/issuer.ts';
import type { ClaimPath } from '../policy/requirement.ts';
import { RemoteOpener } from './open-remote.ts';

/** An issuer, with what tells its settings from others, and what tells its keys. */
export interface OpenIssuer {
  readonly identity: string;
  readonly keysIdentity: string;
  /** Where its keys come from, whatever the other settings are. */
  readonly source: string;
  readonly issuer: Issuer;
}

/**
 * Makes issuers out of their settings, and gives the same one again for the same settings, files and claims. Keys are pooled
 * apart, by what they depend on alone: a reload that changes something else must not cost the keys of an issuer that is
 * down.
 */
export class IssuerPool implements AsyncDisposable {
  readonly #events: (issuer: string) => KeyEvents;
  readonly #now: () => number;
  readonly #remote: RemoteOpener;
  readonly #shared: IssuerPool | null;
  readonly #borrowed = new WeakSet<KeyStore>();
  #open: readonly OpenIssuer[] = [];

  /**
   * `events` is told the name of an issuer, and gives what to tell of its keys. `now` in milliseconds. The keys of `shared` are used
   * where the settings are equal, and stay its own: this pool neither fetches nor closes them.
   */
  constructor(
    events: (issuer: string) => KeyEvents,
    now: () => number = steadyNow,
    shared: IssuerPool | null = null,
  ) {
    this.#shared = shared;
    this.#events = events;
    this.#now = now;
    this.#remote = new RemoteOpener(now);
  }

  /** Opens an issuer (one for each tenant), or gives the open ones. Nothing is fetched yet. */
  async open(
    config: IssuerConfig,
    claimNames: ReadonlySet<string>,
  ): Promise<Opened<readonly OpenIssuer[]>> {
    const opened: OpenIssuer[] = [];
    for (const one of tenantsOf(config)) {
      const issuer = await this.#openOne(one, claimNames);
      if (!issuer.ok) return issuer;
      opened.push(issuer.value);
    }
    return { ok: true, value: opened };
  }

  /** Makes these the open issuers: new keys start to be fetched, and those that nobody names are closed. */
  async use(issuers: readonly OpenIssuer[]): Promise<void> {
    const before = new Set(this.#open.map(({ issuer }) => issuer.keys));
    const after = new Set(issuers.map(({ issuer }) => issuer.keys));
    this.#open = issuers;
    const isOwn = (keys: KeyStore): boolean => !this.#borrowed.has(keys);
    const started = [...after.difference(before)].filter(isOwn).map((keys) => keys.start());
    const left = [...before.difference(after)].filter(isOwn);
    await Promise.all(left.map((keys) => keys[Symbol.asyncDispose]()));
    await Promise.all(started);
  }

  /** The issuers whose keys this pool fetches itself. */
  get fetched(): readonly string[] {
    return this.#open
      .filter(({ issuer: { keys } }) => keys instanceof RemoteKeys && !this.#borrowed.has(keys))
      .map(({ issuer }) => issuer.label);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.use([]);
    await this.#remote[Symbol.asyncDispose]();
  }

  async #openOne(
    tenant: TenantConfig,
    claimNames: ReadonlySet<string>,
  ): Promise<Opened<OpenIssuer>> {
    const { config, label } = tenant;
    const path = config.keys.file ?? config.keys.secretFile ?? config.keys.fallbackFile ?? null;
    const file = path === null ? null : await readKeyFile(path);
    if (file !== null && !file.ok) return file;
    const digest = file?.value.digest;
    const identity = JSON.stringify([tenant, [...claimNames].sort(), digest]);
    const { issuer, keys: settings, allowDevIssuer } = config;
    const keysIdentity = JSON.stringify([
      label,
      issuer,
      settings,
      algorithmsOf(config),
      allowDevIssuer,
      digest,
    ]);
    const keys = await this.#keysFor(keysIdentity, tenant, file?.value ?? null);
    const known = this.#open.find((one) => one.identity === identity);
    if (keys.ok && known?.issuer.keys === keys.value) return { ok: true, value: known };
    if (!keys.ok) return keys;
    const made = issuerOf(tenant, keys.value, claimNames);
    return { ok: true, value: { identity, keysIdentity, source: sourceOf(config), issuer: made } };
  }

  /** The keys of these settings: those that are open here or in the shared pool, or new ones. */
  async #keysFor(
    identity: string,
    tenant: TenantConfig,
    file: KeyFile | null,
  ): Promise<Opened<KeyStore>> {
    const among = (pool: IssuerPool | null): KeyStore | undefined =>
      (pool === null ? [] : pool.#open).find((one) => one.keysIdentity === identity)?.issuer.keys;
    const lent = among(this.#shared);
    if (lent !== undefined) this.#borrowed.add(lent);
    const own = among(this);
    // What was lent and is no longer there was closed by its pool.
    const same = lent ?? (own !== undefined && this.#borrowed.has(own) ? undefined : own);
    return same === undefined ? this.#openKeys(tenant, file) : { ok: true, value: same };
  }

  async #openKeys(
    { config, label }: TenantConfig,
    file: KeyFile | null,
  ): Promise<Opened<KeyStore>> {
    const { keys, allowDevIssuer: allowDevKeys } = config;
    const wanted = { algorithms: algorithmsOf(config), allowDevKeys };
    if (keys.secretFile !== undefined && file !== null) {
      return openSecret(keys.secretFile, file, wanted.algorithms, this.#now());
    }
    if (keys.file !== undefined && file !== null) {
      return openPublicKeys(keys.file, file, wanted, this.#now());
    }
    const remote = this.#shared === null ? config : withoutCache(config);
    return this.#remote.open(remote, wanted, file, this.#before(config), this.#events(label));
  }

  /** The key set of an open store that has the same source and other settings. */
  #before(config: IssuerConfig): CachedJwks | null {
    const source = sourceOf(config);
    const keys = this.#open.find((one) => one.source === source)?.issuer.keys;
    return keys instanceof RemoteKeys ? keys.handOver() : null;
  }
}

/** What is kept on disk is read at the next start of the live configuration: a candidate must not write it. */
function withoutCache(config: IssuerConfig): IssuerConfig {
  const { cacheDir, ...keys } = config.keys;
  return { ...config, keys };
}

function sourceOf({ issuer, keys: { jwks, discovery, kubernetes } }: IssuerConfig): string {
  return JSON.stringify([issuer, jwks, discovery, kubernetes]);
}

const DEFAULT_TYPES = ['jwt', 'at+jwt'];

function issuerOf(
  { config, label }: TenantConfig,
  keys: KeyStore,
  claimNames: ReadonlySet<string>,
): Issuer {
  const types = (config.types ?? DEFAULT_TYPES).map((type) => type.toLowerCase());
  return {
    name: config.name,
    label,
    iss: config.issuer,
    required: config.required,
    algorithms: new Set(algorithmsOf(config)),
    types: new Set(types.map((type) => type.replace(/^application\//, ''))),
    typeOptional: config.types === undefined,
    leeway: milliseconds(config.leeway) / 1000,
    allowDevIssuer: config.allowDevIssuer,
    audienceClaim: config.audienceClaim as ClaimPath,
    scopeClaims: config.scopeClaims as readonly ClaimPath[],
    maxLifetime: config.maxLifetime === undefined ? null : milliseconds(config.maxLifetime) / 1000,
    keys,
    claimNames,
  };
}
