import type { Case } from '../case.ts';

const token = {};
const longLabel = 'a'.repeat(49);

/**
 * Hosts, paths and tokens that no other case has: what most gateways refuse or rewrite themselves, so that only the engine and
 * gRPC are asked. Each is about one condition of one check.
 */
export const EDGE_CASES: readonly Case[] = [
  ...(
    [
      ['a port that is no number', 'orders.example.com:http'],
      ['an empty port', 'orders.example.com:'],
      ['more than 253 characters', `${`${longLabel}.`.repeat(5)}orders`],
      ['brackets around what is no address', '[1:2]'],
      ['a zone', '[fe80::1%25eth0]'],
      ['a letter that only Unicode folds to ASCII', 'boo\u212as.example'],
    ] as const
  ).map(
    ([what, host]): Case => ({
      title: `a host with ${what} is refused`,
      host,
      token,
      expect: { reason: 'host_ambiguous' },
    }),
  ),

  // Gateways cut the spaces off.
  {
    title: 'Bearer with nothing but spaces is malformed',
    headers: [['authorization', 'Bearer  ']],
    expect: { reason: 'token_malformed' },
  },
  {
    title: 'a path of more than 1,024 bytes with two readings is refused',
    path: `/public/%61${'a'.repeat(1_100)}`,
    expect: { reason: 'path_ambiguous' },
  },
  {
    title: 'a path with a space that all readings agree about passes',
    path: '/public/a b',
    expect: { reason: 'anonymous', pipeline: 'public' },
  },
  ...(
    [
      ['a raw space', '/orders/status x'],
      ['an encoded question mark', '/orders/status%3fx'],
      ['an encoded number sign', '/orders/status%23x'],
      ['an encoded space at which it may end', '/orders/status%20x'],
      ['an encoded space that may be left out', '/orders/sta%20tus'],
      ['a NUL at which it may end while another control byte stays', '/orders/%0a/lines%00x'],
      ['a NUL that may be left out while another control byte stays', '/orders/%0a/li%00nes'],
      ['a control byte at which it may end while a space stays', '/orders/%20/lines%0ax'],
      ['a control byte that may be left out while a space stays', '/orders/%20/li%0anes'],
    ] as const
  ).map(
    ([what, path]): Case => ({
      title: `a path with ${what} has several readings`,
      path,
      token,
      expect: { reason: 'path_ambiguous' },
    }),
  ),

  // Methods in lower case that pass, which most backends do not take.
  {
    title: 'a method in lower case is judged where both spellings have one pipeline',
    clause: 'RFC 9110 section 9.1',
    method: 'patch',
    token,
    expect: { reason: 'verified' },
  },
  {
    title: 'a method in lower case needs its token as others do',
    method: 'options',
    path: '/mixed/x',
    expect: { reason: 'token_missing', pipeline: 'reads' },
  },

  {
    title: 'claims in bytes that are no UTF-8 are refused',
    clause: 'RFC 7519 section 7.2',
    token: {
      spoil: (made) => {
        const [header, claims = '', signature] = made.split('.');
        const bytes = Buffer.from(claims, 'base64url');
        bytes[bytes.indexOf('client-1')] = 0xff;
        return [header, bytes.toString('base64url'), signature].join('.');
      },
    },
    expect: { reason: 'token_malformed' },
  },
];
