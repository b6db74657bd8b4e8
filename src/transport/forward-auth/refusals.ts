import { STATUS_CODES } from 'node:http';
import { REASONS, type RefusalReason } from '../../decision/reason.ts';
import { type HttpAnswer, REASON_HEADER } from './encode.ts';

/** What is refused before a check is made of it: whoever asks is not our gateway, or asks for no decision of ours. */
export type AnsweredCause =
  | 'untrusted_peer'
  | 'unknown_url'
  | 'body'
  | 'headers_too_large'
  | 'timeout'
  | 'not_http'
  | 'internal';

/** Where nobody is answered: the handshake failed, or there are too many connections. */
type UnansweredCause = 'tls' | 'connections';

export type RefusalCause = AnsweredCause | UnansweredCause;

/** Hears of a refusal: the peer's address where it has one, and what OpenSSL said of a handshake. */
export type OnRefused = (cause: RefusalCause, peer: string | undefined, fault?: string) => void;

function refusal(status: number, detail: string, reason: RefusalReason): HttpAnswer {
  const body = JSON.stringify({
    type: 'about:blank',
    title: STATUS_CODES[status],
    status,
    detail,
    reason,
  });
  return {
    status,
    headers: [
      ...[REASON_HEADER, reason, 'content-length', String(Buffer.byteLength(body))],
      ...['content-type', 'application/problem+json', 'cache-control', 'no-store'],
    ],
    body,
  };
}

/** The answers, made once: nothing of the request is in them. None is a 2xx, so every gateway refuses. */
export const REFUSALS: Readonly<Record<AnsweredCause, HttpAnswer>> = {
  untrusted_peer: refusal(403, 'the peer is not in http.trustedPeers', 'request_malformed'),
  unknown_url: refusal(
    404,
    'not /auth/<convention>/<pipeline or ->; see docs/gateways',
    'request_malformed',
  ),
  body: refusal(400, 'a check has no body', 'request_malformed'),
  headers_too_large: refusal(431, 'the headers are larger than 64 KiB', 'message_oversized'),
  timeout: refusal(408, 'the request did not come to its end in time', 'request_malformed'),
  not_http: refusal(400, 'not an HTTP request', 'request_malformed'),
  internal: refusal(500, REASONS.internal.says, 'internal'),
};

export const REFUSAL_CAUSES = [
  ...Object.keys(REFUSALS),
  'tls',
  'connections',
] as readonly RefusalCause[];
