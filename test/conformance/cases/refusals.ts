import type { Case, Expectation } from '../case.ts';

/** How refusals look: `refusal.signIn`, `refusal.body`, and what gRPC-Web and Connect clients understand. */

const GATEWAY = 'a gateway sends on the headers and the body that its configuration lists';
const BROWSER = [
  'accept',
  'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8',
] as const;
// As a gateway at the edge sets it.
const HTTPS = ['x-forwarded-proto', 'https'] as const;
const START = 'https://login.example.com/start?app=shop';
const OPENED = '/pages/x?a=1&b=%20%26';
const BACK = `${START}&rd=https%3A%2F%2Forders.example.com%2Fpages%2Fx%3Fa%3D1%26b%3D%2520%2526`;

type More = Omit<Case, 'title' | 'expect'>;

const page = (title: string, expect: Expectation, more: More = {}): Case => ({
  title,
  path: OPENED,
  headers: [BROWSER, HTTPS],
  notThroughHttpGateways: GATEWAY,
  ...more,
  expect: { pipeline: 'pages', ...expect },
});
const redirected = (title: string, more: More = {}, location = BACK): Case =>
  page(
    title,
    { reason: 'token_missing', http: 302, answers: { location, 'cache-control': 'no-store' } },
    more,
  );
/** Refused as ever: no redirect. */
const stays = (title: string, more: More): Case =>
  page(title, { reason: 'token_missing', answers: { location: null } }, more);

const SIGN_IN_CASES: readonly Case[] = [
  redirected('a browser that opens a page is sent to sign in'),
  redirected('a browser that says that it navigates is sent to sign in', {
    headers: [BROWSER, HTTPS, ['sec-fetch-mode', 'navigate']],
  }),
  page(
    'a browser whose token has expired is sent to sign in',
    { reason: 'token_expired', http: 302, answers: { location: BACK } },
    { token: { in: { exp: -3600 } } },
  ),
  page(
    'the token goes into no return URL',
    {
      reason: 'token_expired',
      http: 302,
      answers: { location: `${START}&rd=https%3A%2F%2Forders.example.com%2Fpages%2Fx%3Fa%3D1` },
    },
    { path: '/pages/x?a=1&access_token=<token>', token: { in: { exp: -3600 } } },
  ),
  redirected(
    'a path that looks like another host stays a path',
    { path: '/pages/x//evil.example/@b' },
    `${START}&rd=https%3A%2F%2Forders.example.com%2Fpages%2Fx%2F%2Fevil.example%2F%40b`,
  ),
  redirected(
    'a return URL that is too long is left out',
    { path: `/pages/${'x'.repeat(2100)}` },
    START,
  ),
  redirected(
    'a scheme that the gateway does not say is https',
    { headers: [BROWSER, ['x-forwarded-proto', 'javascript']] },
    BACK,
  ),
  page(
    'a return URL leads to no host that nobody has named',
    { reason: 'token_missing', pipeline: 'pages-named', answers: { location: null } },
    { host: 'evil.example', context: { 'watchword.dev/pipeline': 'pages-named' } },
  ),
  page(
    'a return URL leads to a host that is named',
    {
      reason: 'token_missing',
      pipeline: 'pages-named',
      http: 302,
      answers: { location: `${START}&rd=https%3A%2F%2Fshop.example.com%3A8443%2Fpages%2Fx` },
    },
    {
      host: 'Shop.Example.com:8443',
      path: '/pages/x',
      context: { 'watchword.dev/pipeline': 'pages-named' },
    },
  ),
  page(
    'a token that no sign-in would change sends nobody to sign in',
    { reason: 'audience_wrong', answers: { location: null } },
    { token: { claims: { aud: 'other' } } },
  ),
  page(
    'a missing scope sends nobody to sign in',
    { reason: 'scope_insufficient', answers: { location: null } },
    { token: { claims: { scope: 'none' } } },
  ),
  stays('a program is not sent to sign in', { headers: [['accept', 'application/json'], HTTPS] }),
  stays('who takes anything is not sent to sign in', { headers: [['accept', '*/*'], HTTPS] }),
  stays('who says nothing is not sent to sign in', { headers: [HTTPS] }),
  stays('another method is not sent to sign in', { method: 'POST' }),
  stays('HEAD is not sent to sign in', { method: 'HEAD' }),
  stays('the script of a page is not sent to sign in', {
    headers: [BROWSER, HTTPS, ['sec-fetch-mode', 'cors']],
  }),
  stays('an XMLHttpRequest is not sent to sign in', {
    headers: [BROWSER, HTTPS, ['x-requested-with', 'XMLHttpRequest']],
  }),
];

