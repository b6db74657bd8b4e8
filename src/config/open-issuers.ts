import { milliseconds } from '../base/duration.ts';
import { ALGORITHM_NAMES, type Algorithm, isSymmetric } from '../keys/algorithm.ts';
import type { KeyEvents } from '../keys/key-events.ts';
import {
  type KeyFile,
  type Opened,
  openPublicKeys,
  openSecret,
  readKeyFile,
} from '../keys/key-file.ts';
import type { KeyStore } from '../keys/key-store.ts';
import type { Issuer } from '../policy/issuer.ts';
import { RemoteOpener } from './open-remote.ts';
import type { IssuerConfig } from './shape.ts';
import { TENANT } from './shape-issuer.ts';

/** An issuer, with what tells its settings, files and claims from others. */
export interface OpenIssuer {
  readonly identity: string;
  readonly issuer: Issuer;
}

/** Makes issuers out of their settings, and gives the same one again for the same settings, files and claims. */
export class IssuerPool implements AsyncDisposable {
  readonly #events: (issuer: string) => KeyEvents;
  readonly #now: () => number;
  readonly #remote: RemoteOpener;
  #open: ReadonlyMap<string, Issuer> = new Map();

  /** `events` is told the name of an issuer, and gives what to tell of its keys. `now` in milliseconds. */
  constructor(events: (issuer: string) => KeyEvents, now: () => number = Date.now) {
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
    await this.#remote[Symbol.asyncDispose]();
  }

  async #openOne(
    tenant: TenantConfig,
    claimNames: ReadonlySet<string>,
  ): Promise<Opened<OpenIssuer>> {
    const { config } = tenant;
    const path = config.keys.file ?? config.keys.secretFile ?? config.keys.fallbackFile ?? null;
    const file = path === null ? null : await readKeyFile(path);
    if (file !== null && !file.ok) return file;
    const identity = JSON.stringify([tenant, [...claimNames].sort(), file?.value.digest]);
    const known = this.#open.get(identity);
    if (known !== undefined) return { ok: true, value: { identity, issuer: known } };
    const keys = await this.#openKeys(tenant, file?.value ?? null);
    if (!keys.ok) return keys;
    return { ok: true, value: { identity, issuer: issuerOf(tenant, keys.value, claimNames) } };
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
    return this.#remote.open(config, wanted, file, this.#events(label));
  }
}

async function closeKeys({ keys }: Issuer): Promise<void> {
  await keys[Symbol.asyncDispose]();
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
    keys,
    claimNames,
  };
}
