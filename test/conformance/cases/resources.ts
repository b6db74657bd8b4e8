import type { Case } from '../case.ts';

/** A protected resource: its metadata is named in challenges, and answered where a gateway sends our answer on. */

const METADATA = '/.well-known/oauth-protected-resource/mcp';
const NAMED = `resource_metadata="https://orders.example.com${METADATA}"`;

const document = (title: string, more: Omit<Case, 'title' | 'expect'>, http = 200): Case => ({
  title,
  clause: 'RFC 9728 section 3.1',
  path: METADATA,
  notOverHttp: 'a 200 lets the request pass there; listen.http answers who is led to it',
  expect: { reason: 'resource_metadata', pipeline: 'mcp', http, challenge: null },
  ...more,
});

const notThere = (title: string, more: Omit<Case, 'title' | 'expect'>): Case => ({
  title,
  path: METADATA,
  expect: { reason: 'pipeline_missing', challenge: null },
  ...more,
});

export const RESOURCE_CASES: readonly Case[] = [
  document('the metadata of a resource is answered without a token', {}),
  document('the metadata of a resource is answered to HEAD', { method: 'HEAD' }),
  document(
    'a preflight for the metadata of a resource is answered',
    {
      method: 'OPTIONS',
      headers: [
        ['origin', 'https://inspector.example'],
        ['access-control-request-method', 'GET'],
        ['access-control-request-headers', 'mcp-protocol-version'],
      ],
    },
    204,
  ),
  document('a query changes nothing about the metadata', { path: `${METADATA}?x=1` }),
  document('a token changes nothing about the metadata', { token: { key: 'stranger' } }),
  document('the host of the metadata has no letter case and no port', {
    host: 'Orders.Example.com:8443',
  }),
  notThere('the metadata is not that of another host', { host: 'orders.example.net' }),
  notThere('the path of the metadata has a letter case', { path: METADATA.replace('mcp', 'MCP') }),
  notThere('the metadata of a resource with a path is not at the root', {
    path: '/.well-known/oauth-protected-resource',
  }),
  notThere('what follows the path of the metadata is another path', { path: `${METADATA}/x` }),
  notThere('another method at the metadata is judged like any request', { method: 'POST' }),
  {
    title: 'the challenge for a missing token names the metadata',
    clause: 'RFC 9728 section 5.1',
    path: '/mcp',
    expect: { reason: 'token_missing', pipeline: 'mcp', challenge: NAMED },
  },
  {
    title: 'the challenge for a token that does not verify names the metadata',
    path: '/mcp',
    token: { key: 'stranger' },
    expect: { reason: 'signature_invalid', pipeline: 'mcp', challenge: NAMED },
  },
  {
    title: 'the challenge for a missing scope names the metadata',
    clause: 'RFC 6750 section 3.1: the scope is named beside it',
    path: '/mcp',
    token: {},
    expect: { reason: 'scope_insufficient', pipeline: 'mcp', challenge: `tools:call", ${NAMED}` },
  },
];
