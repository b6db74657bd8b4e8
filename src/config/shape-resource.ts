import { z } from 'zod';
import { identifierFault } from '../policy/resource.ts';
import { quoted } from './found-value.ts';
import { checked, scope } from './shape-values.ts';

/** A protected resource, which clients learn of by its metadata (RFC 9728). */
export const resource = z
  .strictObject({
    identifier: checked((text) => {
      const fault = identifierFault(text);
      return fault === null ? null : `${quoted(text)} ${fault}`;
    }).describe(
      'Its URL as clients know it. The metadata is at /.well-known/oauth-protected-resource[/path] of its host.',
    ),
    scopes: z
      .array(scope)
      .min(1)
      .optional()
      .describe('Scopes that clients may ask for. Default: those that `require` names.'),
    documentation: z
      .url({ protocol: /^https?$/, error: 'must be an http(s) URL' })
      .optional()
      .describe('A page for people who write clients.'),
  })
  .optional()
  .describe(
    'The protected resource (RFC 9728): challenges name its metadata, and Watchword answers who asks for it.',
  );

export type ResourceConfig = NonNullable<z.output<typeof resource>>;
