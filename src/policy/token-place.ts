/** Where a token may be in a request. */
export type TokenPlace =
  /** A header; behind a scheme, or (null) its whole value. The name is lower case. */
  | { readonly in: 'header'; readonly name: string; readonly scheme: string | null }
  | { readonly in: 'cookie'; readonly name: string }
  | { readonly in: 'query'; readonly name: string }
  /** The subprotocol behind this one in `Sec-WebSocket-Protocol`, since browsers set no other header of a WebSocket. */
  | { readonly in: 'websocketProtocol'; readonly name: string };

export const WEBSOCKET_PROTOCOL = 'sec-websocket-protocol';

/** The header that a place is read from, lower case; null for the query. */
export function headerOf(place: TokenPlace): string | null {
  switch (place.in) {
    case 'header':
      return place.name;
    case 'cookie':
      return 'cookie';
    case 'websocketProtocol':
      return WEBSOCKET_PROTOCOL;
    case 'query':
      return null;
  }
}

/** A place as `explain` and the log name it. */
export function placeShown(place: TokenPlace): string {
  if (place.in === 'header')
    return place.scheme === null
      ? `header ${place.name}`
      : `header ${place.name} (scheme ${place.scheme})`;
  return place.in === 'websocketProtocol'
    ? `${WEBSOCKET_PROTOCOL} behind ${place.name}`
    : `${place.in} ${place.name}`;
}
