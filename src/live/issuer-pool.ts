import { steadyNow } from '../base/clock.ts';
import { milliseconds } from '../base/duration.ts';
import type { IssuerConfig } from '../config/shape.ts';
import { TENANT } from '../config/shape-issuer.ts';
import { ALGORITHM_NAMES, type Algorithm, isSymmetric } from '../keys/algorithm.ts';
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
  #open: readonly OpenIssuer[] = [];

  /** `events` is told the name of an issuer, and gives what to tell of its keys. `now` in milliseconds. */
  constructor(events: (issuer: string) => KeyEvents, now: () => number = steadyNow) {
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
    const started = [...after.difference(before)].map((keys) => keys.start());
    await Promise.all([...before.difference(after)].map((keys) => keys[Symbol.asyncDispose]()));
    await Promise.all(started);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#open.map(({ issuer }) => issuer.keys[Symbol.asyncDispose]()));
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
    const known = this.#open.find((one) => one.identity === identity);
    if (known !== undefined) return { ok: true, value: known };
    const { issuer, keys: settings, allowDevIssuer } = config;
    const keysIdentity = JSON.stringify([
      label,
      issuer,
      settings,
      algorithmsOf(config),
      allowDevIssuer,
      digest,
    ]);
    const same = this.#open.find((one) => one.keysIdentity === keysIdentity)?.issuer.keys;
    const keys: Opened<KeyStore> =
      same === undefined
        ? await this.#openKeys(tenant, file?.value ?? null)
        : { ok: true, value: same };
    if (!keys.ok) return keys;
    const made = issuerOf(tenant, keys.value, claimNames);
    return { ok: true, value: { identity, keysIdentity, source: sourceOf(config), issuer: made } };
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
    return this.#remote.open(config, wanted, file, this.#before(config), this.#events(label));
  }

  /** The key set of an open store that has the same source and other settings. */
  #before(config: IssuerConfig): CachedJwks | null {
    const source = sourceOf(config);
    const keys = this.#open.find((one) => one.source === source)?.issuer.keys;
    return keys instanceof RemoteKeys ? keys.handOver() : null;
  }
}

function sourceOf({ issuer, keys: { jwks, discovery, kubernetes } }: IssuerConfig): string {
  return JSON.stringify([issuer, jwks, discovery, kubernetes]);
}

/** The settings of one issuer of a template. */
interface TenantConfig {
  readonly config: IssuerConfig;
  /** What its keys are called in metrics, logs and readiness. */
  readonly label: string;
}

/** The issuers that a template stands for: only tenants that are named, never whatever a token says. */
export function tenantsOf(config: IssuerConfig): readonly TenantConfig[] {
  if (config.tenants === undefined) return [{ config, label: config.name }];
  return config.tenants.map((tenant) => {
    const fill = (text: string): string => text.replaceAll(TENANT, tenant);
    const { jwks, discovery } = config.keys;
    const keys = {
      ...config.keys,
      ...(jwks === undefined ? {} : { jwks: fill(jwks) }),
      ...(typeof discovery === 'string' ? { discovery: fill(discovery) } : {}),
    };
    return {
      config: { ...config, issuer: fill(config.issuer), keys },
      label: `${config.name}:${tenant}`,
    };
  });
}

/** The algorithms of an issuer: those it names, else all that its kind of key could have. */
export function algorithmsOf({ algorithms, keys }: IssuerConfig): readonly Algorithm[] {
  if (algorithms !== undefined) return algorithms as readonly Algorithm[];
  const symmetric = keys.secretFile !== undefined;
  return symmetric ? ['HS256'] : ALGORITHM_NAMES.filter((name) => !isSymmetric(name));
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
