import type { Finding } from '../config/explain-issue.ts';
import type { Config, PipelineConfig } from '../config/shape.ts';
import type { Pipeline } from '../policy/pipeline.ts';
import type { Policy } from '../policy/policy.ts';
import type { RequestRule, RequestRules } from '../policy/request-rule.ts';
import { asksAtLeast } from '../policy/strictness.ts';
import { neighboursOf, withoutSlash, written } from './path-neighbours.ts';

/**
 * Exact paths of rules with weaker neighbours, as `shadowedPathWarnings` has them of `match`: a slash behind `/admin`, or what is
 * below it, falls under a later rule that asks for less.
 */
export function shadowedRuleWarnings(config: Config, policy: Policy): readonly Finding[] {
  return config.pipelines.flatMap((own, index) => {
    const pipeline = policy.pipelines.get(own.name);
    if (pipeline === undefined || pipeline.rules === null) return [];
    const all = pipeline.rules;
    return (own.rules ?? []).flatMap(({ paths = [] }, at) =>
      paths.flatMap((path, place): readonly Finding[] => {
        const weak = weakNeighbours(path, at, own, pipeline, all);
        if (weak.length === 0) return [];
        return [{ path: ['pipelines', index, 'rules', at, 'paths', place], ...said(path, weak) }];
      }),
    );
  });
}

/** A neighbour, and the rule that it falls under; null for `otherRequests`. */
interface Weak {
  readonly neighbour: string;
  readonly rule: RequestRule | null;
}

function weakNeighbours(
  path: string,
  at: number,
  { rules: writtenRules = [] }: PipelineConfig,
  pipeline: Pipeline,
  all: RequestRules,
): readonly Weak[] {
  if (path === '/' || path.endsWith('/**')) return [];
  const meant = writtenRules.flatMap(({ paths = [] }) => paths);
  return neighboursOf(path).flatMap((neighbour): readonly Weak[] => {
    if (meant.some((one) => one === neighbour || one.startsWith(`${withoutSlash(path)}/`)))
      return [];
    const weaker = methodsOf(all)
      .filter((method) => judgeOf(all, path, method)?.index === at)
      .map((method) => judgeOf(all, neighbour, method))
      .find((judge) => isWeaker(pipeline, all, judge, at));
    return weaker === undefined ? [] : [{ neighbour, rule: weaker }];
  });
}

/** The empty name stands for all methods that nobody names. */
function methodsOf({ rules }: RequestRules): readonly string[] {
  return ['', ...new Set(rules.flatMap(({ methods }) => [...(methods ?? [])]))];
}

function judgeOf({ rules }: RequestRules, path: string, method: string): RequestRule | null {
  const found = rules.find(
    ({ methods, paths }) =>
      (methods === null || methods.has(method)) &&
      (paths === null || paths.find(written(path)) === true),
  );
  return found ?? null;
}

/** What a rule adds holds beside what the pipeline requires, so only that is compared. */
function isWeaker(
  pipeline: Pipeline,
  { rules, otherRequests }: RequestRules,
  judge: RequestRule | null,
  at: number,
): boolean {
  const rule = rules[at];
  if (rule === undefined || judge === rule) return false;
  if (judge === null) return otherRequests === 'allow-with-base' && !rule.addsNothing;
  const under = ({ require }: RequestRule): Pipeline => ({ ...pipeline, require, rules: null });
  return !rule.addsNothing && !asksAtLeast(under(judge), under(rule));
}

function said(path: string, weak: readonly Weak[]): Pick<Finding, 'message' | 'hint'> {
  const neighbours = weak.map(({ neighbour }) =>
    neighbour.endsWith('/*') ? 'what is below it' : `'${neighbour}'`,
  );
  const rules = weak.map(({ rule }) => (rule === null ? 'otherRequests' : `rules[${rule.index}]`));
  return {
    message: `'${path}' is one path: ${neighbours.join(' and ')} falls under ${[...new Set(rules)].join(' and ')}, which lets pass whom this rule refuses`,
    hint: `'${withoutSlash(path)}/**' covers them all`,
  };
}
