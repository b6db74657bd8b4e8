import type { Answer, AnswerMetadata } from '../../answer/answer.ts';
import type { Header } from '../../check/decision.ts';
import { WireWriter } from '../../wire/writer.ts';

/**
 * An `Answer` to `envoy.service.auth.v3.CheckResponse` in bytes. The only place where one is made: `status.code` and the body
 * of the message are written from the same value, so they cannot disagree. Envoy looks at the code alone and lets a
 * request with code 0 pass whatever else the message says. `error_response` is never used: a gateway that fails open
 * would let it pass.
 */

// google.rpc.Code
const OK = 0;
const UNAUTHENTICATED = 16;
const PERMISSION_DENIED = 7;

// CheckResponse
const STATUS = 1;
const DENIED_RESPONSE = 2;
const OK_RESPONSE = 3;
const DYNAMIC_METADATA = 4;
// google.rpc.Status
const STATUS_CODE = 1;
// DeniedHttpResponse
const DENIED_STATUS = 1;
const DENIED_HEADERS = 2;
const DENIED_BODY = 3;
// envoy.type.v3.HttpStatus
const HTTP_STATUS_CODE = 1;
// OkHttpResponse
const OK_HEADERS = 2;
const OK_HEADERS_TO_REMOVE = 5;
const OK_QUERY_PARAMETERS_TO_REMOVE = 8;
// HeaderValueOption, HeaderValue
const OPTION_HEADER = 1;
const HEADER_KEY = 1;
const HEADER_VALUE = 2;
// google.protobuf.Struct, its map entry, Value
const STRUCT_FIELDS = 1;
const ENTRY_KEY = 1;
const ENTRY_VALUE = 2;
const VALUE_STRING = 3;

const writer = new WireWriter();

/** Encodes an answer. The returned bytes are the caller's. */
export function encode(answer: Answer): Buffer {
  // An answer that could not be written to its end must leave nothing in the next one.
  writer.reset();
  writeMetadata(answer.metadata);
  if (answer.passes) {
    writeOk(answer);
    writeStatus(OK);
  } else {
    writeDenied(answer.http, answer.headers, answer.body);
    writeStatus(answer.http === 401 ? UNAUTHENTICATED : PERMISSION_DENIED);
  }
  return writer.take();
}

function writeStatus(code: number): void {
  const end = writer.mark;
  if (code !== OK) writer.varint(STATUS_CODE, code);
  writer.message(STATUS, end);
}

function writeOk({
  setHeaders,
  removeHeaders,
  removeQueryParameters,
}: Extract<Answer, { passes: true }>): void {
  const end = writer.mark;
  for (let index = removeQueryParameters.length - 1; index >= 0; index -= 1)
    writer.string(OK_QUERY_PARAMETERS_TO_REMOVE, removeQueryParameters[index] ?? '');
  writer.raw(encodedRemovals(removeHeaders));
  writeHeaders(OK_HEADERS, setHeaders);
  writer.message(OK_RESPONSE, end);
}

const knownRemovals = new WeakMap<readonly string[], Buffer>();

/** `headers_to_remove`, encoded once for each list. */
function encodedRemovals(names: readonly string[]): Buffer {
  const known = knownRemovals.get(names);
  if (known !== undefined) return known;
  const own = new WireWriter(1024);
  for (const name of names) own.string(OK_HEADERS_TO_REMOVE, name);
  const encoded = own.take();
  knownRemovals.set(names, encoded);
  return encoded;
}

function writeDenied(http: number, headers: readonly Header[], body: string): void {
  const end = writer.mark;
  writer.string(DENIED_BODY, body);
  writeHeaders(DENIED_HEADERS, headers);
  const statusEnd = writer.mark;
  writer.varint(HTTP_STATUS_CODE, http);
  writer.message(DENIED_STATUS, statusEnd);
  writer.message(DENIED_RESPONSE, end);
}

/** HeaderValueOption without `append` and `append_action`: the value replaces the client's. */
function writeHeaders(field: number, headers: readonly Header[]): void {
  for (let index = headers.length - 1; index >= 0; index -= 1) {
    const header = headers[index];
    if (header === undefined) continue;
    const end = writer.mark;
    writer.string(HEADER_VALUE, header.value);
    writer.string(HEADER_KEY, header.name);
    writer.message(OPTION_HEADER, end);
    writer.message(field, end);
  }
}

function writeMetadata(metadata: AnswerMetadata): void {
  const end = writer.mark;
  if (metadata.subject !== null) writeStringField('subject', metadata.subject);
  if (metadata.issuer !== null) writeStringField('issuer', metadata.issuer);
  writeStringField('mode', metadata.mode);
  writeStringField('reason', metadata.reason);
  writeStringField('outcome', metadata.outcome);
  writeStringField('pipeline', metadata.pipeline);
  writer.message(DYNAMIC_METADATA, end);
}

/** One entry of `Struct.fields`. */
function writeStringField(name: string, value: string): void {
  const end = writer.mark;
  writer.string(VALUE_STRING, value);
  writer.message(ENTRY_VALUE, end);
  writer.string(ENTRY_KEY, name);
  writer.message(STRUCT_FIELDS, end);
}
