import type { Case } from '../case.ts';

/** Scopes, claims, optional, preflight, and the outcomes of errors. */
export const POLICY_CASES: readonly Case[] = [
  {
    title: 'a token without the scope is refused and told which it lacks',
    clause: 'RFC 6750 section 3.1',
    token: { claims: { scope: 'write:orders' } },
    expect: {
      reason: 'scope_insufficient',
      challenge:
        'error="insufficient_scope", error_description="the token lacks a scope that is required here", scope="read:orders"',
    },
  },
  {
    title: 'a scope in scp counts',
    token: { claims: { scope: undefined, scp: ['read:orders'] } },
    expect: { reason: 'verified' },
  },
  {
    title: 'a scope in permissions counts',
    token: { claims: { scope: undefined, permissions: ['read:orders'] } },
    expect: { reason: 'verified' },
  },
  {
    title: 'a scope that only contains the name is another one',
    token: { claims: { scope: 'read:orders2 xread:orders' } },
    expect: { reason: 'scope_insufficient' },
  },
  {
    title: 'scopes in a wrong type are none',
    token: { claims: { scope: { 'read:orders': true } } },
    expect: { reason: 'scope_insufficient' },
  },
  {
    title: 'one of a group of scopes is enough',
    path: '/either/x',
    token: { claims: { scope: 'b' } },
    expect: { reason: 'verified', pipeline: 'either' },
  },
  {
    title: 'none of a group of scopes is not enough',
    path: '/either/x',
    token: { claims: { scope: 'c' } },
    expect: { reason: 'scope_insufficient', pipeline: 'either', challenge: 'scope="a"' },
  },

  {
    title: 'a claim with an accepted value passes',
    path: '/tenant/x',
    token: { claims: { 'https://example.com/tenant': 'acme' } },
    expect: { reason: 'verified', pipeline: 'tenant' },
  },
  {
    title: 'a claim list with an accepted member passes',
    path: '/tenant/x',
    token: { claims: { 'https://example.com/tenant': ['other', 'acme'] } },
    expect: { reason: 'verified', pipeline: 'tenant' },
  },
  {
    title: 'a missing claim is refused, since no new token would help',
    path: '/tenant/x',
    token: {},
    expect: { reason: 'claim_refused', pipeline: 'tenant', challenge: 'Bearer realm="watchword"' },
  },
  {
    title: 'a missing registered claim is another token to ask for',
    path: '/once/x',
    token: {},
    expect: { reason: 'claim_missing', pipeline: 'once', challenge: 'error="invalid_token"' },
  },
  {
    title: 'a registered claim that is there passes',
    path: '/once/x',
    token: { claims: { jti: 'a' } },
    expect: { reason: 'verified', pipeline: 'once' },
  },
  {
    title: 'a claim that is null is missing',
    path: '/odd/x',
    token: { claims: { constructor: null } },
    expect: { reason: 'claim_refused', pipeline: 'odd' },
  },
  {
    title: 'a claim with another value is refused',
    path: '/tenant/x',
    token: { claims: { 'https://example.com/tenant': 'other' } },
    expect: { reason: 'claim_refused', pipeline: 'tenant', challenge: 'Bearer realm="watchword"' },
  },
  {
    title: 'a claim of another type is another value',
    path: '/tenant/x',
    token: { claims: { 'https://example.com/tenant': { acme: true } } },
    expect: { reason: 'claim_refused', pipeline: 'tenant' },
  },
  {
    title: 'a nested claim is found by its list of names',
    path: '/nested/x',
    token: { claims: { realm_access: { 'a.b': 7 } } },
    expect: { reason: 'verified', pipeline: 'nested' },
  },
  {
    title: 'a claim whose name has the dots itself is another one',
    path: '/nested/x',
    token: { claims: { 'realm_access.a.b': 7 } },
    expect: { reason: 'claim_refused', pipeline: 'nested' },
  },
  {
    title: 'a number as text is another value',
    path: '/nested/x',
    token: { claims: { realm_access: { 'a.b': '7' } } },
    expect: { reason: 'claim_refused', pipeline: 'nested' },
  },

  {
    title: 'an optional pipeline lets a missing token pass',
    path: '/optional/x',
    expect: { reason: 'anonymous', pipeline: 'optional' },
  },
  {
    title: 'an optional pipeline refuses a bad token',
    path: '/optional/x',
    token: { in: { exp: -100 } },
    expect: { reason: 'token_expired', pipeline: 'optional' },
  },
  {
    title: 'an optional pipeline refuses a malformed token',
    path: '/optional/x',
    headers: [['authorization', 'Bearer x']],
    expect: { reason: 'token_malformed', pipeline: 'optional' },
  },
  {
    title: 'an optional pipeline refuses what some backend reads as a token',
    path: '/optional/x',
    headers: [['authorization', 'Bearer: <token>']],
    token: {},
    expect: { reason: 'token_malformed', pipeline: 'optional' },
  },
  {
    title: 'an optional pipeline refuses two tokens',
    path: '/optional/x',
    headers: [['authorization', 'Basic eDp5, Bearer <token>']],
    token: {},
    expect: { reason: 'token_ambiguous', pipeline: 'optional' },
  },

  {
    title: 'a preflight passes where the pipeline says so',
    clause: 'Fetch standard, section 4.8',
    path: '/cors/x',
    method: 'OPTIONS',
    headers: [
      ['origin', 'https://app.example'],
      ['access-control-request-method', 'GET'],
    ],
    expect: { reason: 'anonymous', pipeline: 'cors' },
  },
  {
    title: 'a preflight for a method that is not covered is refused',
    path: '/cors/x',
    method: 'OPTIONS',
    headers: [
      ['origin', 'https://app.example'],
      ['access-control-request-method', 'DELETE'],
    ],
    expect: { reason: 'method_refused' },
  },
  {
    title: 'OPTIONS without an origin is no preflight',
    path: '/cors/x',
    method: 'OPTIONS',
    headers: [['access-control-request-method', 'GET']],
    expect: { reason: 'method_refused' },
  },
  {
    title: 'a preflight header on another method makes no preflight',
    path: '/cors/x',
    method: 'GET',
    headers: [
      ['origin', 'https://app.example'],
      ['access-control-request-method', 'GET'],
    ],
    expect: { reason: 'token_missing', pipeline: 'cors' },
  },
  {
    title: 'a preflight for a pipeline that refuses them is not opened by its neighbour',
    path: '/mixed/x',
    method: 'OPTIONS',
    headers: [
      ['origin', 'https://app.example'],
      ['access-control-request-method', 'DELETE'],
    ],
    expect: { reason: 'method_refused', challenge: null },
  },
  {
    title: 'a preflight for the neighbour passes',
    path: '/mixed/x',
    method: 'OPTIONS',
    headers: [
      ['origin', 'https://app.example'],
      ['access-control-request-method', 'GET'],
    ],
    expect: { reason: 'anonymous', pipeline: 'reads' },
  },
  {
    title: 'a preflight is refused by default',
    method: 'OPTIONS',
    headers: [
      ['origin', 'https://app.example'],
      ['access-control-request-method', 'GET'],
    ],
    expect: { reason: 'token_missing' },
  },

  {
    title: 'an issuer that cannot be reached is an error and no denial',
    fixture: 'unreachable',
    path: '/remote/1',
    token: { key: 'remote', claims: { iss: 'https://remote.example/' } },
    expect: { reason: 'keys_unavailable', pipeline: 'remote', challenge: null },
  },
  {
    title: 'a decision that takes too long is refused',
    fixture: 'hanging',
    path: '/remote/1',
    token: { key: 'remote', claims: { iss: 'https://remote.example/' } },
    expect: { reason: 'deadline_exceeded', pipeline: 'remote', challenge: null },
  },
  {
    title: 'more verifications than the limit are refused',
    fixture: 'overloaded',
    token: { key: 'ec521' },
    expect: { reason: 'overloaded', challenge: null },
  },
  {
    title: 'a short verification is under no limit',
    fixture: 'overloaded',
    token: {},
    expect: { reason: 'verified' },
  },
];
