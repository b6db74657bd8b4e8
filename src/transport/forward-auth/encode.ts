import type { Answer } from '../../answer/answer.ts';
import { type Convention, statusFor } from './convention.ts';

/** An answer as `node:http` sends it. */
export interface HttpAnswer {
  readonly status: number;
  /** Names and values in turns. */
  readonly headers: readonly string[];
  readonly body: string;
}

/** The header of every answer that says why; for the gateway's access log. */
export const REASON_HEADER = 'watchword-reason';
/** The header that names the pipeline, only of answers that let a request pass: refusals may reach the client whole. */
export const PIPELINE_HEADER = 'watchword-pipeline';
/** The status that the client should get, where the gateway cannot be told it. */
export const STATUS_HEADER = 'watchword-status';

/**
 * An `Answer` as a convention's gateway understands it. The only place where a 200 is written. Its headers are what the
 * gateway copies into the client's request; a header that is not in it must not survive there, which `removal` says where
 * the gateway can be told, and the recipe's configuration ensures where it cannot.
 */
export function encode(answer: Answer, convention: Convention): HttpAnswer {
  const { reason, pipeline } = answer.metadata;
  if (answer.passes) {
    const headers = [REASON_HEADER, reason, PIPELINE_HEADER, pipeline, 'content-length', '0'];
    for (const { name, value } of answer.setHeaders) headers.push(name, onTheWire(value));
    if (convention.removal !== null) {
      headers.push(convention.removal, joined(answer.removeHeaders));
    }
    return { status: 200, headers, body: '' };
  }
  const status = statusFor(convention, answer.http);
  const headers = [REASON_HEADER, reason, 'content-length', String(Buffer.byteLength(answer.body))];
  if (status !== answer.http) headers.push(STATUS_HEADER, String(answer.http));
  for (const { name, value } of answer.headers) headers.push(name, onTheWire(value));
  return { status, headers, body: answer.body };
}

/** An answer to who is a client himself, since the gateway has a route to us: a 2xx lets nothing pass here. */
export function encodeDocument({
  http,
  headers,
  body,
}: Extract<Answer, { passes: false }>): HttpAnswer {
  const named = headers.flatMap(({ name, value }) => [name, onTheWire(value)]);
  // RFC 9110 section 8.6: none beside a 204.
  const length = http === 204 ? [] : ['content-length', String(Buffer.byteLength(body))];
  return { status: http, headers: [...length, ...named], body };
}

const ASCII = /^[\t -~]*$/;

/** The UTF-8 bytes of a value, one character a byte, which is what node:http writes; the same bytes as over gRPC. */
function onTheWire(value: string): string {
  return ASCII.test(value) ? value : Buffer.from(value, 'utf8').toString('latin1');
}

const knownRemovals = new WeakMap<readonly string[], string>();

/** All that is removed, joined with commas once for each list. */
function joined(names: readonly string[]): string {
  const known = knownRemovals.get(names);
  if (known !== undefined) return known;
  const made = names.join(',');
  knownRemovals.set(names, made);
  return made;
}
