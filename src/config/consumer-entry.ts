import { z } from 'zod';
import { isHeaderValue } from '../check/identity.ts';
import { CONSUMER_ID } from '../policy/consumer.ts';
import { checked, name, nonEmpty } from './shape-values.ts';

/** One consumer of a list, as `consumers.file` has them. */

/** Longest text of an attribute, in characters: it becomes a header. */
const MAX_TEXT = 1_024;
const MAX_MEMBERS = 64;
const ATTRIBUTE_NAME = /^[A-Za-z][A-Za-z0-9_-]{0,63}$/;

function textFault(text: string): string | null {
  if (text === '') return 'must not be empty: leave the attribute out';
  if (text.length > MAX_TEXT) return `must have at most ${MAX_TEXT} characters`;
  return isHeaderValue(text)
    ? null
    : 'must be what a header carries: no control character, no space at an end';
}

const text = checked(textFault);
const member = checked((one) =>
  one.includes(',') ? 'must have no comma: in a header it would read as two' : textFault(one),
);
const number = z.number().refine((value) => Math.abs(value) <= Number.MAX_SAFE_INTEGER, {
  error: 'must be in quotes: a number so large would change',
});

const attributeName = checked((attribute) => {
  if (attribute === CONSUMER_ID) return `'${CONSUMER_ID}' stands for the id itself`;
  return ATTRIBUTE_NAME.test(attribute)
    ? null
    : `'${attribute.slice(0, 80)}' is not the name of an attribute: a letter, then letters, digits, - and _, at most 64`;
});

/** Mandatory is the id alone. */
export const CONSUMER_ENTRY = z.strictObject({
  id: nonEmpty.max(1_024).describe('The `sub` of its tokens.'),
  active: z.boolean().default(true),
  pipelines: z.array(name).optional().describe('Default: all.'),
  attributes: z
    .record(attributeName, z.union([text, number, z.boolean(), z.array(member).max(MAX_MEMBERS)]))
    .default({}),
});

export type ConsumerEntry = z.output<typeof CONSUMER_ENTRY>;
