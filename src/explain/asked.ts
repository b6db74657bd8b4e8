import { announcedBy } from '../policy/method.ts';
import { PIPELINE_NAME } from '../policy/select.ts';
import { protocolOf } from '../request/protocol.ts';
import { type ContextEntry, NAME_PREFIX, type Request, type Source } from '../request/request.ts';
import { NO_NAME, readCheckUrl } from '../transport/forward-auth/check-url.ts';
import {
  CONVENTION_NAMES,
  CONVENTIONS,
  type ConventionName,
} from '../transport/forward-auth/convention.ts';
import { asRead, type ClientRequest, type GatewayCheck, gatewayCheckOf } from './gateway-check.ts';

/** What the client sends and how the gateway asks, as somebody wrote it. */
export interface AskedOptions {
  readonly url: string;
  readonly method: string;
  /** `NAME: VALUE` each. */
  readonly header: readonly string[];
  readonly token: string | null;
  /** `NAME=VALUE` each. */
  readonly context: readonly string[];
  readonly pipeline?: string | undefined;
  /** The other end of the connection, which gateways tell over gRPC: its address, and what its certificate says. */
  readonly address?: string | undefined;
  readonly principal?: string | undefined;
  /** `grpc`, or a convention of HTTP. */
  readonly via: string;
}

/** What is asked, in the words of the protocol. */
export type Asked =
  | { readonly over: 'grpc'; readonly request: Request }
  | { readonly over: 'http'; readonly httpCheck: GatewayCheck };

/** Something wrong with what is asked: of which option, and what. Never quotes a token. */
export class AskedError extends Error {
  readonly option: keyof AskedOptions;
  readonly fault: string;

  constructor(option: keyof AskedOptions, fault: string) {
    super(`${option} ${fault}`);
    this.name = 'AskedError';
    this.option = option;
    this.fault = fault;
  }
}

/** Reads what is asked. Throws `AskedError`. */
export function askedBy(options: AskedOptions): Asked {
  const { via, url, method, token } = options;
  const headers = [
    ...(token === null ? [] : [['authorization', `Bearer ${token}`] as const]),
    ...options.header.map(headerOf),
  ];
  const client = { ...partsOf(url), method, headers };
  const named = options.pipeline === undefined ? [] : [`${PIPELINE_NAME}=${options.pipeline}`];
  const context = [...named, ...options.context].map(contextEntry);
  if (context.filter(([name]) => name === PIPELINE_NAME).length > 1)
    throw new AskedError('pipeline', 'is named twice');
  const source = sourceOf(options);
  if (via === 'grpc') return { over: 'grpc', request: { ...requestOf(client, context), source } };
  if (!isConvention(via))
    throw new AskedError('via', `${via} is not one of grpc, ${CONVENTION_NAMES.join(', ')}`);
  const told = (['address', 'principal'] as const).find((name) => source[name] !== undefined);
  if (told !== undefined)
    throw new AskedError(told, 'cannot be said over HTTP: no gateway tells it');
  return { over: 'http', httpCheck: gatewayCheckOf(via, segmentOf(via, context), client) };
}

function sourceOf({ address, principal }: AskedOptions): Source {
  return {
    ...(address === undefined ? {} : { address }),
    ...(principal === undefined ? {} : { principal }),
  };
}

function isConvention(name: string): name is ConventionName {
  return Object.hasOwn(CONVENTIONS, name);
}

/** The segment of the URL that says what the context extensions say. */
function segmentOf(via: ConventionName, context: readonly ContextEntry[]): string {
  const other = context.find(([name]) => name !== PIPELINE_NAME);
  if (other !== undefined)
    throw new AskedError(
      'context',
      `${other[0]} cannot be said over HTTP: a URL has the pipeline only`,
    );
  const segment = context[0]?.[1] ?? NO_NAME;
  if (readCheckUrl(`/auth/${via}/${segment}`) === null)
    throw new AskedError('pipeline', `${segment} is not a valid pipeline name`);
  return segment;
}

function headerOf(line: string): readonly [name: string, value: string] {
  const colon = line.indexOf(':');
  if (colon < 1) throw new AskedError('header', "must be 'NAME: VALUE'");
  return [line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim()];
}

function contextEntry(text: string): ContextEntry {
  const equals = text.indexOf('=');
  if (equals < 1) throw new AskedError('context', 'must be NAME=VALUE');
  const name = text.slice(0, equals);
  return [name.startsWith(NAME_PREFIX) ? name : `${NAME_PREFIX}${name}`, text.slice(equals + 1)];
}

/** Splits the URL by hand: a URL parser would tidy up the very paths that are worth explaining. */
function partsOf(url: string): Pick<ClientRequest, 'scheme' | 'host' | 'target'> {
  const match = /^(https?):\/\/([^/?#]*)(\/.*)?$/s.exec(url);
  if (match === null) throw new AskedError('url', 'must be http(s)://HOST/PATH');
  const [, scheme = '', host = '', target = '/'] = match;
  return { scheme, host, target };
}

/** Repeated headers are joined with a comma, as Envoy shows them. */
function requestOf(client: ClientRequest, context: readonly ContextEntry[]): Request {
  const { method, host, target } = client;
  const joined = (wanted: string): string | null => {
    const values = client.headers.filter(([name]) => name === wanted).map(([, value]) => value);
    return values.length === 0 ? null : asRead(values.join(','));
  };
  return {
    method,
    host,
    path: asRead(target),
    authorization: joined('authorization'),
    preflightFor: announcedBy(method, joined('origin'), joined('access-control-request-method')),
    protocol: protocolOf(joined('content-type') ?? '', joined('connect-protocol-version') !== null),
    context,
    route: null,
    port: portOf(client),
    id: '',
    headers: new Map(
      client.headers.flatMap(([name]) => {
        const value = name === 'authorization' ? null : joined(name);
        return value === null ? [] : [[name, value] as const];
      }),
    ),
  };
}

/** The port of the URL, as if the gateway listened there: load balancers seldom change it. */
function portOf({ scheme, host }: ClientRequest): number {
  const port = /:(\d{1,5})$/.exec(host)?.[1];
  return port === undefined ? (scheme === 'https' ? 443 : 80) : Number(port);
}
