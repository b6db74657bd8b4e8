import { closest } from '../base/closest.ts';
import type { Problem } from '../base/problem.ts';
import { CONSUMER_ID } from '../policy/consumer.ts';
import { acceptedIssuers } from './accepted-issuers.ts';
import { conditionOf } from './compile-requirement.ts';
import type { ConsumerList } from './consumer-files.ts';
import type { Finding } from './explain-issue.ts';
import { askedBy, type Path } from './requirements-at.ts';
import type { Config, PipelineConfig } from './shape.ts';

/** A setting that reads an attribute of the consumer, or its id. */
interface Read {
  readonly path: Path;
  readonly attribute: string;
  readonly hasConsumer: boolean;
}

/** What is wrong with who asks for consumers, whatever their list says. */
export function checkConsumers(config: Config): readonly Finding[] {
  return config.pipelines.flatMap((pipeline, index) => {
    const asked = askedBy(pipeline, ['pipelines', index]);
    const unlisted = asked.flatMap(({ path, require }) =>
      require.consumer === undefined || config.consumers !== undefined
        ? []
        : [
            {
              path: [...path, 'consumer'],
              message: 'needs a list of consumers, and there is none',
              hint: 'consumers: { file: … }',
            },
          ],
    );
    const unasked = readsOf(pipeline, ['pipelines', index]).flatMap(({ path, hasConsumer }) =>
      hasConsumer
        ? []
        : [
            {
              path,
              message: 'reads the consumer, which is certain only where one is required',
              hint: 'require: { consumer: true } in the pipeline',
            },
          ],
    );
    return [...unlisted, ...unasked];
  });
}

/** Attributes that no consumer has. An empty list has none, and refuses everybody. */
export function unknownAttributes(
  { pipelines }: Config,
  { attributes, consumers }: ConsumerList,
): readonly Finding[] {
  if (consumers.size === 0) return [];
  return pipelines.flatMap((pipeline, index) =>
    readsOf(pipeline, ['pipelines', index]).flatMap(({ path, attribute }) => {
      if (attribute === CONSUMER_ID || attributes.has(attribute)) return [];
      const names = [CONSUMER_ID, ...attributes];
      const near = closest(attribute, names);
      const hint = near === null ? `there is ${names.join(', ')}` : `did you mean '${near}'?`;
      return [{ path, message: `no consumer has an attribute '${attribute}'`, hint }];
    }),
  );
}

/** Pipelines that entries of the list name and nobody has. */
export function unknownPipelines(
  { pipelines }: Config,
  { pipelines: named }: ConsumerList,
): readonly Problem[] {
  const names = pipelines.map(({ name }) => name);
  return [...named].flatMap(([name, path]) => {
    if (names.includes(name)) return [];
    const hint = { hint: `there is ${names.join(', ') || 'none'}` };
    return [{ path, message: `no pipeline is called '${name}'`, ...hint }];
  });
}

/** A list that nobody asks, and one that several issuers name the subjects of. */
export function consumerWarnings(config: Config): readonly Finding[] {
  if (config.consumers === undefined) return [];
  const asking = config.pipelines.map((pipeline, index) => ({
    pipeline,
    index,
    asks: askedBy(pipeline, []).some(({ require }) => require.consumer === true),
  }));
  if (!asking.some(({ asks }) => asks)) {
    const message = 'decides nothing: no pipeline has require.consumer: true';
    return [{ path: ['consumers'], message }];
  }
  return asking.flatMap(({ pipeline: { require }, index, asks }) => {
    const issuers = acceptedIssuers(require, config).map(({ name }) => `'${name}'`);
    if (!asks || issuers.length < 2) return [];
    return [
      {
        path: ['pipelines', index, 'require'],
        message: `a consumer is found by sub alone, so that one sub of ${issuers.join(' and ')} is one consumer`,
        hint: 'a pipeline for each issuer, and consumers that list the one that is theirs',
      },
    ];
  });
}

function readsOf(pipeline: PipelineConfig, at: Path): readonly Read[] {
  const { require, forward } = pipeline;
  if (require === 'none') return [];
  const headers = Object.entries(forward.headers).flatMap(([header, from]) =>
    typeof from !== 'string' && 'consumer' in from
      ? [
          {
            path: [...at, 'forward', 'headers', header],
            attribute: from.consumer,
            hasConsumer: require.consumer === true,
          },
        ]
      : [],
  );
  const conditions = askedBy(pipeline, at).flatMap(({ path, require: { when }, hasConsumer }) =>
    when === undefined
      ? []
      : conditionOf(when).attributes.map((attribute) => ({
          path: [...path, 'when'],
          attribute,
          hasConsumer,
        })),
  );
  return [...headers, ...conditions];
}
