import { redactTokens } from '../base/redact.ts';
import type { Header } from '../check/decision.ts';
import { WEBSOCKET_PROTOCOL } from '../policy/token-place.ts';

/** What stands in place of a value that may be a secret. */
const MASK = '…';

/**
 * A target or URL for people: the parameters of its query by their names alone. A token of which nothing tells that it is one may be in
 * any of them.
 */
export function withoutQueryValues(target: string): string {
  const mark = target.indexOf('?');
  if (mark === -1) return redactTokens(target);
  const names = target.slice(mark + 1).replace(/=[^&;]*/g, `=${MASK}`);
  return redactTokens(`${target.slice(0, mark)}?${names}`);
}

/** What is left of what the client sent, beside the token: other secrets of the client. */
const OF_CLIENT: readonly string[] = ['cookie', WEBSOCKET_PROTOCOL];

/** A header that the gateway is told to set, for people. */
export function maskedHeader(header: Header): Header {
  return OF_CLIENT.includes(header.name) ? { ...header, value: MASK } : header;
}
