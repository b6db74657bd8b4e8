/** A value of an attribute: what a header can carry, so that none is refused when it is forwarded. */
export type AttributeValue = string | number | boolean | readonly string[];

/** What is known of a consumer. Those that are alike share one: the list has their ids. */
export interface Consumer {
  readonly active: boolean;
  /** The pipelines that it may use, by name. */
  readonly pipelines: ReadonlySet<string> | 'any';
  readonly attributes: Readonly<Record<string, AttributeValue>>;
}

/** Consumers by their id, which is the `sub` of their tokens. */
export type Consumers = ReadonlyMap<string, Consumer>;

/** The name by which headers and conditions read the id itself; no attribute is called so. */
export const CONSUMER_ID = 'id';

export type ConsumerRefusal = 'consumer_unknown' | 'consumer_inactive';

/**
 * Why a consumer may not use a pipeline, or null. One that may not use this pipeline is as unknown to it as one that is not in
 * the list: whoever asks is not told whether other pipelines know it.
 */
export function consumerRefusal(
  consumer: Consumer | null,
  pipeline: string,
): ConsumerRefusal | null {
  if (consumer === null) return 'consumer_unknown';
  const { pipelines, active } = consumer;
  if (pipelines !== 'any' && !pipelines.has(pipeline)) return 'consumer_unknown';
  return active ? null : 'consumer_inactive';
}
