import { setImmediate } from 'node:timers/promises';
import { Verifier } from '../../../src/check/verifier.ts';
import { FetchQueue } from '../../../src/keys/fetch-queue.ts';
import { RemoteKeys } from '../../../src/keys/remote-keys.ts';
import { HostTable } from '../../../src/policy/host.ts';
import type { Issuer } from '../../../src/policy/issuer.ts';
import type { Policy } from '../../../src/policy/policy.ts';
import { timeRefusal } from '../../../src/token/claims.ts';
import { raw, signatureBy } from '../../support/keys.ts';
import { KEYS, ModelIssuer } from './model-issuer.ts';

export const ISS = 'https://issuer.example/';
export const REFRESH_AT_LEAST = 10_000;
export const REFRESH_AT_MOST = 120_000;

/** Settings of the keys that a reload may change. */
export interface KeySettings {
  readonly maxStale: number;
  readonly grace: number;
}

/** Timers whose time passes when it is told to. */
export interface Timers {
  tick(ms: number): void;
}

/** The real key store, verifier and token cache, before an issuer in memory, with clock and timers of their own. */
export class ModelWorld implements AsyncDisposable {
  readonly issuer: ModelIssuer;
  settings: KeySettings = { maxStale: 3_600_000, grace: 0 };
  /** Time that timers know of, in milliseconds. */
  passed = 0;
  /** Whether the last fetch brought a set. */
  healthy = false;
  readonly #timers: Timers;
  #jumped = 0;
  #fetches = 0;
  #keys: Promise<RemoteKeys>;
  #policy: Promise<Policy>;
  readonly #verifier = new Verifier(
    { entries: 1_000, bytes: 1024 * 1024, pending: 100 },
    { lookedUp: () => undefined, verified: () => undefined },
  );
  readonly #start: number;

  constructor(timers: Timers, start: number) {
    this.#timers = timers;
    this.#start = start;
    this.issuer = new ModelIssuer(() => ({ at: this.now, passed: this.passed }));
    this.#keys = this.#openKeys(null);
    this.#policy = this.#keys.then(policyOf);
  }

  /** The store's clock in milliseconds. It never goes back: `IssuerPool` sees to that. */
  get now(): number {
    return this.#start + this.passed + this.#jumped;
  }

  async start(): Promise<void> {
    await (await this.#keys).start();
  }

  /** Lets time pass, so that what is due happens in the second in which it is due. */
  async pass(ms: number): Promise<void> {
    for (let left = ms; left > 0; left -= 1_000) {
      const step = Math.min(1_000, left);
      this.passed += step;
      this.#timers.tick(step);
      await this.#settled();
    }
  }

  /** The machine slept: the clock has gone on, and no timer has fired. */
  jump(ms: number): void {
    this.#jumped += ms;
  }

  /** A reload that touches nothing of the issuer's keys: the same store under another policy. */
  reload(): void {
    this.#policy = this.#keys.then(policyOf);
  }

  /** A reload that changes the settings of the keys: another store, which gets what the one before it had. */
  async reloadWith(settings: KeySettings): Promise<void> {
    const before = await this.#keys;
    this.settings = settings;
    this.#keys = this.#openKeys(before.handOver());
    this.#policy = this.#keys.then(policyOf);
    await before[Symbol.asyncDispose]();
    await this.start();
  }

  /** The reason that a token with this key gets, `verified` where it passes. */
  async ask(token: string): Promise<string> {
    const verification = await this.#verifier.verify(token, await this.#policy, 10_000, []);
    await this.#settled();
    if (!verification.ok) return verification.reason;
    return timeRefusal(verification.verified.principal, 0, this.now / 1000) ?? 'verified';
  }

  /** Waits until no fetch is under way: importing keys takes turns of the loop, but no time of the timers. */
  async #settled(): Promise<void> {
    do await setImmediate();
    while (this.#fetches < this.issuer.asked);
  }

  #openKeys(before: ReturnType<RemoteKeys['handOver']>): Promise<RemoteKeys> {
    const settings = {
      ...this.settings,
      location: { kind: 'jwks', url: `${ISS}jwks.json` },
      algorithms: ['ES256'],
      allowDevKeys: false,
      refreshAtLeast: REFRESH_AT_LEAST,
      refreshAtMost: REFRESH_AT_MOST,
      issuer: ISS,
      fallback: null,
    } as const;
    const means = {
      fetcher: this.issuer,
      queue: new FetchQueue({ all: 2, ofOrigin: 2, hold: 60_000 }),
      kept: null,
      before,
      now: () => this.now,
    };
    return RemoteKeys.open(settings, means, {
      fetched: (result) => {
        this.#fetches += 1;
        this.healthy = result === 'success';
      },
      changed: () => undefined,
      suppressed: () => undefined,
      turned: () => undefined,
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await (await this.#keys)[Symbol.asyncDispose]();
  }
}

function policyOf(keys: RemoteKeys): Policy {
  const issuer: Issuer = {
    name: 'main',
    label: 'main',
    required: true,
    iss: ISS,
    algorithms: new Set(['ES256']),
    types: new Set(['jwt']),
    typeOptional: true,
    leeway: 0,
    allowDevIssuer: false,
    audienceClaim: ['aud'],
    scopeClaims: [['scope']],
    maxLifetime: null,
    keys,
    claimNames: new Set(),
  };
  return {
    issuers: new Map([[ISS, issuer]]),
    pipelines: new Map(),
    matches: new HostTable(new Map()),
    fallback: null,
    ignoresPathCase: false,
    identityHeaders: [],
    resources: new Map(),
    readHeaders: [],
    readsSource: false,
    consumers: new Map(),
  };
}

/** The token that a key signed, good until a moment in seconds since the epoch; always the same text. */
export function tokenOf(kid: string, exp: number): string {
  const known = TOKENS.get(`${kid} ${exp}`);
  if (known !== undefined) return known;
  const key = KEYS[kid] ?? KEYS['nobody'];
  if (key === undefined) throw new Error('there are no keys');
  const header = JSON.stringify({ alg: 'ES256', kid, typ: 'JWT' });
  const claims = JSON.stringify({ iss: ISS, sub: 'client-1', aud: 'http://orders', exp });
  const token = raw(header, claims, signatureBy(key));
  TOKENS.set(`${kid} ${exp}`, token);
  return token;
}

const TOKENS = new Map<string, string>();
