import { z } from 'zod';
import { MAX_SEPARATORS, separatorsIn } from '../policy/header-removals.ts';

/** Where pipelines look for tokens. */

/** RFC 9110 section 5.6.2: what names of schemes, cookies and subprotocols are made of. */
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}$/;
const token = (what: string) => z.string().regex(TOKEN, `must be the name of a ${what}`);

/** Headers that say where a request goes, and those that have a place of their own. */
const NOT_HERE: Readonly<Record<string, string>> = {
  host: "'host' says where the request goes",
  cookie: 'name the cookie: { cookie: NAME }',
  'sec-websocket-protocol': 'name the subprotocol before the token: { websocketProtocol: NAME }',
};

const header = z
  .string()
  .transform((text) => text.toLowerCase())
  .pipe(
    z
      .string()
      .regex(/^[a-z0-9][a-z0-9_-]{0,63}$/, 'must be the name of a header')
      .superRefine((name, context) => {
        const message =
          NOT_HERE[name] ??
          (separatorsIn(name) > MAX_SEPARATORS
            ? `has more than ${MAX_SEPARATORS} dashes and underscores`
            : undefined);
        if (message !== undefined) context.addIssue({ code: 'custom', message });
      }),
  );

/** One place of a token. */
export const tokenPlace = z
  .strictObject({
    header: header.optional().describe('A header: the whole value, or what follows `scheme`.'),
    scheme: token('scheme').optional().describe('The scheme before the token, in any case.'),
    cookie: token('cookie').optional(),
    query: z
      .string()
      .regex(
        /^[A-Za-z0-9_~-]{1,64}$/,
        'must be the name of a query parameter: letters, digits, _, - and ~',
      )
      .optional(),
    websocketProtocol: token('subprotocol')
      .optional()
      .describe('The subprotocol before the token in Sec-WebSocket-Protocol.'),
  })
  .superRefine((value, context) => {
    const places = (['header', 'cookie', 'query', 'websocketProtocol'] as const).filter(
      (name) => value[name] !== undefined,
    );
    if (places.length !== 1)
      context.addIssue({
        code: 'custom',
        message: 'must have exactly one of header, cookie, query, websocketProtocol',
      });
    if (value.scheme !== undefined && value.header === undefined)
      context.addIssue({ code: 'custom', path: ['scheme'], message: 'is for a header' });
  });

const MAX_PLACES = 10;

/** The places, of which no two are the same. */
export const tokenFrom = z
  .array(tokenPlace)
  .min(1, 'must name a place')
  .max(MAX_PLACES)
  .superRefine((places, context) => {
    const seen = new Map<string, number>();
    for (const [index, one] of places.entries()) {
      // A header is read once: behind one scheme, or whole.
      const key = one.header === undefined ? JSON.stringify(one) : `header ${one.header}`;
      const before = seen.get(key);
      if (
        before !== undefined &&
        (one.scheme === undefined ||
          places[before]?.scheme === undefined ||
          places[before]?.scheme?.toLowerCase() === one.scheme.toLowerCase())
      )
        context.addIssue({
          code: 'custom',
          path: [index],
          message: `is the place of tokenFrom[${before}]`,
        });
      seen.set(key, before ?? index);
    }
  })
  .optional()
  .describe(
    'Where the token is; more than one token in these places is refused. Default: `[{ header: authorization, scheme: Bearer }]`.',
  );

export type TokenPlaceConfig = z.output<typeof tokenPlace>;
