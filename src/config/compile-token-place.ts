import type { TokenPlace } from '../policy/token-place.ts';
import type { TokenPlaceConfig } from './shape-token-place.ts';

/** A place of a token, compiled. */
export function tokenPlaceOf(place: TokenPlaceConfig): TokenPlace {
  const { header, scheme = null, cookie, query, websocketProtocol = '' } = place;
  if (header !== undefined) return { in: 'header', name: header, scheme };
  if (cookie !== undefined) return { in: 'cookie', name: cookie };
  if (query !== undefined) return { in: 'query', name: query };
  return { in: 'websocketProtocol', name: websocketProtocol };
}

/** The same as it is written in a configuration. */
export function tokenPlaceWritten(place: TokenPlace): TokenPlaceConfig {
  switch (place.in) {
    case 'header':
      return { header: place.name, ...(place.scheme === null ? {} : { scheme: place.scheme }) };
    case 'cookie':
      return { cookie: place.name };
    case 'query':
      return { query: place.name };
    case 'websocketProtocol':
      return { websocketProtocol: place.name };
  }
}
