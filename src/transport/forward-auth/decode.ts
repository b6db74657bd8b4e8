import { announcedBy } from '../../policy/method.ts';
import { PIPELINE_NAME } from '../../policy/select.ts';
import { protocolOf } from '../../request/protocol.ts';
import type { Asker, ContextEntry, Request } from '../../request/request.ts';
import type { CheckUrl } from './check-url.ts';
import { CONVENTIONS, type ConventionName, type Source } from './convention.ts';
import { type FoundHeaders, HeaderPlan } from './header-plan.ts';

/** A check as `node:http` received it. */
export interface HttpCheck {
  readonly method: string;
  /** Names as sent and values, in turns: what a repeated header was must still be seen. */
  readonly rawHeaders: readonly string[];
  /** The connection that asks. */
  readonly asker?: Asker;
}

export type Decoded =
  | { readonly ok: true; readonly request: Request }
  /** Which source is missing or said twice, for the log: it is the gateway's wiring that is wrong, or an attack on it. */
  | { readonly ok: false; readonly fault: string };

const PLANS = Object.fromEntries(
  Object.entries(CONVENTIONS).map(([name, convention]) => [name, HeaderPlan.for(convention)]),
) as Readonly<Record<ConventionName, HeaderPlan>>;

/** RFC 9110 section 9.1: a token. Two methods that a proxy joined are none. */
const METHOD = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

const NO_CONTEXT: readonly ContextEntry[] = [];
const NO_HEADERS: readonly string[] = [];

/**
 * A check over HTTP to a `Request`. The pipeline in the URL is what a context extension is over gRPC: a name that the
 * gateway's configuration gives, so the same `selectableBy.context` decides whether it may be named.
 */
export function decode(
  url: CheckUrl,
  httpCheck: HttpCheck,
  wanted: readonly string[] = NO_HEADERS,
): Decoded {
  const { source } = url.convention;
  const headers = planOf(url.name, wanted).find(httpCheck.rawHeaders);
  const asked = askedBy(source, url.rest, httpCheck.method, headers);
  const fault = headers.fault ?? (typeof asked === 'string' ? asked : null);
  if (typeof asked === 'string' || fault !== null) return { ok: false, fault: fault ?? '' };
  if (!METHOD.test(asked.method)) return { ok: false, fault: 'invalid HTTP method' };
  return {
    ok: true,
    request: {
      ...asked,
      authorization: headers.joined('authorization'),
      preflightFor: announcedBy(
        asked.method,
        headers.joined('origin'),
        headers.joined('access-control-request-method'),
      ),
      protocol: protocolOf(
        headers.joined('content-type') ?? '',
        headers.joined('connect-protocol-version') !== null,
      ),
      context: url.pipeline === null ? NO_CONTEXT : [[PIPELINE_NAME, url.pipeline]],
      // No gateway tells its route over HTTP: the watched objects are matched by host, path and method.
      route: null,
      id: headers.joined('x-request-id') ?? '',
      ...traceOf(headers),
      ...(httpCheck.asker === undefined ? {} : { asker: httpCheck.asker }),
      ...othersOf(headers, wanted),
    },
  };
}

const NO_TRACE: Pick<Request, 'traceparent'> = {};

function traceOf(headers: FoundHeaders): Pick<Request, 'traceparent'> {
  const traceparent = headers.joined('traceparent');
  return traceparent === null ? NO_TRACE : { traceparent };
}

const plansWith = new WeakMap<readonly string[], Map<ConventionName, HeaderPlan>>();

/** The plan of a convention with further headers, made once for each list of them. */
function planOf(name: ConventionName, wanted: readonly string[]): HeaderPlan {
  if (wanted.length === 0) return PLANS[name];
  const plans = plansWith.get(wanted) ?? new Map<ConventionName, HeaderPlan>();
  plansWith.set(wanted, plans);
  const plan = plans.get(name) ?? HeaderPlan.for(CONVENTIONS[name], wanted);
  plans.set(name, plan);
  return plan;
}

function othersOf(headers: FoundHeaders, wanted: readonly string[]): Pick<Request, 'headers'> {
  if (wanted.length === 0) return {};
  const found = wanted.flatMap((name): readonly [string, string][] => {
    const value = headers.joined(name);
    return value === null ? [] : [[name, value]];
  });
  return found.length === 0 ? {} : { headers: new Map(found) };
}

type Asked = Pick<Request, 'method' | 'host' | 'path'>;

function askedBy(
  source: Source,
  rest: string,
  method: string,
  headers: FoundHeaders,
): Asked | string {
  switch (source.from) {
    case 'request':
      return { method, host: headers.one('host'), path: rest };
    case 'headers':
      return {
        method: headers.one(source.method),
        host: headers.one(source.host),
        path: headers.one(source.target),
      };
    case 'url-header': {
      const parts = ABSOLUTE.exec(headers.one(source.url));
      if (parts === null) return `${source.url} is no http(s) URL`;
      return { method: headers.one(source.method), host: parts[1] ?? '', path: parts[2] ?? '' };
    }
  }
}

/** Split by hand: a URL parser would tidy up the very targets that must be judged as they are. */
const ABSOLUTE = /^https?:\/\/([^/?#\\]*)(\/.*)$/s;
