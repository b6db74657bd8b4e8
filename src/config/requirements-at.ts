import type { PipelineConfig } from './shape.ts';
import type { TokenRequirementConfig } from './shape-require.ts';

export type Path = readonly PropertyKey[];

/** A requirement of a pipeline, and whether a consumer is certain where it is judged. */
export interface Asked {
  readonly path: Path;
  readonly require: TokenRequirementConfig;
  readonly hasConsumer: boolean;
}

/** Every requirement of a pipeline with its place: its own, those of its rules, and the alternatives of these. */
export function askedBy({ require, rules = [] }: PipelineConfig, at: Path): readonly Asked[] {
  if (require === 'none') return [];
  const always = require.consumer === true;
  return [
    ...asked(require, [...at, 'require'], always),
    ...rules.flatMap((rule, index) =>
      asked(rule.require, [...at, 'rules', index, 'require'], always),
    ),
  ];
}

/** A requirement and its alternatives. */
function asked(
  require: TokenRequirementConfig & {
    readonly anyOf?: readonly TokenRequirementConfig[] | undefined;
  },
  path: Path,
  always: boolean,
): readonly Asked[] {
  const beside = always || require.consumer === true;
  return [
    { path, require, hasConsumer: beside },
    ...(require.anyOf ?? []).map((one, index) => ({
      path: [...path, 'anyOf', index],
      require: one,
      hasConsumer: beside || one.consumer === true,
    })),
  ];
}
