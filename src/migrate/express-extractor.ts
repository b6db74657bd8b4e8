import type { Say } from './express-key.ts';
import { unsetVariable } from './express-variables.ts';
import { type Mapping, scalar } from './mapping.ts';

/** A place of `tokenFrom`, as the configuration writes it. */
export type TokenPlaceSetting =
  | { readonly header: string; readonly scheme?: string }
  | { readonly query: string };

/** `Authorization: Bearer`, which needs no `tokenFrom`. */
export const BEARER = { header: 'authorization', scheme: 'Bearer' } as const;

const UNTIL = 'what it guards is refused until you write tokenFrom';

/** Where a jwt policy looks for the token (lib/policies/jwt/extractors.js); null where that cannot be said. */
export function tokenPlace(action: Mapping, say: Say): TokenPlaceSetting | null {
  const written = action['jwtExtractor'];
  const extractor = written === undefined ? 'authBearer' : scalar(written);
  // passport-jwt reads no field for it.
  if (extractor === 'authBearer') return BEARER;
  const field = scalar(action['jwtExtractorField']);
  if (extractor === undefined || !Object.hasOwn(PLACES, extractor)) {
    say('jwtExtractor', `${extractor ?? 'this'} is unknown to Express Gateway; ${UNTIL}`);
    return null;
  }
  if (field === undefined || field === '') {
    say('jwtExtractorField', `is missing: ${extractor} finds no token without it; ${UNTIL}`);
    return null;
  }
  const variable = unsetVariable(field);
  if (variable !== null) {
    say(
      'jwtExtractorField',
      `is a placeholder of the environment (${variable}): run it again with --env ${variable}=…; ${UNTIL}`,
    );
    return null;
  }
  const place = PLACES[extractor]?.(field) ?? '';
  if (typeof place !== 'string') return place;
  say('jwtExtractorField', `${field} ${place}; ${UNTIL}`);
  return null;
}

/** Headers in which tokenFrom takes no whole value: `src/config/shape-token-place.ts` says why. */
const NO_TOKEN_HEADER = ['host', 'cookie', 'sec-websocket-protocol'];

/** The place that each extractor reads, or why there is none. */
const PLACES: Readonly<Record<string, (field: string) => TokenPlaceSetting | string>> = {
  authScheme: (scheme) => {
    if (scheme.toLowerCase() === 'bearer') return BEARER;
    return /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}$/.test(scheme)
      ? { header: 'authorization', scheme }
      : 'is no name of a scheme';
  },
  header: (header) => {
    // Node has headers in lower case and passport-jwt asks for them as written: the policy refused everybody.
    if (header !== header.toLowerCase())
      return `was never found by Express Gateway, which has headers in lower case: ${header.toLowerCase()} was meant`;
    return /^[a-z0-9][a-z0-9_-]{0,63}$/.test(header) && !NO_TOKEN_HEADER.includes(header)
      ? { header }
      : 'is a header in which tokenFrom takes no token';
  },
  query: (name) =>
    /^[A-Za-z0-9_~-]{1,64}$/.test(name)
      ? { query: name }
      : 'is no name of a query parameter for tokenFrom: letters, digits, _, - and ~',
};
