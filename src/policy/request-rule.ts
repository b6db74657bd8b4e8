import type { DenyReason } from '../decision/reason.ts';
import type { Request } from '../request/request.ts';
import { otherReading } from './method.ts';
import { inEveryReading, pathFault } from './path.ts';
import type { PathTable } from './path-table.ts';
import type { Pipeline } from './pipeline.ts';
import type { Requirement } from './requirement.ts';

/** What requests of some methods and paths must satisfy beside what their pipeline requires. */
export interface RequestRule {
  /** Its place in the configuration, for `explain`. */
  readonly index: number;
  /** Null: every method. */
  readonly methods: ReadonlySet<string> | null;
  /** Null: every path. */
  readonly paths: PathTable<true> | null;
  readonly require: Requirement;
  /** Whether it asks for nothing: then a missing token passes where the pipeline lets it. */
  readonly addsNothing: boolean;
}

/** The rules of a pipeline. */
export interface RequestRules {
  /** In the order of the configuration: the first that fits counts. */
  readonly rules: readonly RequestRule[];
  /** What no rule fits. */
  readonly otherRequests: 'refuse' | 'allow-with-base';
}

export type RuleFound =
  /** Null: the pipeline alone says what is required. */
  | { readonly ok: true; readonly rule: RequestRule | null }
  | {
      readonly ok: false;
      readonly reason: DenyReason;
      readonly detail: string;
      /** Whether the request could not be read in one way: that is never shadowed. */
      readonly unclear: boolean;
    };

const DIFFERENT_RULES = 'readings of the path fall under different rules';

const NO_RULE: RuleFound = { ok: true, rule: null };

/**
 * The rule of a pipeline that a request falls under. Every reading of the path, and of the method, must lead to the same one, since
 * it cannot be known which of them the backend takes.
 */
export function findRule({ rules: all }: Pipeline, request: Request): RuleFound {
  if (all === null) return NO_RULE;
  const rule = ruleFor(all, request.path, request.method);
  if (rule === 'ambiguous')
    return unclear('path_ambiguous', pathFault(request.path, DIFFERENT_RULES));
  const other = otherReading(request.method);
  if (other !== null && ruleFor(all, request.path, other) !== rule)
    return unclear('method_refused', 'letter case of the method decides which rule covers it');
  if (rule !== null) return { ok: true, rule };
  if (all.otherRequests === 'allow-with-base') return NO_RULE;
  const detail = `none of ${all.rules.length} rules covers method ${JSON.stringify(request.method.slice(0, 64))} at this path, and otherRequests is refuse`;
  return { ok: false, reason: 'rule_missing', detail, unclear: false };
}

function unclear(reason: DenyReason, detail: string): RuleFound {
  return { ok: false, reason, detail, unclear: true };
}

function ruleFor(
  { rules }: RequestRules,
  target: string,
  method: string,
): RequestRule | null | 'ambiguous' {
  return inEveryReading(
    target,
    (path) =>
      rules.find(
        ({ methods, paths }) =>
          (methods === null || methods.has(method)) &&
          (paths === null || paths.find(path) === true),
      ) ?? null,
  );
}
