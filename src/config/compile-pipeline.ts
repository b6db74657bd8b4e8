import { removalsOf } from '../policy/header-removals.ts';
import { PathTable } from '../policy/path-table.ts';
import type { ClaimPath, ForwardRule, Pipeline } from '../policy/pipeline.ts';
import type { RequestRules } from '../policy/request-rule.ts';
import { CLIENT_CLAIMS } from '../policy/requirement.ts';
import type { TokenPlace } from '../policy/token-place.ts';
import { acceptedIssuers } from './accepted-issuers.ts';
import { compileRefusal } from './compile-refusal.ts';
import {
  compileAddition,
  compileRequirement,
  conditionOf,
  type PathCase,
} from './compile-requirement.ts';
import { compileResource } from './compile-resource.ts';
import { tokenPlaceOf } from './compile-token-place.ts';
import type { Templates } from './refusal-files.ts';
import type { Config, PipelineConfig } from './shape.ts';
import type { TokenRequirementConfig } from './shape-require.ts';

/** Compiles one pipeline whose settings were cross-checked. */
export function compilePipeline(
  pipeline: PipelineConfig,
  config: Config,
  identityHeaders: readonly string[],
  templates: Templates,
): Pipeline {
  const tokenFrom = placesOf(pipeline);
  const strips = pipeline.forward.token === 'strip';
  return {
    name: pipeline.name,
    require:
      pipeline.require === 'none'
        ? null
        : compileRequirement(pipeline.require, acceptedIssuers(pipeline.require, config), {
            pipeline: pipeline.name,
            paths: pathCaseOf(config),
          }),
    rules: compileRules(pipeline, config),
    preflight: pipeline.preflight,
    forward: Object.entries(pipeline.forward.headers).map(([name, from]) =>
      compileHeader(name, from),
    ),
    readsConsumers: asksForConsumer(pipeline),
    removes: removalsOf(
      { identityHeaders, tokenFrom, conditions: conditionHeadersOf(pipeline) },
      pipeline.forward,
    ),
    tokenFrom,
    stripsFrom: strips ? (tokenFrom ?? []).filter((place) => place.in !== 'header') : [],
    resource: compileResource(pipeline, config),
    refusal: compileRefusal(pipeline, templates),
    mode: pipeline.mode,
    selectableByContext: pipeline.selectableBy?.context ?? false,
    selectableByNamespaces: namespacesOf(pipeline),
    routeMay: new Set(pipeline.routeMay),
    extraClaims: [],
  };
}

type HeaderConfig = PipelineConfig['forward']['headers'][string];

function compileHeader(name: string, from: HeaderConfig): ForwardRule {
  if (typeof from === 'string') return { from: 'claim', name, path: [from], as: 'text' };
  if ('claim' in from) return { from: 'claim', name, path: from.claim as ClaimPath, as: from.as };
  return 'consumer' in from
    ? { from: 'consumer', name, attribute: from.consumer }
    : { from: 'payload', name };
}

function asksForConsumer(pipeline: PipelineConfig): boolean {
  return requirementsOf(pipeline).some(({ consumer }) => consumer !== undefined);
}

/** Null where it is what every check reads. */
function placesOf({ tokenFrom }: PipelineConfig): readonly TokenPlace[] | null {
  return tokenFrom?.map(tokenPlaceOf) ?? null;
}

function namespacesOf({ selectableBy }: PipelineConfig): Pipeline['selectableByNamespaces'] {
  const namespaces = selectableBy?.namespaces ?? [];
  return namespaces === '*' ? 'any' : new Set(namespaces);
}

function compileRules(
  { name, require, rules, otherRequests = 'refuse' }: PipelineConfig,
  config: Config,
): RequestRules | null {
  if (rules === undefined || require === 'none') return null;
  const issuers = acceptedIssuers(require, config);
  const pathCase = pathCaseOf(config);
  const tableOf = (paths: readonly string[]): PathTable<true> =>
    new PathTable(
      paths.map((path) => [path, true]),
      pathCase,
    );
  return {
    otherRequests,
    rules: rules.map(({ methods, paths, require: added }, index) => ({
      index,
      methods: methods === undefined ? null : new Set(methods),
      paths: paths === undefined ? null : tableOf(paths),
      require: compileAddition({ ...added, optional: false }, issuers, {
        pipeline: name,
        paths: pathCase,
      }),
      addsNothing: Object.keys(added).length === 0,
    })),
  };
}

function pathCaseOf({ caseSensitivePaths }: Config): PathCase {
  return { ignoreCase: !caseSensitivePaths };
}

/** All requirements of a pipeline: its own, those of its rules, and every alternative of these. */
export function requirementsOf({
  require,
  rules = [],
}: PipelineConfig): readonly TokenRequirementConfig[] {
  const own = require === 'none' ? [] : [require];
  return [...own, ...rules.map((rule) => rule.require)].flatMap((one) => [
    one,
    ...(one.anyOf ?? []),
  ]);
}

/** The headers that the conditions of a pipeline read. */
export function conditionHeadersOf(pipeline: PipelineConfig): readonly string[] {
  return requirementsOf(pipeline).flatMap(({ when }) =>
    when === undefined ? [] : conditionOf(when).headers,
  );
}

function claimNamesIn(one: TokenRequirementConfig): readonly string[] {
  return [
    ...(one.claims ?? []).map(({ path }) => path[0]),
    ...(one.clients === undefined ? [] : CLIENT_CLAIMS),
    ...(one.when === undefined ? [] : conditionOf(one.when).claims),
    ...(one.authentication === undefined ? [] : ['auth_time', 'acr']),
  ];
}

function claimNameOf(from: HeaderConfig): readonly string[] {
  if (typeof from === 'string') return [from];
  return 'claim' in from ? [from.claim[0]] : [];
}

/** The top-level claims that some pipeline reads. */
export function claimNamesOf(config: Config): ReadonlySet<string> {
  return new Set(
    config.pipelines.flatMap((pipeline) => [
      ...requirementsOf(pipeline).flatMap(claimNamesIn),
      ...Object.values(pipeline.forward.headers).flatMap(claimNameOf),
    ]),
  );
}
