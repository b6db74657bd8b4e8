import { milliseconds } from '../base/duration.ts';
import type { IssuerConfig } from '../config/shape.ts';
import { REMOTE_DEFAULTS } from '../config/shape-issuer.ts';
import { type DocumentFetcher, type FetchSettings, openFetcher } from '../keys/fetch-document.ts';
import { FetchQueue } from '../keys/fetch-queue.ts';
import { type CachedJwks, JwksDiskCache } from '../keys/jwks-disk-cache.ts';
import { parseKeyDocument } from '../keys/key-document.ts';
import type { KeyEvents } from '../keys/key-events.ts';
import type { KeyFile, Opened } from '../keys/key-file.ts';
import { type KeySetWanted, readKeySet } from '../keys/key-set.ts';
import { type KeyLocation, metadataUrls } from '../keys/key-source.ts';
import type { KeyStore } from '../keys/key-store.ts';
import { RemoteKeys } from '../keys/remote-keys.ts';
import { SERVICE_ACCOUNT } from '../outgoing/service-account.ts';

/** Where the issuer of a cluster serves its keys inside of it. */
const CLUSTER_JWKS = 'https://kubernetes.default.svc/openid/v1/jwks';

/** Background fetches. A healthy issuer answers within the time that one keeps its place. */
const PLACES = { all: 8, ofOrigin: 2, hold: 500 } as const;

/** Opens remote key sets. Issuers with the same connection settings share connections, and all share one queue. */
export class RemoteOpener implements AsyncDisposable {
  readonly #now: () => number;
  readonly #queue = new FetchQueue(PLACES);
  readonly #fetchers = new Map<string, DocumentFetcher>();

  constructor(now: () => number) {
    this.#now = now;
  }

  /** `before` is what a store that the new one replaces had. */
  async open(
    { issuer, keys }: IssuerConfig,
    wanted: KeySetWanted,
    fallbackFile: KeyFile | null,
    before: CachedJwks | null,
    events: KeyEvents,
  ): Promise<Opened<KeyStore>> {
    const fallback =
      fallbackFile === null
        ? { ok: true as const, value: null }
        : await readFallback(fallbackFile, wanted, this.#now());
    if (!fallback.ok) return { ...fallback, fault: `${keys.fallbackFile} ${fallback.fault}` };
    const settings = {
      ...wanted,
      location: locationOf(issuer, keys),
      refreshAtLeast: milliseconds(keys.refreshAtLeast ?? REMOTE_DEFAULTS.refreshAtLeast),
      refreshAtMost: milliseconds(keys.refreshAtMost ?? REMOTE_DEFAULTS.refreshAtMost),
      maxStale: milliseconds(keys.maxStale ?? REMOTE_DEFAULTS.maxStale),
      grace: milliseconds(keys.rotationGrace ?? REMOTE_DEFAULTS.rotationGrace),
      issuer,
      fallback: fallback.value,
    };
    const means = {
      fetcher: this.#fetcher(fetchSettingsOf(keys)),
      queue: this.#queue,
      kept: keys.cacheDir === undefined ? null : new JwksDiskCache(keys.cacheDir),
      before,
      now: this.#now,
    };
    return { ok: true, value: await RemoteKeys.open(settings, means, events) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const fetchers = [...this.#fetchers.values()];
    await Promise.all(fetchers.map((fetcher) => fetcher[Symbol.asyncDispose]()));
  }

  #fetcher(settings: FetchSettings): DocumentFetcher {
    const key = JSON.stringify(settings);
    const fetcher = this.#fetchers.get(key) ?? openFetcher(settings);
    this.#fetchers.set(key, fetcher);
    return fetcher;
  }
}

type Keys = IssuerConfig['keys'];

function locationOf(issuer: string, keys: Keys): KeyLocation {
  const { jwks, discovery } = keys;
  if (keys.kubernetes === true) return { kind: 'jwks', url: CLUSTER_JWKS };
  if (discovery === undefined) return { kind: 'jwks', url: jwks ?? '' };
  const base = discovery === true ? issuer : discovery;
  const urls = base.includes('/.well-known/') ? [base] : metadataUrls(base);
  return {
    kind: 'discovery',
    issuer,
    urls,
    allowHttp: keys.allowHttp ?? false,
    allowOtherOrigin: keys.allowRedirects ?? false,
  };
}

function fetchSettingsOf(keys: Keys): FetchSettings {
  const inCluster = keys.kubernetes === true;
  return {
    allowHttp: keys.allowHttp ?? false,
    allowOtherOrigin: keys.allowRedirects ?? false,
    caFile: keys.caFile ?? (inCluster ? SERVICE_ACCOUNT.caFile : null),
    tokenFile: inCluster ? SERVICE_ACCOUNT.tokenFile : null,
  };
}

/** A fallback that could not be used would be found out in the outage that it is for. */
async function readFallback(
  file: KeyFile,
  wanted: KeySetWanted,
  now: number,
): Promise<Opened<unknown>> {
  const parsed = parseKeyDocument(file.bytes);
  if (!parsed.ok) return parsed;
  const read = await readKeySet(parsed.document, wanted, now);
  return read.ok ? { ok: true, value: parsed.document } : { ok: false, fault: read.fault };
}
