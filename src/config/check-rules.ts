import { covers, overlaps } from '../policy/path-pattern.ts';
import { lowerCase } from '../policy/path-table.ts';
import { acceptedIssuers } from './accepted-issuers.ts';
import { type At, checkAlternatives, checkIssuers } from './check-requirement.ts';
import { issuersOf } from './compile-requirement.ts';
import type { Finding } from './explain-issue.ts';
import type { Config, PipelineConfig } from './shape.ts';

type RuleConfig = NonNullable<PipelineConfig['rules']>[number];

const EVERY_PATH = ['/**'];

/** What is wrong with the rules of a pipeline: those that never count, and what they ask for. */
export function checkRules(written: PipelineConfig, config: Config, at: At): readonly Finding[] {
  const pipeline = config.caseSensitivePaths ? written : inLowerCase(written);
  const { rules, require, otherRequests } = pipeline;
  if (rules === undefined) {
    if (otherRequests === undefined) return [];
    return [{ path: at('otherRequests'), message: 'is for rules, and there are none' }];
  }
  if (require === 'none')
    return [
      { path: at('rules'), message: 'require: none verifies no token, so no rule can ask for one' },
    ];
  return rules.flatMap((rule, index): readonly Finding[] => {
    const path = at('rules', index);
    const inside: At = (...more) => at('rules', index, 'require', ...more);
    const never = neverFits(rule, pipeline);
    if (never !== null) return [{ path, message: `can never fit: ${never}` }];
    const earlier = rules.slice(0, index).findIndex((before) => hides(before, rule));
    if (earlier !== -1) {
      const message = `is hidden by rules[${earlier}]: the first that fits counts`;
      return [{ path, message, hint: 'put the narrower rule first' }];
    }
    const added = { ...rule.require, optional: false };
    const wrong = checkIssuers(added, config, inside);
    if (wrong.length > 0) return wrong;
    const accepted = acceptedIssuers(require, config);
    if (issuersOf(added, accepted).length === 0) {
      const names = accepted.map(({ name }) => name).join(', ');
      return [
        { path: inside('issuers'), message: `can never hold: the pipeline accepts ${names} only` },
      ];
    }
    return checkAlternatives(added, issuersOf(added, accepted), inside);
  });
}

/** A pipeline as it is compiled where letters in paths have no case. */
function inLowerCase(pipeline: PipelineConfig): PipelineConfig {
  const rules = pipeline.rules?.map(({ paths, ...rule }) =>
    paths === undefined ? rule : { ...rule, paths: paths.map(lowerCase) },
  );
  const match = pipeline.match.map((one) => ({ ...one, paths: one.paths.map(lowerCase) }));
  return { ...pipeline, match, ...(rules === undefined ? {} : { rules }) };
}

function hides(before: RuleConfig, rule: RuleConfig): boolean {
  const methods = before.methods;
  const hasMethods =
    methods === undefined || (rule.methods?.every((name) => methods.includes(name)) ?? false);
  const { paths = EVERY_PATH } = before;
  return (
    hasMethods &&
    (rule.paths ?? EVERY_PATH).every((narrow) => paths.some((wide) => covers(wide, narrow)))
  );
}

/** A pipeline that is found by `match` alone judges nothing else; one that may be named judges any path. */
function neverFits(rule: RuleConfig, { match, selectableBy, name }: PipelineConfig): string | null {
  const isNamed = selectableBy !== undefined || match.length === 0;
  if (isNamed) return null;
  const fits = match.some(
    ({ paths, methods }) =>
      (rule.methods === undefined ||
        methods === undefined ||
        rule.methods.some((method) => methods.includes(method))) &&
      (rule.paths ?? EVERY_PATH).some((one) => paths.some((other) => overlaps(one, other))),
  );
  return fits ? null : `no method and path of it is one that 'match' of pipeline '${name}' covers`;
}
