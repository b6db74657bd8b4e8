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
  if (metadata.subject !== null) writeStringField(writer, 'subject', metadata.subject);
  writer.raw(encodedFacts(metadata));
  writer.message(DYNAMIC_METADATA, end);
}

/** Facts that are of the policy and not of the token. */
interface Facts {
  readonly mode: AnswerMetadata['mode'];
  readonly outcome: AnswerMetadata['outcome'];
  readonly encoded: Buffer;
}

/** By pipeline, reason and issuer: texts of the configuration and of closed lists. */
const knownFacts = new Map<string, Map<string, Map<string | null, Facts>>>();
/** Pipelines that came and went with reloads are forgotten, with all others. */
const MAX_PIPELINES = 20_000;

/** All of the metadata but the subject, encoded once for each pipeline, reason and issuer. */
function encodedFacts(metadata: AnswerMetadata): Buffer {
  const { pipeline, reason, issuer, mode, outcome } = metadata;
  const ofPipeline = entryOf(knownFacts, pipeline);
  const byIssuer = entryOf(ofPipeline, reason);
  const known = byIssuer.get(issuer);
  if (known?.mode === mode && known.outcome === outcome) return known.encoded;
  const own = new WireWriter(1024);
  if (issuer !== null) writeStringField(own, 'issuer', issuer);
  writeStringField(own, 'mode', mode);
  writeStringField(own, 'reason', reason);
  writeStringField(own, 'outcome', outcome);
  writeStringField(own, 'pipeline', pipeline);
  const encoded = own.take();
  byIssuer.set(issuer, { mode, outcome, encoded });
  return encoded;
}

function entryOf<Key, Inner>(map: Map<string, Map<Key, Inner>>, key: string): Map<Key, Inner> {
  const known = map.get(key);
  if (known !== undefined) return known;
  if (map.size >= MAX_PIPELINES) map.clear();
  const made = new Map<Key, Inner>();
  map.set(key, made);
  return made;
}

/** One entry of `Struct.fields`. */
function writeStringField(into: WireWriter, name: string, value: string): void {
  const end = into.mark;
  into.string(VALUE_STRING, value);
  into.message(ENTRY_VALUE, end);
  into.string(ENTRY_KEY, name);
  into.message(STRUCT_FIELDS, end);
}
