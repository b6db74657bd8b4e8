import type { Case } from '../case.ts';

/** Where the token is: `tokenFrom`, and taken out again with `forward.token: strip`. */

const GATEWAY =
  'a gateway passes on the headers that its configuration lists, and sets those that it copies';

const at = (title: string, path: string, more: Omit<Case, 'title' | 'path'>): Case => ({
  title,
  path,
  notThroughHttpGateways: GATEWAY,
  ...more,
});
const header = (name: string, value: string) => [[name, value] as const];

const passes = (pipeline: string) => ({ reason: 'verified', pipeline }) as const;
const refused = <Reason extends string>(pipeline: string, reason: Reason) =>
  ({ reason, pipeline }) as const;

/** Each place, all of which the pipeline `places` lists; `places-strip` strips them too. */
export const TOKEN_PLACE_CASES: readonly Case[] = [
  at('a token in a header of its own passes', '/places/x', {
    token: {},
    headers: header('x-goog-iap-jwt-assertion', '<token>'),
    expect: passes('places'),
  }),
  at('a token behind a scheme of its own passes', '/places/x', {
    token: {},
    headers: header('x-authorization', 'token  <token>'),
    expect: passes('places'),
  }),
  at('a token behind another scheme than the listed one is none', '/places/x', {
    token: {},
    headers: header('x-authorization', 'Bearer <token>'),
    expect: refused('places', 'token_missing'),
  }),
  at('a token in a cookie passes', '/places/x', {
    token: {},
    headers: header('cookie', 'theme=dark; access_token=<token>; lang=en'),
    expect: passes('places'),
  }),
  at('a cookie behind a comma is one too', '/places/x', {
    token: {},
    headers: header('cookie', 'theme=dark,access_token=<token>'),
    expect: passes('places'),
  }),
  at('a cookie that some backend reads as the listed one is refused', '/places/x', {
    token: {},
    headers: header('cookie', 'access_token=<token>; Access_Token=x'),
    expect: refused('places', 'token_ambiguous'),
  }),
  at('so is one within the value of another', '/places/x', {
    token: {},
    headers: header('cookie', 'access_token=<token>; a=b access_token=x'),
    expect: refused('places', 'token_ambiguous'),
  }),
  at('a parameter in another letter case is refused', '/places/x?Access_Token=<token>', {
    token: {},
    expect: refused('places', 'token_ambiguous'),
  }),
  at('a parameter that only a semicolon parts is refused', '/places/x?a=1;access_token=<token>', {
    token: {},
    expect: refused('places', 'token_ambiguous'),
  }),
  at('another spelling of a header that has the token is removed', '/places/x', {
    token: {},
    headers: [
      ['x-goog-iap-jwt-assertion', '<token>'],
      ['x_goog_iap_jwt_assertion', 'x'],
      ['x-goog-iap_jwt-assertion', 'x'],
    ],
    expect: {
      ...passes('places'),
      removes: ['x_goog_iap_jwt_assertion', 'x-goog-iap_jwt-assertion'],
    },
  }),
  at('an empty cookie is no token', '/places/x', {
    headers: header('cookie', 'access_token='),
    expect: refused('places', 'token_missing'),
  }),
  at('a token in the query passes', '/places/x?a=1&access_token=<token>', {
    token: {},
    expect: passes('places'),
  }),
  at('a token behind a subprotocol passes', '/places/x', {
    token: {},
    headers: header('sec-websocket-protocol', 'chat, bearer, <token>'),
    expect: passes('places'),
  }),
  at('a subprotocol with nothing behind it is malformed', '/places/x', {
    headers: header('sec-websocket-protocol', 'chat, bearer'),
    expect: refused('places', 'token_malformed'),
  }),
  at('a place that is not listed is not read', '/orders/1?access_token=<token>', {
    token: {},
    headers: header('cookie', 'access_token=<token>'),
    expect: { reason: 'token_missing' },
  }),
  at('Authorization is not read where it is not listed', '/places-cookie/x', {
    token: {},
    headers: header('authorization', 'Bearer <token>'),
    expect: refused('places-cookie', 'token_missing'),
  }),
  at('no token in any place is missing', '/places/x', {
    expect: refused('places', 'token_missing'),
  }),
  at('a token that is too long is refused wherever it is', '/places/x', {
    token: { claims: { padding: 'x'.repeat(9000) } },
    headers: header('cookie', 'access_token=<token>'),
    expect: refused('places', 'token_oversized'),
  }),

  at('tokens in two places are refused', '/places/x?access_token=<token>', {
    token: {},
    headers: header('authorization', 'Bearer <token>'),
    expect: refused('places', 'token_ambiguous'),
  }),
  at('two cookies of one name are refused', '/places/x', {
    token: {},
    headers: header('cookie', 'access_token=<token>; access_token=<token>'),
    expect: refused('places', 'token_ambiguous'),
  }),
  at('a second Cookie header is seen', '/places/x', {
    token: {},
    headers: [
      ['cookie', 'access_token=<token>'],
      ['cookie', 'access_token=other'],
    ],
    expect: refused('places', 'token_ambiguous'),
  }),
  at(
    'two query parameters of one name are refused',
    '/places/x?access_token=<token>&access_token=x',
    {
      token: {},
      expect: refused('places', 'token_ambiguous'),
    },
  ),
  at('a parameter behind a semicolon is one too', '/places/x?access_token=<token>;access_token=x', {
    token: {},
    expect: refused('places', 'token_ambiguous'),
  }),
  at(
    'a parameter that some backend reads as the same is refused',
    '/places/x?access%5Ftoken=<token>',
    {
      token: {},
      expect: refused('places', 'token_ambiguous'),
    },
  ),
  at('a second header of its own is refused', '/places/x', {
    token: {},
    headers: [
      ['x-goog-iap-jwt-assertion', '<token>'],
      ['x-goog-iap-jwt-assertion', '<token>'],
    ],
    expect: refused('places', 'token_ambiguous'),
  }),
  at('two tokens behind a subprotocol are refused', '/places/x', {
    token: {},
    headers: header('sec-websocket-protocol', 'bearer, <token>, bearer, x'),
    expect: refused('places', 'token_ambiguous'),
  }),

  at('a header of its own is stripped', '/places-strip/x', {
    token: {},
    headers: header('x-goog-iap-jwt-assertion', '<token>'),
    expect: { ...passes('places-strip'), removes: ['x-goog-iap-jwt-assertion'] },
  }),
  at('one cookie out of several is stripped', '/places-strip/x', {
    token: {},
    headers: header('cookie', 'theme=dark; access_token=<token>; lang=en'),
    expect: { ...passes('places-strip'), sets: { cookie: 'theme=dark; lang=en' } },
  }),
  at('the only cookie is stripped with its header', '/places-strip/x', {
    token: {},
    headers: header('cookie', 'access_token=<token>'),
    expect: { ...passes('places-strip'), removes: ['cookie'] },
  }),
  at('one subprotocol out of the list is stripped', '/places-strip/x', {
    token: {},
    headers: header('sec-websocket-protocol', 'chat, bearer, <token>, v2'),
    expect: { ...passes('places-strip'), sets: { 'sec-websocket-protocol': 'chat, v2' } },
  }),
  at('a query parameter is stripped', '/places-strip/x?a=1&access_token=<token>', {
    token: {},
    expect: { ...passes('places-strip'), target: '/places-strip/x?a=1' },
  }),
  at('cookies without a token stay as they are', '/places-strip/x', {
    token: {},
    headers: [
      ['cookie', 'theme=dark; lang=en'],
      ['authorization', 'Bearer <token>'],
    ],
    expect: {
      ...passes('places-strip'),
      removes: ['authorization'],
      sets: { cookie: 'theme=dark; lang=en' },
    },
  }),
  at('a shadow pass strips the token too', '/places-shadow/x', {
    token: { in: { exp: -1000 } },
    headers: header('cookie', 'a=1; access_token=<token>'),
    expect: { ...refused('places-shadow', 'token_expired'), passes: true, sets: { cookie: 'a=1' } },
  }),
];
