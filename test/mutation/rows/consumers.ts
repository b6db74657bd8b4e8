import { type Mutation, row } from '../mutation.ts';

const inConsumer = row.bind(null, 'policy/consumer.ts');
const inPart = row.bind(null, 'check/consumer.ts');

const UNKNOWN = 'a subject that is no consumer is refused';

/** Which subjects are consumers, and what is told of them: `policy/consumer.ts`, `check/consumer.ts`. */
export const CONSUMERS: readonly Mutation[] = [
  inConsumer(
    'a consumer is known',
    "if (consumer === null) return 'consumer_unknown';",
    'if (consumer === null) return null;',
    UNKNOWN,
  ),
  inConsumer(
    'a consumer may use the pipeline',
    "if (pipelines !== 'any' && !pipelines.has(pipeline)) return 'consumer_unknown';",
    '',
    'a consumer of other pipelines is unknown to this one',
  ),
  inConsumer(
    'a consumer is active',
    "return active ? null : 'consumer_inactive';",
    'return null;',
    'an inactive consumer is refused',
  ),
  inPart(
    'a consumer is asked for where the requirement says so',
    'if (pipeline === null) return null;',
    'return null;',
    UNKNOWN,
  ),
  inPart(
    'a refusal of a consumer is one',
    "return reason === null ? null : { reason, detail, step: 'consumer' };",
    'return null;',
    'a rule may ask for a consumer',
  ),
  inPart(
    'an attribute is the consumer’s own',
    'Object.hasOwn(consumer.attributes, attribute) ? (consumer.attributes[attribute] ?? null) : null;',
    "consumer.attributes[attribute] ?? 'none';",
    'an attribute that a consumer lacks sets no header, and the one of the client is removed',
  ),
  inPart(
    'a condition reads the attributes of this consumer',
    '{ ...consumer.attributes, [CONSUMER_ID]: subject }',
    "{ plan: 'gold', roles: ['ops'], ...consumer.attributes, [CONSUMER_ID]: subject }",
    'a condition that reads an attribute that the consumer lacks is refused',
  ),
  row(
    'check/authorize.ts',
    'a token without a subject is no consumer’s, and another may have one',
    "(consumerOf !== null && subject === null ? ['sub'] : null)",
    'null',
    'a token without a subject can be no consumer’s',
  ),
  row(
    'check/identity.ts',
    'a consumer that may not come here is told to nobody',
    'consumerRefusal(consumer, name) === null ? consumer : null;',
    'consumer;',
    'a shadow pass of an inactive consumer carries none of its attributes',
  ),
];
