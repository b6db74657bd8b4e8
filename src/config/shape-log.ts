import { z } from 'zod';
import { MASKABLE_FIELDS } from '../decision/decision-fields.ts';
import { claimPath } from './shape-values.ts';

const share = z.number().min(0, 'must be between 0 and 1').max(1, 'must be between 0 and 1');
const lines = z.int().min(1).max(1_000_000);

const decisions = z
  .strictObject({
    allow: share.default(0).describe('Share of the requests that pass which get a line, 0 to 1.'),
    refuse: share.default(1).describe('Share of the refusals and errors which get a line, 0 to 1.'),
    fields: z
      .array(claimPath)
      .default([])
      .describe('Claims of verified tokens that a line has, each a path.'),
    mask: z
      .array(z.enum(MASKABLE_FIELDS))
      .default([])
      .describe('Fields whose values are written as `***`.'),
    format: z
      .enum(['plain', 'ecs', 'ocsf'])
      .default('plain')
      .describe('Form of the lines about decisions: our own, Elastic Common Schema, or OCSF.'),
    burst: lines.default(50).describe('Lines about a pipeline at once; more are counted.'),
    perSecond: lines.default(10).describe('Lines about a pipeline a second, after that.'),
  })
  .prefault({})
  .describe('The decision log.');

export const log = z
  .strictObject({
    level: z
      .enum(['debug', 'info', 'warn', 'error', 'silent'])
      .default('info')
      .describe('At debug every decision has a line.'),
    decisions,
  })
  .prefault({});

/** What of the decisions is logged, and how. */
export type DecisionLogConfig = z.output<typeof decisions>;
