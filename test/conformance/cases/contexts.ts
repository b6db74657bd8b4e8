import type { Case } from '../case.ts';

/** Terms in the gateway's context: the annotations of a route, under the same names. */
export const CONTEXT_CASES: readonly Case[] = [
  {
    title: 'a context that adds a scope refuses a token without it',
    context: { 'watchword.dev/scopes': 'extra' },
    token: {},
    expect: { reason: 'scope_insufficient', challenge: 'scope="read:orders extra"' },
  },
  {
    title: 'a context that adds a scope lets a token with it pass',
    context: { 'watchword.dev/scopes': 'extra' },
    token: { claims: { scope: 'read:orders extra' } },
    expect: { reason: 'verified' },
  },
  {
    title: 'a context that adds a group of scopes needs one of them',
    context: { 'watchword.dev/scopes-any': 'a b' },
    token: { claims: { scope: 'read:orders c' } },
    expect: { reason: 'scope_insufficient' },
  },
  {
    title: 'a context that keeps no accepted issuer is wrong',
    context: { 'watchword.dev/issuers': 'pem' },
    token: {},
    expect: { reason: 'route_policy_invalid', challenge: null },
  },
  {
    title: 'a context keeps the audiences that it names',
    context: { 'watchword.dev/audiences': 'http://orders http://other' },
    token: { claims: { aud: 'http://other' } },
    expect: { reason: 'audience_wrong' },
  },
  {
    title: 'a context ends the shadow mode',
    path: '/shadow/x',
    context: { 'watchword.dev/mode': 'enforce' },
    token: {},
    expect: { reason: 'scope_insufficient', pipeline: 'shadow' },
  },
  {
    title: 'a context cannot begin the shadow mode',
    context: { 'watchword.dev/mode': 'shadow' },
    expect: { reason: 'route_policy_invalid', challenge: null },
  },
  {
    title: 'a context cannot make a path public where the pipeline has no routeMay',
    context: { 'watchword.dev/public-paths': '/orders/**' },
    expect: { reason: 'route_policy_invalid', challenge: null },
  },
  {
    title: 'a context forwards a claim that the configuration does not read',
    host: 'a.shop.example.com',
    path: '/x',
    context: { 'watchword.dev/forward-headers': 'x-auth-subject=client' },
    headers: [['x-auth-scope', 'forged']],
    token: { claims: { client: 'c-1' } },
    expect: {
      reason: 'verified',
      pipeline: 'shop',
      sets: { 'x-auth-subject': 'c-1' },
      removes: ['x-auth-scope'],
    },
  },
  {
    title: 'a context cannot set a header that the pipeline sets',
    context: { 'watchword.dev/forward-headers': 'x-auth-subject=client' },
    token: {},
    expect: { reason: 'route_policy_invalid', challenge: null },
  },
  {
    title: 'terms about tokens where none is asked for are wrong, not ignored',
    path: '/public/x',
    context: { 'watchword.dev/scopes': 'extra' },
    expect: { reason: 'route_policy_invalid', challenge: null },
  },
];
