// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the text of a source file
import { type Mutation, row } from '../mutation.ts';

const inSignIn = row.bind(null, 'answer/sign-in.ts');
const inRefusal = row.bind(null, 'answer/refusal.ts');

/** How refusals look: `answer/sign-in.ts`, `answer/refusal.ts`. */
export const REFUSALS: readonly Mutation[] = [
  inSignIn(
    'a return URL leads to hosts that are named',
    'if (host === null || signIn.hosts.find(host) === null) return null;',
    '',
    'a return URL leads to no host that nobody has named',
  ),
  inSignIn(
    'only where a sign-in helps',
    '|| !SIGN_IN_HELPS[reason]',
    '',
    'a token that no sign-in would change sends nobody to sign in',
  ),
  inSignIn('only for GET', "method === 'GET' &&", '', 'another method is not sent to sign in'),
  inSignIn(
    'not for scripts of pages',
    "mode === 'navigate' &&",
    '',
    'the script of a page is not sent to sign in',
  ),
  inSignIn(
    'not for an XMLHttpRequest',
    "headers?.get('x-requested-with') === undefined &&",
    '',
    'an XMLHttpRequest is not sent to sign in',
  ),
  inSignIn(
    'not for programs',
    "prefersHtml(headers?.get('accept') ?? '')",
    "(headers?.get('accept') ?? '').length >= 0",
    'a program is not sent to sign in',
  ),
  inSignIn(
    'the token goes into no URL',
    'if (names.length === 0 || mark === -1) return target;',
    'if (names.length >= 0) return target;',
    'the token goes into no return URL',
  ),
  inSignIn(
    'a return URL has a longest length',
    'if (back.length <= MAX_RETURN)',
    'if (back.length > 0)',
    'a return URL that is too long is left out',
  ),
  inSignIn(
    'the scheme is one of two',
    "headers?.get('x-forwarded-proto') === 'http' ? 'http' : 'https'",
    "(headers?.get('x-forwarded-proto') ?? 'https') as 'https'",
    'a scheme that the gateway does not say is https',
  ),
  inRefusal(
    'a request id that could be markup is left out',
    "request_id: SAFE_ID.test(request.id) ? request.id : ''",
    'request_id: request.id',
    'a request id that could be markup is in no page',
  ),
  inRefusal(
    'no redirect is kept',
    "[...shown.headers, { name: 'cache-control', value: 'no-store' }]",
    '[...shown.headers]',
    'a browser that opens a page is sent to sign in',
  ),
  inRefusal(
    'a gRPC-Web caller gets a status',
    "headers: [contentType('application/grpc-web+proto'), status, message]",
    "headers: [contentType('application/grpc-web+proto'), message].slice(0, 1 + Number(status.value) * 0)",
    'a gRPC-Web caller gets a status in its headers',
  ),
];
