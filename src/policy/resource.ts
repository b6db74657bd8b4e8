import { parseHost } from './host.ts';

/** A protected resource (RFC 9728 section 1.2), compiled. */
export interface Resource {
  /** Where its metadata is, for challenges (section 5.1). */
  readonly metadataUrl: string;
  /** Its metadata (section 2), JSON. */
  readonly document: string;
}

/** Section 3.1: what is put between the host and the path of an identifier. */
export const METADATA_PATH = '/.well-known/oauth-protected-resource';

/** The URL of a resource's metadata (section 3.1). */
export function metadataUrlOf(identifier: string): URL {
  const url = new URL(identifier);
  // "Any terminating slash following the host component MUST be removed".
  url.pathname = `${METADATA_PATH}${url.pathname === '/' ? '' : url.pathname}`;
  return url;
}

/** Host and path of a URL in one, without the port: as gateways name a request. */
export function placeOf({ host, pathname }: Pick<URL, 'host' | 'pathname'>): string {
  return `${parseHost(host) ?? ''}${pathname}`;
}

const LOOPBACK = /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

/** Whether a URL may be used by browsers and clients: https, or http on the machine that one works at. */
export function isSafeUrl({ protocol, hostname }: URL): boolean {
  return protocol === 'https:' || (protocol === 'http:' && LOOPBACK.test(hostname));
}

/** What is wrong with the identifier of a resource, or null. Clients compare it letter by letter (section 3.3). */
export function identifierFault(text: string): string | null {
  const url = URL.parse(text);
  if (url === null || url.host === '')
    return 'must be a URL, such as https://orders.example.com/mcp';
  if (!isSafeUrl(url)) return 'must be https (http is for localhost only)';
  if (url.username !== '' || url.password !== '') return 'must have no user information';
  if (text.includes('#')) return 'must have no fragment (RFC 9728 section 1.2)';
  if (text.includes('?')) return 'must have no query: the path names the resource';
  if (parseHost(url.host) === null) return `has a host with more than one reading: ${url.host}`;
  const written = url.pathname === '/' ? [url.href, url.origin] : [url.href];
  return written.includes(text) ? null : `is read by clients as ${url.href}: write it so`;
}
