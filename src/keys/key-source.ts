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

  async #find(
    fetcher: DocumentFetcher,
    now: number,
  ): Promise<string | Extract<Fetched, { ok: false }>> {
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

async function jwksUriOf(
  location: Extract<KeyLocation, { kind: 'discovery' }>,
  fetcher: DocumentFetcher,
): Promise<string | Extract<Fetched, { ok: false }>> {
  let last: Extract<Fetched, { ok: false }> = {
    ok: false,
    fault: 'no metadata location',
    retryAfter: null,
  };
  for (const url of location.urls) {
    const fetched = await fetcher.fetch(url, null);
    if (fetched.ok) {
      const read = readMetadata(fetched.document, location);
      return 'uri' in read
        ? read.uri
        : { ok: false, fault: `${shownUrl(url)}: ${read.fault}`, retryAfter: null };
    }
    last = fetched;
  }
  return last;
}

/**
 * OpenID Connect Discovery section 4.3 and RFC 8414 section 3.3: a document that names another issuer is that issuer's, and
 * trusting its keys would let it sign for ours.
 */
function readMetadata(
  document: unknown,
  { issuer, allowHttp }: { issuer: string; allowHttp: boolean },
): { uri: string } | { fault: string } {
  const { issuer: said, jwks_uri: uri } = (document ?? {}) as {
    issuer?: unknown;
    jwks_uri?: unknown;
  };
  if (said !== issuer) return { fault: 'the document names another issuer' };
  if (typeof uri !== 'string' || !URL.canParse(uri))
    return { fault: 'the document has no jwks_uri' };
  if (!uri.startsWith('https:') && !allowHttp) return { fault: 'jwks_uri is not https' };
  return { uri };
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
