import { z } from 'zod';
import { parseDuration } from '../base/duration.ts';
import { parseConnect, probeUrlFault } from '../probe/answer.ts';
import { checked, duration, name, path } from './shape-values.ts';

/** Between two questions of one probe, in milliseconds: a gateway is asked, not loaded. */
const SHORTEST_EVERY = 1_000;

const every = duration.superRefine((text, context) => {
  const found = parseDuration(text);
  if (found !== null && found < SHORTEST_EVERY)
    context.addIssue({ code: 'custom', message: 'must be 1s or longer' });
});

const probe = z
  .strictObject({
    name: name.describe('The name in metrics and logs.'),
    url: checked(probeUrlFault).describe(
      'Asked with GET as a client would, without a token: an address that must be answered with the 401 of Watchword.',
    ),
    connect: checked((text) => (parseConnect(text) === null ? 'must be HOST:PORT' : null))
      .optional()
      .describe("HOST:PORT of the gateway, where it is not what the URL's host leads to."),
    caFile: path("Certificate authorities to trust in place of the system's, PEM.").optional(),
    every: every.default('30s').describe('How often each replica asks.'),
  })
  .superRefine(({ url, caFile }, context) => {
    if (caFile !== undefined && url.startsWith('http:'))
      context.addIssue({ code: 'custom', path: ['caFile'], message: 'is for https URLs only' });
  });

/** Requests without a token that each replica sends through the gateways, to find a route that nobody guards. */
export const probes = z
  .array(probe)
  .max(100, 'must not be more than 100: each replica asks them all')
  .default([])
  .describe(
    'Requests without a token that each replica sends through the gateways: the answer must be the 401 of Watchword.',
  );

export type ProbeConfig = z.output<typeof probes>[number];
