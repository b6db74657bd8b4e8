import type { JWK } from 'jose';
import { type KeyEntry, type UnusedEntry, withCertificate } from './key-entry.ts';
import { isPem, readPem } from './pem.ts';

/** The keys of a document, each as it was read or with why it was not. */
export type KeyDocument =
  | { readonly ok: true; readonly entries: readonly (KeyEntry | UnusedEntry)[] }
  | { readonly ok: false; readonly fault: string };

/**
 * Parses the text of a key document: JSON or PEM, also with a byte order mark or in the UTF-16 of a Windows shell. A PEM text is its
 * own document. The fault never quotes it.
 */
export function parseKeyDocument(
  bytes: Buffer,
):
  | { readonly ok: true; readonly document: unknown }
  | { readonly ok: false; readonly fault: string } {
  const text = textOf(bytes).trim();
  if (text === '') return { ok: false, fault: 'is empty' };
  if (text.startsWith('<'))
    return { ok: false, fault: 'is HTML or XML, as a page to log in is, not a JWK Set' };
  try {
    return { ok: true, document: JSON.parse(text) as unknown };
  } catch {
    if (isPem(text)) return { ok: true, document: text };
    return { ok: false, fault: 'is neither a PEM key or certificate nor a JWK Set' };
  }
}

function textOf(bytes: Buffer): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return bytes.toString('utf16le').slice(1);
  const text = bytes.toString('utf8');
  return text.startsWith('\ufeff') ? text.slice(1) : text;
}

/**
 * Finds the keys of a document: a JWK Set (RFC 7517 section 5), one JWK, PEM, or the map from `kid` to PEM that Google serves for
 * Firebase and IAP. Members that are null count as left out. An entry that is no key costs only itself.
 */
export function readKeyDocument(document: unknown): KeyDocument {
  if (typeof document === 'string' && isPem(document)) return readPem(document);
  if (!isObject(document)) return noKeySet(document);
  const { keys, kty } = document;
  if (Array.isArray(keys))
    return { ok: true, entries: keys.map((key, index) => readJwk(`keys[${index}]`, key)) };
  if (typeof kty === 'string') return { ok: true, entries: [readJwk('the key', document)] };
  const pems = Object.entries(document).filter(isNamedPem);
  if (pems.length === 0) return noKeySet(document);
  return { ok: true, entries: pems.flatMap(([name, pem]) => readNamed(name, pem)) };
}

function readJwk(place: string, value: unknown): KeyEntry | UnusedEntry {
  if (!isObject(value)) return { place, fault: `it is ${kindOf(value)}, not a key` };
  const jwk = Object.fromEntries(Object.entries(value).filter(([, member]) => member !== null));
  const named = typeof jwk['kid'] === 'string' ? `${place} (kid ${shown(jwk['kid'])})` : place;
  const members = withCertificate(jwk as JWK);
  return typeof members === 'string'
    ? { place: named, fault: members }
    : { place: named, ...members, certificate: null };
}

/** The keys of one entry of a map, under its name, unless that says what it is and not which. */
function readNamed(name: string, pem: string): readonly (KeyEntry | UnusedEntry)[] {
  const place = `the entry ${shown(name)}`;
  const read = readPem(pem);
  if (!read.ok) return [{ place, fault: read.fault }];
  return read.entries.map((entry) =>
    'fault' in entry || KINDS_OF_KEYS.test(name)
      ? { ...entry, place }
      : { ...entry, place, jwk: { ...entry.jwk, kid: name } },
  );
}

/** `{ "publicKey": "-----BEGIN …" }`, as secret managers wrap one key. */
const KINDS_OF_KEYS = /^(?:public[_-]?)?(?:key|pem|cert|certificate|value|data)$/i;

function isNamedPem(entry: [string, unknown]): entry is [string, string] {
  return typeof entry[1] === 'string' && isPem(entry[1]);
}

/** Says what a document is that has no keys. */
function noKeySet(document: unknown): Extract<KeyDocument, { ok: false }> {
  return { ok: false, fault: `not a JWK Set: no list 'keys'${whatItIs(document)}` };
}

function whatItIs(document: unknown): string {
  if (Array.isArray(document))
    return '; it is a bare list, and a JWK Set is { "keys": [ … ] } (RFC 7517 section 5)';
  if (!isObject(document)) return `; it is ${kindOf(document)}`;
  if (typeof document['jwks_uri'] === 'string')
    return '; it is the metadata of an issuer: name its URL under keys.discovery, or its jwks_uri under keys.jwks';
  if (typeof document['public_key'] === 'string')
    return '; it is the page of a Keycloak realm: the JWK Set is at its /protocol/openid-connect/certs';
  if ('keys' in document) return `; keys is ${kindOf(document['keys'])}`;
  if ('error' in document) return '; it says that there was an error';
  return '';
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

function shown(name: string): string {
  return JSON.stringify(name.slice(0, 64));
}
