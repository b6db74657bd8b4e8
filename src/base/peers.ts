import { BlockList, isIP } from 'node:net';

const CIDR = /^([0-9a-fA-F:.]+)(?:\/(\d{1,3}))?$/;

interface Block {
  readonly address: string;
  readonly family: 'ipv4' | 'ipv6';
  readonly prefix: number;
}

/** Reads an address or a block of addresses in CIDR notation (RFC 4632, RFC 4291), or null where it is none. */
function parseBlock(text: string): Block | null {
  const match = CIDR.exec(text);
  const address = match?.[1] ?? '';
  const version = isIP(address);
  if (version === 0) return null;
  const longest = version === 4 ? 32 : 128;
  const prefix = match?.[2] === undefined ? longest : Number(match[2]);
  if (prefix > longest) return null;
  return { address, family: version === 4 ? 'ipv4' : 'ipv6', prefix };
}

/** Says why a text is no block of addresses, or null. */
export function blockFault(text: string): string | null {
  return parseBlock(text) === null
    ? `'${text}' is not an address or a block of addresses such as 10.0.0.0/8`
    : null;
}

/** Whose requests a listener takes: blocks of addresses, or every peer that can reach it. */
export class TrustedPeers {
  readonly #blocks: BlockList | null;

  /** Null trusts every peer: for a listener that only this machine reaches. */
  constructor(blocks: readonly string[] | null) {
    this.#blocks = blocks === null ? null : new BlockList();
    for (const text of blocks ?? []) {
      const block = parseBlock(text);
      if (block === null) throw new Error(`not a block of addresses: ${text}`);
      this.#blocks?.addSubnet(block.address, block.prefix, block.family);
    }
  }

  /** `address` as a socket gives it: an IPv4 peer of an IPv6 listener is `::ffff:10.0.0.1`. Undefined is a Unix socket. */
  includes(address: string | undefined): boolean {
    if (this.#blocks === null || address === undefined) return true;
    const plain = address.startsWith('::ffff:') ? address.slice('::ffff:'.length) : address;
    const version = isIP(plain);
    return version !== 0 && this.#blocks.check(plain, version === 4 ? 'ipv4' : 'ipv6');
  }
}

/** Shorter prefixes than those of the largest private networks, 10.0.0.0/8 (RFC 1918) and fc00::/7 (RFC 4193). */
const SHORTEST_PRIVATE = { ipv4: 8, ipv6: 7 } as const;

/**
 * Whether a block is wider than every private network, and so nobody's gateways alone. IPv6 blocks count as the IPv4 addresses
 * that they cover, too (RFC 4291 section 2.5.5.2).
 */
export function isWideBlock(text: string): boolean {
  const block = parseBlock(text);
  if (block === null) return false;
  if (block.prefix < SHORTEST_PRIVATE[block.family]) return true;
  const peers = new TrustedPeers([text]);
  const networks = Array.from({ length: 256 }, (_, first) => `${first}.0.0.0`);
  return networks.filter((address) => peers.includes(address)).length > 1;
}

/** RFC 1122 section 3.2.1.3, RFC 4291 section 2.5.3. */
const LOOPBACK = new TrustedPeers(['127.0.0.0/8', '::1']);

/** Whether only this machine can reach a listener, `HOST:PORT` or `unix:/PATH`: a Unix socket or a loopback address. */
export function isLocalListener(address: string): boolean {
  return address.startsWith('unix:') || isLoopback(address.slice(0, address.lastIndexOf(':')));
}

/** Whether a host, as it stands in a URL, is this machine: `localhost` or a loopback address. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || LOOPBACK.includes(host.replace(/^\[|\]$/g, ''));
}
