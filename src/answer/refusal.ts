import type { Header, Refusal } from '../check/decision.ts';
import { REASON_NAMES, REASONS, type Reason } from '../decision/reason.ts';
import type { RefusalForm } from '../policy/refusal-form.ts';
import { escapedForHtml, escapedForJson, fillTemplate } from '../policy/template.ts';
import { prefersHtml } from '../request/accept.ts';
import type { Request } from '../request/request.ts';
import { challengeOf } from './challenge.ts';
import { signInUrl } from './sign-in.ts';

/** What a caller is told of a refusal, in no protocol's words. */
export interface RefusalAnswer {
  /** The status of the reason, or a redirect of a browser. */
  readonly http: number;
  readonly headers: readonly Header[];
  readonly body: string;
}

/** Says a refusal as who asked understands it: a gRPC, gRPC-Web or Connect client, a browser, or a program. */
export function refusalAnswer(refusal: Refusal, request: Request | null): RefusalAnswer {
  const { reason, asked, pipeline } = refusal;
  const { http } = REASONS[reason];
  const challenge = challengeOf(reason, asked, pipeline?.resource ?? null);
  const shown = shownTo(refusal, request);
  const headers: Header[] = [...shown.headers, { name: 'cache-control', value: 'no-store' }];
  if (challenge !== null) headers.push({ name: 'www-authenticate', value: challenge });
  if (http === 503) headers.push({ name: 'retry-after', value: '1' });
  return { http: shown.http, headers, body: shown.body };
}

function shownTo(refusal: Refusal, request: Request | null): RefusalAnswer {
  const { reason, pipeline } = refusal;
  const { http, says } = REASONS[reason];
  switch (request?.protocol ?? 'http') {
    case 'http': {
      const form = pipeline?.refusal ?? null;
      const own = form === null || request === null ? null : inForm(form, refusal, request);
      return (
        own ?? { http, headers: [contentType('application/problem+json')], body: PROBLEMS[reason] }
      );
    }
    case 'grpc':
      // A gateway puts the body into `grpc-message`, so it is plain text.
      return { http, headers: [contentType('text/plain')], body: says };
    case 'grpc-web': {
      // As trailers-only: the status is among the headers, and Envoy drops the type of an empty body. The HTTP status stays, so that no gateway takes it for a pass.
      const status = { name: 'grpc-status', value: String(RPC_CODES[http].grpc) };
      const message = { name: 'grpc-message', value: encodeURI(says) };
      return {
        http,
        headers: [contentType('application/grpc-web+proto'), status, message],
        body: '',
      };
    }
    case 'connect': {
      const error = { code: RPC_CODES[http].connect, message: says };
      return { http, headers: [contentType('application/json')], body: JSON.stringify(error) };
    }
  }
}

/** What the pipeline wants its callers to see; null where it says nothing of this one. */
function inForm(
  form: RefusalForm,
  { reason, pipeline }: Refusal,
  request: Request,
): RefusalAnswer | null {
  const { http, says } = REASONS[reason];
  const location =
    form.signIn === null
      ? null
      : signInUrl(form.signIn, reason, request, pipeline?.tokenFrom ?? null);
  if (location !== null)
    return { http: 302, headers: [{ name: 'location', value: location }], body: '' };
  const values = { reason, text: says, request_id: SAFE_ID.test(request.id) ? request.id : '' };
  if (form.html !== null && prefersHtml(request.headers?.get('accept') ?? '')) {
    const body = fillTemplate(form.html, values, escapedForHtml);
    return { http, headers: [contentType('text/html; charset=utf-8')], body };
  }
  if (form.json === null) return null;
  const body = fillTemplate(form.json, values, escapedForJson);
  return { http, headers: [contentType('application/json')], body };
}

/** The client may have named it: what could be markup or script anywhere in a page is left out. */
const SAFE_ID = /^[\w.:-]{1,128}$/;

function contentType(value: string): Header {
  return { name: 'content-type', value };
}

/** The status codes of gRPC and the error codes of Connect that mean the same as an HTTP status. */
const RPC_CODES = {
  // No refusal has it.
  200: { grpc: 2, connect: 'unknown' },
  400: { grpc: 3, connect: 'invalid_argument' },
  401: { grpc: 16, connect: 'unauthenticated' },
  403: { grpc: 7, connect: 'permission_denied' },
  500: { grpc: 13, connect: 'internal' },
  503: { grpc: 14, connect: 'unavailable' },
} as const;

const TITLES = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
} as const;

/** Problem details (RFC 9457) of each refusal: constants, made once. */
const PROBLEMS = Object.fromEntries(
  REASON_NAMES.map((reason) => {
    const { http, says } = REASONS[reason];
    const title = http === 200 ? 'OK' : TITLES[http];
    const problem = { type: 'about:blank', title, status: http, detail: says, reason };
    return [reason, `${JSON.stringify(problem)}\n`];
  }),
) as Readonly<Record<Reason, string>>;
