import { shownUrl } from '../outgoing/shown-url.ts';
import type { DocumentFetcher, Fetched } from './fetch-document.ts';

/** Where a remote key set is found. */
export type KeyLocation =
  | { readonly kind: 'jwks'; readonly url: string }
  | {
      readonly kind: 'discovery';
      /** What `issuer` in the document must be, exactly (RFC 8414 section 3.3). */
      readonly issuer: string;
      /** Places of the metadata document, asked in this order. */
      readonly urls: readonly string[];
      readonly allowHttp: boolean;
      /** Whether `jwks_uri` may be of another origin than the metadata. */
      readonly allowOtherOrigin: boolean;
    };

/** Asks for a key set: at its URL, or where the issuer's metadata says that it is. */
export class KeySource {
  readonly #location: KeyLocation;
  /** What the metadata said last; asked anew when it is older than `METADATA_LIFETIME` or the key set does not come. */
  #jwksUri: string | null = null;
  #metadataAt = Number.NEGATIVE_INFINITY;
  #etag: string | null = null;

  constructor(location: KeyLocation) {
    this.#location = location;
  }

  /** Who is asked first. */
  get origin(): string {
    const { kind } = this.#location;
    const url = kind === 'jwks' ? this.#location.url : (this.#location.urls[0] ?? '');
    return URL.canParse(url) ? new URL(url).origin : url;
  }

  /** Fetches the key set, unless it is unchanged since the last time. `now` in milliseconds. */
  async fetch(fetcher: DocumentFetcher, now: number): Promise<Fetched> {
    const found = await this.#find(fetcher, now);
    if (typeof found !== 'string') return found;
    const fetched = await fetcher.fetch(found, this.#etag);
    if (fetched.ok) this.#etag = fetched.etag;
    else this.#metadataAt = Number.NEGATIVE_INFINITY;
    return fetched;
  }

  /** The set that was fetched last could not be used: the next answer must be a whole one. */
  forget(): void {
    this.#etag = null;
  }

  async #find(fetcher: DocumentFetcher, now: number): Promise<string | Failed> {
    if (this.#location.kind === 'jwks') return this.#location.url;
    if (this.#jwksUri !== null && now - this.#metadataAt < METADATA_LIFETIME) return this.#jwksUri;
    const uri = await jwksUriOf(this.#location, fetcher);
    if (typeof uri !== 'string') return uri;
    if (uri !== this.#jwksUri) this.#etag = null;
    this.#jwksUri = uri;
    this.#metadataAt = now;
    return uri;
  }
}

/** A changed `jwks_uri` is followed after this time at the latest, in milliseconds. */
const METADATA_LIFETIME = 300_000;

type Failed = Extract<Fetched, { ok: false }>;
type Discovery = Extract<KeyLocation, { kind: 'discovery' }>;

async function jwksUriOf(location: Discovery, fetcher: DocumentFetcher): Promise<string | Failed> {
  const failures: Failed[] = [];
  for (const url of location.urls) {
    const fetched = await fetcher.fetch(url, null);
    if (fetched.ok) {
      const read = readMetadata(fetched.document, url, location);
      return 'uri' in read ? read.uri : failed(`${shownUrl(url)}: ${read.fault}`);
    }
    failures.push(fetched);
  }
  const [only] = failures;
  if (only !== undefined && failures.length === 1) return only;
  const waits = failures.flatMap(({ retryAfter }) => retryAfter ?? []);
  return failed(
    failures.map(({ fault }) => fault).join('; ') || 'no metadata location',
    waits.length === 0 ? null : Math.max(...waits),
  );
}

function failed(fault: string, retryAfter: number | null = null): Failed {
  return { ok: false, fault, retryAfter };
}

/**
 * OpenID Connect Discovery section 4.3 and RFC 8414 section 3.3: a document that names another issuer is that issuer's, and
 * trusting its keys would let it sign for ours. Keys at another origin are that origin's to choose: that must be said.
 */
function readMetadata(
  document: unknown,
  url: string,
  location: Discovery,
): { uri: string } | { fault: string } {
  const { issuer, jwks_uri: uri, keys } = (document ?? {}) as Partial<Record<string, unknown>>;
  if (issuer === undefined && Array.isArray(keys))
    return { fault: 'it is a JWK Set, not metadata: name its URL under keys.jwks' };
  if (typeof issuer !== 'string')
    return { fault: 'the document names no issuer: it is no metadata' };
  if (issuer !== location.issuer) return { fault: issuersDiffer(issuer, location.issuer) };
  const target = typeof uri === 'string' ? URL.parse(uri) : null;
  if (target === null) return { fault: 'the document has no jwks_uri' };
  const fault = jwksUriFault(target, new URL(url), location);
  return fault === null ? { uri: target.href } : { fault };
}

function jwksUriFault(
  target: URL,
  metadata: URL,
  { allowHttp, allowOtherOrigin }: Discovery,
): string | null {
  const shown = shownUrl(target.href);
  if (target.protocol !== 'https:' && !(allowHttp && target.protocol === 'http:'))
    return `jwks_uri is not https: ${shown}`;
  return target.origin === metadata.origin || allowOtherOrigin
    ? null
    : `jwks_uri is of another origin than the metadata: ${shown}; write keys.jwks with this URL in place of keys.discovery, or keys.allowRedirects: true to follow it wherever it leads`;
}

/** Says both issuers, and what differs where it is little: a slash is what differs most often. */
function issuersDiffer(said: string, configured: string): string {
  const differs = DIFFERENCES.find(([, bare]) => bare(said) === bare(configured))?.[0];
  const how = differs === undefined ? '' : ` (${differs(said, configured)})`;
  return `the document names another issuer: it names ${shownText(said)}, the configuration ${shownText(configured)}${how}; write under issuer what iss of the tokens says`;
}

const DIFFERENCES: readonly (readonly [
  (said: string, configured: string) => string,
  (issuer: string) => string,
])[] = [
  [
    (said, configured) =>
      `the configuration has a slash ${said.length < configured.length ? 'more' : 'less'} at its end`,
    (issuer) => issuer.replace(/\/$/, ''),
  ],
  [() => 'http and https', (issuer) => issuer.replace(/^https?:/, '')],
  [() => 'they differ by letter case', (issuer) => issuer.toLowerCase()],
  [() => 'they differ by white space', (issuer) => issuer.trim()],
];

function shownText(text: string): string {
  return JSON.stringify(text.slice(0, 256));
}

/**
 * Where the metadata of an issuer may be: OpenID Connect Discovery appends its path to the issuer, RFC 8414 section 3.1
 * puts its own between host and path. Nowhere where it is no URL.
 */
export function metadataUrls(issuer: string): readonly string[] {
  const parsed = URL.parse(issuer);
  if (parsed === null) return [];
  const base = issuer.replace(/\/$/, '');
  const { origin, pathname } = parsed;
  const path = pathname === '/' ? '' : pathname.replace(/\/$/, '');
  return [
    `${base}/.well-known/openid-configuration`,
    `${origin}/.well-known/oauth-authorization-server${path}`,
  ];
}
