import { shown } from '../base/shown.ts';
import type { Principal } from '../decision/principal.ts';
import {
  type AttributeValue,
  CONSUMER_ID,
  type Consumer,
  type Consumers,
  consumerRefusal,
} from '../policy/consumer.ts';
import type { Pipeline } from '../policy/pipeline.ts';
import type { TokenRequirement } from '../policy/requirement.ts';
import type { Request } from '../request/request.ts';
import type { Shortfall } from './authorize.ts';
import type { Trace } from './trace.ts';

/** The consumer that a token's subject is; null where it is none, or where the pipeline does not ask. */
export function consumerOf(
  { readsConsumers }: Pipeline,
  consumers: Consumers,
  { subject }: Principal,
): Consumer | null {
  return readsConsumers && subject !== null ? (consumers.get(subject) ?? null) : null;
}

/** The part of a requirement that asks for a known and active consumer. */
export function refusedConsumer(
  { consumerOf: pipeline }: TokenRequirement,
  { subject }: Principal,
  _: number,
  trace: Trace | undefined,
  __: Request,
  consumer: Consumer | null,
): Shortfall | null {
  if (pipeline === null) return null;
  const detail = consumerShown(subject, consumer, pipeline);
  trace?.enter('consumer', detail);
  const reason = consumerRefusal(consumer, pipeline);
  return reason === null ? null : { reason, detail, step: 'consumer' };
}

function consumerShown(
  subject: string | null,
  consumer: Consumer | null,
  pipeline: string,
): string {
  const who = `sub is ${shown(subject)}`;
  if (consumer === null) return `${who}, and no consumer has this id`;
  const { active, pipelines, attributes } = consumer;
  const known = `${who}, ${active ? 'an active' : 'an inactive'} consumer`;
  const listed =
    pipelines === 'any' ? 'any pipeline' : `pipelines ${[...pipelines].join(' ') || 'none'}`;
  const may = pipelines === 'any' || pipelines.has(pipeline);
  const names = Object.keys(attributes).join(' ');
  return `${known} of ${listed}${may ? '' : `, not of ${pipeline}`}${names === '' ? '' : `; attributes ${names}`}`;
}

/** What a condition reads of a consumer: its id and its attributes, side by side. */
export function consumerFacts(
  { subject }: Principal,
  consumer: Consumer | null,
): Readonly<Record<string, unknown>> {
  return consumer === null ? {} : { ...consumer.attributes, [CONSUMER_ID]: subject };
}

/** The value of a header that is made of a consumer; null where it has none. */
export function consumerValue(
  attribute: string,
  { subject }: Principal,
  consumer: Consumer | null,
): AttributeValue | null {
  if (consumer === null) return null;
  if (attribute === CONSUMER_ID) return subject;
  return Object.hasOwn(consumer.attributes, attribute)
    ? (consumer.attributes[attribute] ?? null)
    : null;
}
