import { z } from 'zod';
import { scope } from './shape-values.ts';

/** Scopes that are asked, and how those of a token stand for them. */

const strategy = z
  .enum(['exact', 'hierarchic', 'wildcard'])
  .optional()
  .describe(
    'How the scopes of a token stand for these. Default: `exact`. `hierarchic`: `orders` for `orders.read`; `wildcard`: `orders.*` for it. Segments end at `.`, `:` and `/`.',
  );

/** Why no token may ever have a scope, or one that stands for it; null for `exact`, where a scope is any text. */
function neverGranted(asked: string): string | null {
  const segments = asked.split(/[.:/]/);
  if (segments.includes('*'))
    return `'${asked}' can never be granted as it is meant: wildcards are those of the token; name the scope that is needed here`;
  // `https://api.example/orders` has an empty one after its scheme.
  const isEmpty = segments.some(
    (one, index) => one === '' && !(index > 0 && /^[a-z]+:\/\//.test(asked) && index < 3),
  );
  return isEmpty ? `'${asked}' has an empty segment, which no scope of a token stands for` : null;
}

export const scopes = z
  .strictObject({
    all: z.array(scope).optional(),
    any: z.array(scope).min(1).optional(),
    strategy,
  })
  .superRefine((value, context) => {
    if (value.strategy === undefined) return;
    if (value.all === undefined && value.any === undefined)
      context.addIssue({
        code: 'custom',
        path: ['strategy'],
        message: 'is for scopes, and none is asked',
      });
    if (value.strategy === 'exact') return;
    for (const list of ['all', 'any'] as const)
      for (const [index, one] of (value[list] ?? []).entries()) {
        const message = neverGranted(one);
        if (message !== null) context.addIssue({ code: 'custom', path: [list, index], message });
      }
  });
