import { requiresAtLeast } from '../policy/strictness.ts';
import { acceptedIssuers, namedByAlternatives } from './accepted-issuers.ts';
import { compileRequirement, issuersOf } from './compile-requirement.ts';
import type { Finding } from './explain-issue.ts';
import type { Config, IssuerConfig, PipelineConfig, RequireConfig } from './shape.ts';
import type { TokenRequirementConfig } from './shape-require.ts';

/** Names a setting of the pipeline that is looked at. */
export type At = (...path: PropertyKey[]) => readonly PropertyKey[];

/** What is wrong with what a pipeline requires, beside the rest of the configuration. */
export function checkRequirement(
  { require }: PipelineConfig,
  config: Config,
  at: At,
): readonly Finding[] {
  if (require === 'none') return [];
  const names = config.issuers.map(({ name }) => name);
  if (names.length === 0)
    return [{ path: at('require'), message: 'needs a token, and there is no issuer' }];
  const isNamed = require.issuers !== undefined || namedByAlternatives(require) !== null;
  if (!isNamed && names.length > 1) {
    return [
      {
        path: at('require', 'issuers'),
        message: 'is mandatory where there are several issuers',
        hint: names.join(', '),
      },
    ];
  }
  const inside: At = (...path) => at('require', ...path);
  const wrong = checkIssuers(require, config, inside);
  if (wrong.length > 0) return wrong;
  const accepted = acceptedIssuers(require, config);
  return [
    ...unnamedAudiences(require, accepted, inside),
    ...checkAlternatives(require, accepted, inside),
  ];
}

/** Names of issuers that nobody has, here and in alternatives. */
export function checkIssuers(require: RequireConfig, config: Config, at: At): readonly Finding[] {
  const names = config.issuers.map(({ name }) => name);
  const unknown = ({ issuers = [] }: TokenRequirementConfig, inside: At): readonly Finding[] =>
    issuers.flatMap((name, index) =>
      names.includes(name)
        ? []
        : [
            {
              path: inside('issuers', index),
              message: `no issuer is called '${name}'`,
              hint: config.issuers.some(({ issuer }) => issuer === name)
                ? `issuers are named here by their name, not by their iss: ${names.join(', ')}`
                : `there is ${names.join(', ')}`,
            },
          ],
    );
  return [
    ...unknown(require, at),
    ...(require.anyOf ?? []).flatMap((one, index) =>
      unknown(one, (...path) => at('anyOf', index, ...path)),
    ),
  ];
}

/** Issuers whose tokens would need no audience, since nobody names one. */
function unnamedAudiences(
  require: RequireConfig,
  accepted: readonly IssuerConfig[],
  at: At,
): readonly Finding[] {
  if (require.audiences !== undefined) return [];
  const missing = (of: readonly IssuerConfig[], inside: At): readonly Finding[] =>
    of
      .filter(({ audiences }) => audiences === undefined)
      .map(({ name }) => ({
        path: inside('audiences'),
        message: `neither the pipeline nor issuer '${name}' names an audience`,
        hint: 'the identifier of this API; `any` accepts every one',
      }));
  if (require.anyOf === undefined) return missing(accepted, at);
  return require.anyOf.flatMap((one, index) =>
    one.audiences === undefined
      ? missing(issuersOf(one, accepted), (...path) => at('anyOf', index, ...path))
      : [],
  );
}

/** Alternatives that no token satisfies, or that change nothing since an earlier one is satisfied already. */
export function checkAlternatives(
  require: RequireConfig,
  accepted: readonly IssuerConfig[],
  at: At,
): readonly Finding[] {
  const alternatives = require.anyOf ?? [];
  const { anyOf: compiled } = compileRequirement(require, accepted);
  return alternatives.flatMap((one, index): readonly Finding[] => {
    const path = at('anyOf', index);
    const impossible = neverMet(one, require, accepted);
    if (impossible !== null) return [{ path, message: `can never hold: ${impossible}` }];
    const own = compiled[index];
    const earlier = compiled
      .slice(0, index)
      .findIndex((before) => own !== undefined && requiresAtLeast(own, before));
    return earlier === -1
      ? []
      : [
          {
            path,
            message: `is hidden by anyOf[${earlier}]: whoever satisfies this one satisfies that`,
            hint: 'take it out, or ask for less here',
          },
        ];
  });
}

function neverMet(
  { issuers, clients }: TokenRequirementConfig,
  base: RequireConfig,
  accepted: readonly IssuerConfig[],
): string | null {
  const names = accepted.map(({ name }) => name);
  if (issuers !== undefined && !issuers.some((name) => names.includes(name)))
    return `require.issuers beside it accepts ${names.join(', ')} only`;
  if (clients !== undefined && base.clients?.some((name) => clients.includes(name)) === false)
    return `require.clients beside it accepts ${base.clients.join(', ')} only`;
  return null;
}
