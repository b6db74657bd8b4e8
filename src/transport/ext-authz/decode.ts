import { announcedBy } from '../../policy/method.ts';
import { protocolOf } from '../../request/protocol.ts';
import {
  type Asker,
  type ContextEntry,
  NAME_PREFIX,
  type Request,
  type RouteRef,
  type Source,
} from '../../request/request.ts';
import { lengthTag, WireReader } from '../../wire/reader.ts';
import { readPort, readSource } from './decode-peer.ts';
import { readRoute } from './decode-route.ts';

/**
 * `envoy.service.auth.v3.CheckRequest` in bytes to a `Request`. A scan that makes strings of what a decision needs and
 * skips the rest: decoding the whole message costs more than deciding about it. `proto/` describes the same messages and a
 * test holds the two together. Every attribute may be missing.
 */

// CheckRequest
const ATTRIBUTES = lengthTag(1);
// AttributeContext
const SOURCE = lengthTag(1);
const DESTINATION = lengthTag(2);
const REQUEST = lengthTag(4);
const CONTEXT_EXTENSIONS = lengthTag(10);
const ROUTE_METADATA_CONTEXT = lengthTag(13);
// AttributeContext.Request
const HTTP = lengthTag(2);
// AttributeContext.HttpRequest
const ID = lengthTag(1);
const METHOD = lengthTag(2);
const HEADERS = lengthTag(3);
const PATH = lengthTag(4);
const HOST = lengthTag(5);
const HEADER_MAP = lengthTag(13);
// config.core.v3.HeaderMap, and a map entry: key and value
const HEADER_MAP_HEADERS = lengthTag(1);
const KEY = lengthTag(1);
const VALUE = lengthTag(2);
// config.core.v3.HeaderValue
const RAW_VALUE = lengthTag(3);

/** The request headers that a decision reads; `headers` in this order while a message is scanned. */
const WANTED = [
  'authorization',
  'content-type',
  'origin',
  'access-control-request-method',
  'connect-protocol-version',
  'x-request-id',
  'traceparent',
] as const;
type Wanted = (typeof WANTED)[number];

const NO_CONTEXT: readonly ContextEntry[] = [];
const NO_HEADERS: readonly string[] = [];

/** What the scan has found so far. Lives no longer than one call of `decode`. */
class Draft {
  id = '';
  method = '';
  path = '';
  host = '';
  authorization: string | null = null;
  contentType = '';
  hasConnectVersion = false;
  origin: string | null = null;
  requestMethod: string | null = null;
  requestId = '';
  traceparent = '';
  context: ContextEntry[] | null = null;
  route: RouteRef | null = null;
  port = 0;
  headers: Map<string, string> | null = null;
  source: Source | null = null;
  readonly wanted: readonly string[];
  readonly wantsSource: boolean;

  constructor(wanted: readonly string[], wantsSource: boolean) {
    this.wanted = wanted;
    this.wantsSource = wantsSource;
  }
}

/**
 * Reads a CheckRequest. Null where the bytes are no valid message; an empty message is one without attributes. `wanted`
 * are names of headers, in lower case, that are read beside those of every check; `wantsSource` whether `source` is.
 */
export function decode(
  bytes: Buffer,
  wanted: readonly string[] = NO_HEADERS,
  asker: Asker | null = null,
  wantsSource = false,
): Request | null {
  const reader = new WireReader(bytes);
  const draft = new Draft(wanted, wantsSource);
  while (reader.next()) {
    if (reader.tag === ATTRIBUTES) readAttributes(reader, draft);
  }
  return reader.failed ? null : requestOf(draft, asker);
}

function requestOf(draft: Draft, asker: Asker | null): Request {
  const request: { -readonly [Name in keyof Request]: Request[Name] } = {
    method: draft.method,
    host: draft.host,
    path: draft.path,
    authorization: draft.authorization,
    preflightFor: announcedBy(draft.method, draft.origin, draft.requestMethod),
    protocol: protocolOf(draft.contentType, draft.hasConnectVersion),
    context: draft.context ?? NO_CONTEXT,
    route: draft.route,
    port: draft.port,
    id: draft.requestId === '' ? draft.id : draft.requestId,
  };
  if (draft.headers !== null) request.headers = draft.headers;
  const traceparent = asker?.traceparent ?? draft.traceparent;
  if (traceparent !== '') request.traceparent = traceparent;
  if (draft.source !== null) request.source = draft.source;
  if (asker !== null) request.asker = asker;
  return request;
}

