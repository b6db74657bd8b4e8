import {
  headerOf,
  placeShown,
  type TokenPlace,
  WEBSOCKET_PROTOCOL,
} from '../policy/token-place.ts';
import { cookiesOf, itemsOf, queryOf } from '../request/parts.ts';
import type { Request } from '../request/request.ts';

/** What a signed JWT looks like: two JSON objects in base64url and a signature. */
const JWT = /^eyJ[\w-]+\.eyJ[\w-]+\.[\w-]*$/;

/** Where a token was seen, and what `tokenFrom` would say of it. */
interface Seen {
  readonly place: TokenPlace;
  readonly setting: string;
}

/** Says that a token was seen in a place where the pipeline does not look; empty where none was. */
export function seenElsewhere(request: Request, listed: readonly TokenPlace[] | null): string {
  const known = (listed ?? [DEFAULT]).map(placeShown);
  const seen = seenIn(request).filter(({ place }) => !known.includes(placeShown(place)));
  return seen
    .map(
      ({ place, setting }) =>
        `a token was seen in ${placeShown(place)}, which is not in tokenFrom; there it would be ${setting}`,
    )
    .join('; ');
}

const DEFAULT: TokenPlace = { in: 'header', name: 'authorization', scheme: 'Bearer' };

function seenIn(request: Request): readonly Seen[] {
  const inQuery = queryOf(request.path)
    .filter(({ value }) => JWT.test(value))
    .map(({ name }): Seen => ({ place: { in: 'query', name }, setting: `{ query: ${name} }` }));
  const headers = new Map(request.headers);
  if (request.authorization !== null) headers.set('authorization', request.authorization);
  return [...inQuery, ...[...headers].flatMap(([name, value]) => seenInHeader(name, value))];
}

function seenInHeader(name: string, value: string): readonly Seen[] {
  if (name === headerOf({ in: 'cookie', name })) {
    return cookiesOf(value)
      .filter((cookie) => JWT.test(cookie.value))
      .map((cookie) => ({
        place: { in: 'cookie', name: cookie.name },
        setting: `{ cookie: ${cookie.name} }`,
      }));
  }
  if (name === WEBSOCKET_PROTOCOL) {
    const items = itemsOf(value);
    return items.flatMap((item, index) =>
      JWT.test(item)
        ? [
            {
              place: { in: 'websocketProtocol', name: items[index - 1] ?? '' },
              setting: `{ websocketProtocol: ${items[index - 1] ?? 'NAME'} }`,
            } as const,
          ]
        : [],
    );
  }
  const [, scheme = null, rest = ''] = /^(?:([A-Za-z][\w-]*) +)?(.*)$/s.exec(value) ?? [];
  if (!JWT.test(rest)) return [];
  const setting = `{ header: ${name}${scheme === null ? '' : `, scheme: ${scheme}`} }`;
  return [{ place: { in: 'header', name, scheme }, setting }];
}
