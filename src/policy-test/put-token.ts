import { type TokenPlace, WEBSOCKET_PROTOCOL } from '../policy/token-place.ts';

/** A URL, and headers as `NAME: VALUE`. */
interface Written {
  readonly url: string;
  readonly header: readonly string[];
}

/** A request with a token where the client would put it. */
export function withToken({ url, header }: Written, token: string, place: TokenPlace): Written {
  switch (place.in) {
    case 'header': {
      const scheme = place.scheme === null ? '' : `${place.scheme} `;
      return { url, header: [...header, `${place.name}: ${scheme}${token}`] };
    }
    case 'cookie':
      return { url, header: withCookie(header, `${place.name}=${token}`) };
    case 'query':
      return { url: `${url}${url.includes('?') ? '&' : '?'}${place.name}=${token}`, header };
    case 'websocketProtocol':
      return { url, header: [...header, `${WEBSOCKET_PROTOCOL}: ${place.name}, ${token}`] };
  }
}

/** A client sends one `Cookie` header (RFC 6265 section 5.4). */
function withCookie(header: readonly string[], pair: string): readonly string[] {
  const isCookie = (one: string): boolean => /^cookie *:/i.test(one);
  return header.some(isCookie)
    ? header.map((one) => (isCookie(one) ? `${one}; ${pair}` : one))
    : [...header, `cookie: ${pair}`];
}