function readAttributes(reader: WireReader, draft: Draft): void {
  const outer = reader.enter();
  while (reader.next()) {
    switch (reader.tag) {
      case REQUEST:
        readRequest(reader, draft);
        break;
      case DESTINATION:
        draft.port = readPort(reader);
        break;
      case SOURCE:
        if (draft.wantsSource) draft.source = readSource(reader);
        break;
      case CONTEXT_EXTENSIONS:
        readContext(reader, draft);
        break;
      case ROUTE_METADATA_CONTEXT:
        draft.route = readRoute(reader) ?? draft.route;
        break;
    }
  }
  reader.leave(outer);
}

function readRequest(reader: WireReader, draft: Draft): void {
  const outer = reader.enter();
  while (reader.next()) {
    if (reader.tag === HTTP) readHttp(reader, draft);
  }
  reader.leave(outer);
}

function readHttp(reader: WireReader, draft: Draft): void {
  const outer = reader.enter();
  while (reader.next()) {
    switch (reader.tag) {
      case HEADERS:
        readHeader(reader, draft);
        break;
      case PATH:
        // Paths are compared as the bytes they are.
        draft.path = reader.bytes.toString('latin1', reader.start, reader.end);
        break;
      case HOST:
        draft.host = reader.bytes.toString('utf8', reader.start, reader.end);
        break;
      case METHOD:
        draft.method = reader.bytes.toString('utf8', reader.start, reader.end);
        break;
      case ID:
        draft.id = reader.bytes.toString('utf8', reader.start, reader.end);
        break;
      case HEADER_MAP:
        readHeaderMap(reader, draft);
        break;
    }
  }
  reader.leave(outer);
}

/** Filled in place of `headers` where Envoy sets `encode_raw_headers`. */
function readHeaderMap(reader: WireReader, draft: Draft): void {
  const outer = reader.enter();
  while (reader.next()) {
    if (reader.tag === HEADER_MAP_HEADERS) readHeader(reader, draft);
  }
  reader.leave(outer);
}

/** A map entry or a HeaderValue: key, then value or raw value. */
function readHeader(reader: WireReader, draft: Draft): void {
  let name: Wanted | null = null;
  let other: string | null = null;
  let from = 0;
  let to = 0;
  const outer = reader.enter();
  while (reader.next()) {
    if (reader.tag === KEY) {
      name = nameAmong(WANTED, reader);
      other = nameAmong(draft.wanted, reader);
    }
    if ((reader.tag === VALUE || reader.tag === RAW_VALUE) && reader.end > reader.start) {
      from = reader.start;
      to = reader.end;
    }
  }
  reader.leave(outer);
  if (reader.failed) return;
  if (name !== null) setHeader(draft, name, reader.bytes.toString('latin1', from, to));
  if (other !== null) addHeader(draft, other, reader.bytes.toString('latin1', from, to));
}

/** Several of one name are joined as Envoy joins them, so that none is chosen from. */
function addHeader(draft: Draft, name: string, value: string): void {
  draft.headers ??= new Map();
  const before = draft.headers.get(name);
  draft.headers.set(name, before === undefined ? value : `${before},${value}`);
}

function setHeader(draft: Draft, name: Wanted, value: string): void {
  switch (name) {
    case 'authorization':
      // A second one is shown as Envoy shows it, so that it is refused and not chosen from.
      draft.authorization =
        draft.authorization === null ? value : `${draft.authorization},${value}`;
      return;
    case 'content-type':
      draft.contentType = value;
      return;
    case 'origin':
      draft.origin = value;
      return;
    case 'access-control-request-method':
      draft.requestMethod = value;
      return;
    case 'connect-protocol-version':
      draft.hasConnectVersion = true;
      return;
    case 'x-request-id':
      draft.requestId = value;
      return;
    case 'traceparent':
      draft.traceparent = value;
      return;
  }
}

/** The wanted header with this name in any case, or null. Most names differ in their length already. */
function nameAmong<Name extends string>(
  names: readonly Name[],
  { bytes, start, end }: WireReader,
): Name | null {
  for (const name of names) {
    if (name.length === end - start && equalsIgnoringCase(bytes, start, name)) return name;
  }
  return null;
}

function equalsIgnoringCase(bytes: Buffer, start: number, lowerCase: string): boolean {
  for (let index = 0; index < lowerCase.length; index += 1) {
    const byte = bytes[start + index] ?? 0;
    const lower = byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte;
    if (lower !== lowerCase.charCodeAt(index)) return false;
  }
  return true;
}

/** Only names of ours: the rest of the gateway's context is none of our business. */
function readContext(reader: WireReader, draft: Draft): void {
  let name = '';
  let value = '';
  const outer = reader.enter();
  while (reader.next()) {
    if (reader.tag === KEY) name = reader.bytes.toString('utf8', reader.start, reader.end);
    else if (reader.tag === VALUE) value = reader.bytes.toString('utf8', reader.start, reader.end);
  }
  reader.leave(outer);
  if (!name.startsWith(NAME_PREFIX)) return;
  draft.context ??= [];
  draft.context.push([name, value]);
}