const TOLD = 'the token lacks a scope that is required here';

const BODY_CASES: readonly Case[] = [
  page(
    'a browser is shown the page of the pipeline',
    {
      reason: 'scope_insufficient',
      answers: { 'content-type': 'text/html; charset=utf-8' },
      says: `<title>${TOLD}</title><p id="r-1">scope_insufficient</p>`,
    },
    { token: { claims: { scope: 'none' } }, headers: [BROWSER, ['x-request-id', 'r-1']] },
  ),
  page(
    'a program is told in the words of the pipeline',
    {
      reason: 'token_missing',
      answers: { 'content-type': 'application/json' },
      says: '{ "error": "token_missing", "message": "no Bearer token was sent", "request": "r-1" }',
    },
    {
      headers: [
        ['accept', '*/*'],
        ['x-request-id', 'r-1'],
      ],
    },
  ),
  page(
    'who weighs JSON more than HTML gets it',
    { reason: 'token_missing', answers: { 'content-type': 'application/json' } },
    { headers: [['accept', 'text/html;q=0.5, application/json']] },
  ),
  page(
    'a browser gets JSON where there is no page',
    {
      reason: 'token_missing',
      pipeline: 'pages-json',
      answers: { 'content-type': 'application/json' },
    },
    { path: '/pages-json/x' },
  ),
  page(
    'a request id that could be markup is in no page',
    { reason: 'scope_insufficient', says: '<p id="">', saysNot: 'script' },
    {
      token: { claims: { scope: 'none' } },
      headers: [BROWSER, ['x-request-id', '"><script>alert(1)</script>']],
      notThroughEnvoy: 'Envoy makes an id of its own of one that is none',
    },
  ),
];

const rpc = (
  title: string,
  contentType: string,
  expect: Partial<Expectation>,
  more: More = {},
): Case => ({
  title,
  method: 'POST',
  path: '/orders/x',
  headers: [['content-type', contentType]],
  notThroughHttpGateways: GATEWAY,
  ...more,
  expect: { reason: 'token_missing', ...expect },
});

const RPC_CASES: readonly Case[] = [
  rpc('a gRPC-Web caller gets a status in its headers', 'application/grpc-web+proto', {
    answers: {
      'grpc-status': '16',
      'grpc-message': 'no%20Bearer%20token%20was%20sent',
    },
  }),
  rpc('a gRPC-Web caller in text gets the same', 'application/grpc-web-text', {
    answers: { 'grpc-status': '16' },
  }),
  rpc(
    'a gRPC-Web caller without a scope gets permission denied',
    'application/grpc-web+proto',
    { reason: 'scope_insufficient', answers: { 'grpc-status': '7' } },
    { token: { claims: { scope: 'none' } } },
  ),
  rpc('a Connect caller of a stream gets its JSON error', 'application/connect+proto', {
    answers: { 'content-type': 'application/json' },
    says: '{"code":"unauthenticated","message":"no Bearer token was sent"}',
  }),
  rpc(
    'a Connect caller of JSON gets its JSON error',
    'application/json',
    { answers: { 'content-type': 'application/json' }, says: '"code":"unauthenticated"' },
    {
      headers: [
        ['content-type', 'application/json'],
        ['connect-protocol-version', '1'],
      ],
    },
  ),
  rpc('a program that sends JSON is no Connect caller', 'application/json', {
    answers: { 'content-type': 'application/problem+json' },
  }),
];

export const REFUSAL_CASES: readonly Case[] = [...SIGN_IN_CASES, ...BODY_CASES, ...RPC_CASES];
