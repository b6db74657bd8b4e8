import type { DenyReason } from '../decision/reason.ts';
import { placeShown, type TokenPlace, WEBSOCKET_PROTOCOL } from '../policy/token-place.ts';
import {
  cookieValues,
  itemsOf,
  lenientCookies,
  queryFault,
  queryParts,
  readName,
} from '../request/parts.ts';
import type { Request } from '../request/request.ts';
import { type Extracted, extract, type NoToken, oversized } from './extract.ts';

/** What is at one place. */
type Read = Extracted & { readonly place: TokenPlace };

/**
 * Takes the one token out of the places where a pipeline looks for it; null stands for `Authorization: Bearer`. More than one
 * token is refused, in whichever places they are: taking one would let a caller show another to the backend.
 */
export function findToken(
  request: Request,
  places: readonly TokenPlace[] | null,
  tokenBytes: number,
): Extracted {
  if (places === null) return extract(request.authorization, tokenBytes);
  const found = places
    .map((place): Read => ({ ...readAt(place, request, tokenBytes), place }))
    .filter((read) => read.ok || read.reason !== 'token_missing');
  const [first, ...others] = found;
  if (first === undefined) return missing(`no token in ${places.map(placeShown).join(', ')}`);
  if (others.length > 0) {
    const all = found.map(({ place }) => placeShown(place)).join(' and ');
    return refused('token_ambiguous', `tokens in ${all}`);
  }
  if (first.ok) return first;
  const { reason, detail } = first;
  return refused(reason, `${placeShown(first.place)}: ${detail}`);
}

function missing(detail: string): NoToken {
  return refused('token_missing', detail);
}

function refused(reason: DenyReason, detail: string): NoToken {
  return { ok: false, reason, detail };
}

function readAt(place: TokenPlace, request: Request, tokenBytes: number): Extracted {
  switch (place.in) {
    case 'header': {
      const value = headerValue(request, place.name);
      if (place.scheme !== null) return extract(asBearer(value, place.scheme), tokenBytes);
      return only(value === null ? [] : itemsOf(value), tokenBytes);
    }
    case 'cookie':
      return readCookie(headerValue(request, 'cookie') ?? '', place.name, tokenBytes);
    case 'query':
      return readQuery(request.path, place.name, tokenBytes);
    case 'websocketProtocol':
      return readProtocol(headerValue(request, WEBSOCKET_PROTOCOL) ?? '', place.name, tokenBytes);
  }
}

function headerValue(request: Request, name: string): string | null {
  return name === 'authorization' ? request.authorization : (request.headers?.get(name) ?? null);
}

/** The header with another scheme in the place of Bearer, so that one reader judges both; a Bearer token is none then. */
function asBearer(value: string | null, scheme: string): string | null {
  if (value === null || scheme.toLowerCase() === 'bearer') return value;
  const lower = scheme.toLowerCase();
  return value
    .split(',')
    .map((part) => {
      const [, space = '', word = '', rest = ''] = /^([ \t]*)([^ \t]*)(.*)$/s.exec(part) ?? [];
      if (word.toLowerCase() === lower) return `${space}Bearer${rest}`;
      return word.toLowerCase() === 'bearer' ? `${space}Other${rest}` : part;
    })
    .join(',');
}

/** The one value that is there. An empty one is none: that is how a cookie is taken back. */
function only(all: readonly string[], tokenBytes: number): Extracted {
  const values = all.filter((value) => value !== '');
  const [token, ...others] = values;
  if (token === undefined) return missing('');
  if (others.length > 0) return refused('token_ambiguous', `there ${values.length} times`);
  return token.length > tokenBytes
    ? refused('token_oversized', oversized(token.length, tokenBytes))
    : { ok: true, token };
}

/** A cookie that only some backend reads as this one would be another token for it. */
function readCookie(header: string, name: string, tokenBytes: number): Extracted {
  const values = cookieValues(header, name);
  return lenientCookies(header, name) === values.length
    ? only(values, tokenBytes)
    : refused('token_ambiguous', 'a cookie that some backends read as it');
}

/** A parameter that only some backend reads as this one would be another token for it, and no gateway takes it out. */
function readQuery(target: string, name: string, tokenBytes: number): Extracted {
  const parts = queryParts(target, [name]).get(readName(name)) ?? [];
  const fault = queryFault(parts, name);
  return fault === null
    ? only(
        parts.map(({ value }) => value),
        tokenBytes,
      )
    : refused('token_ambiguous', fault);
}

function readProtocol(header: string, marker: string, tokenBytes: number): Extracted {
  const items = itemsOf(header);
  const at = items.indexOf(marker);
  if (at === -1) return missing('');
  if (items.indexOf(marker, at + 1) !== -1)
    return refused('token_ambiguous', `${marker} is there twice`);
  const token = items[at + 1];
  return token === undefined
    ? refused('token_malformed', `nothing follows ${marker}`)
    : only([token], tokenBytes);
}
