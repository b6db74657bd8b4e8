import { isIPv6 } from 'node:net';

/**
 * Hosts: one reading or none. The gateway gives the authority as the client sent it.
 */

/** A DNS name or an IPv4 address; anything else (user info, spaces, lists, empty labels) is ambiguous. */
const NAME = /^[a-z0-9_](?:[-a-z0-9_]*[a-z0-9_])?(?:\.[a-z0-9_](?:[-a-z0-9_]*[a-z0-9_])?)*$/;
const PORT = /^\d{1,5}$/;
const MAX_HOST_LENGTH = 253;

/**
 * Reads a host as sent: lower case, port dropped. Null where it is empty, has a trailing dot, user
 * information, more than one host, or a character that no host has.
 */
export function parseHost(sent: string): string | null {
  // Only ASCII folds: the Kelvin sign would become a `k` here and nowhere else.
  const lower = sent.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
  const colon = lower.startsWith('[') ? lower.indexOf(':', lower.indexOf(']')) : lower.indexOf(':');
  const host = colon === -1 ? lower : lower.slice(0, colon);
  if (colon !== -1 && !PORT.test(lower.slice(colon + 1))) return null;
  return host.length <= MAX_HOST_LENGTH && isHost(host) ? host : null;
}

function isHost(host: string): boolean {
  // Without a zone (RFC 6874): those never travel, and `%` is what a second reader decodes.
  if (!host.startsWith('[')) return NAME.test(host);
  const inner = host.slice(1, -1);
  return host.endsWith(']') && /^[0-9a-f:.]+$/.test(inner) && isIPv6(inner);
}

/** Whether a text is a host pattern: a host as `parseHost` gives it, `*.` and a DNS name, or `*` for every host. */
export function isHostPattern(text: string): boolean {
  if (text === '*') return true;
  const host = text.startsWith('*.') && !text.startsWith('*.[') ? text.slice(2) : text;
  return host.length <= MAX_HOST_LENGTH && isHost(host);
}

/** The values of several host patterns, found as Envoy and the Gateway API find them: exact over wildcard, longer over shorter. */
export class HostTable<T> {
  /** As they were given. */
  readonly patterns: readonly string[];
  readonly #exact: ReadonlyMap<string, T>;
  /** Keyed by the suffix with its dot, `.example.com`. */
  readonly #wildcards: ReadonlyMap<string, T>;
  readonly #any: T | null;

  constructor(patterns: ReadonlyMap<string, T>) {
    const entries = [...patterns];
    this.patterns = entries.map(([pattern]) => pattern);
    this.#exact = new Map(entries.filter(([pattern]) => !pattern.startsWith('*')));
    this.#wildcards = new Map(
      entries.filter(([p]) => p.startsWith('*.')).map(([p, value]) => [p.slice(1), value]),
    );
    this.#any = patterns.get('*') ?? null;
  }

  /** The value of the most specific pattern that covers the host; a wildcard stands for one or more labels. */
  find(host: string): T | null {
    const exact = this.#exact.get(host);
    if (exact !== undefined) return exact;
    if (this.#wildcards.size > 0) {
      for (let dot = host.indexOf('.'); dot !== -1; dot = host.indexOf('.', dot + 1)) {
        const value = this.#wildcards.get(host.slice(dot));
        if (value !== undefined) return value;
      }
    }
    return this.#any;
  }
}
