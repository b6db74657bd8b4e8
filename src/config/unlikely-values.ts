import { looksLikeRegex } from '../policy/path-pattern-fault.ts';
import type { Finding } from './explain-issue.ts';
import { flowText, quoted } from './found-value.ts';
import { placeholderHint, placeholderIn } from './placeholders.ts';
import type { Config } from './shape.ts';
import { claimPathOf } from './what-to-write.ts';

/** Values that are allowed, since some issuer or API may have them, and that seldom mean what was wished. */
export function unlikelyValues(config: Config): readonly Finding[] {
  return [
    ...placeholders(config, []),
    ...config.issuers.flatMap(({ audiences }, index) =>
      unlikelyAudiences(audiences, ['issuers', index, 'audiences']),
    ),
    ...config.pipelines.flatMap((pipeline, index) => unlikelyIn(pipeline, ['pipelines', index])),
  ];
}

type Path = readonly PropertyKey[];
type PipelineConfig = Config['pipelines'][number];

/** Texts in which a placeholder was left, names of headers and the like too. */
function placeholders(value: unknown, path: Path): readonly Finding[] {
  if (typeof value === 'string') {
    const found = placeholderIn(value);
    const message = `${quoted(value)} is taken as it is`;
    return found === null ? [] : [{ path, message, hint: placeholderHint(found) }];
  }
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) =>
    placeholders(inner, [...path, Array.isArray(value) ? Number(name) : name]),
  );
}

/** Words for all methods that other gateways have. */
function unlikelyMethod(method: string, path: Path): readonly Finding[] {
  if (method !== 'ANY' && method !== 'ALL') return [];
  const hint = 'leave methods out: that is all of them';
  return [{ path, message: `'${method}' is a method of that name`, hint }];
}

function unlikelyIn({ require, match, forward }: PipelineConfig, at: Path): readonly Finding[] {
  const required =
    require === 'none'
      ? []
      : [
          ...unlikelyAudiences(require.audiences, [...at, 'require', 'audiences']),
          ...(require.claims ?? []).flatMap(({ path }, index) =>
            dottedClaim(
              path,
              [...at, 'require', 'claims', index, 'path'],
              (names) => `path: ${flowText(names)}`,
            ),
          ),
        ];
  return [
    ...required,
    ...quotedBooleans(require, at),
    ...match.flatMap(({ paths, methods }, index) => [
      ...paths.flatMap((path, place) =>
        unlikelyPath(path, [...at, 'match', index, 'paths', place]),
      ),
      ...(methods ?? []).flatMap((method, place) =>
        unlikelyMethod(method, [...at, 'match', index, 'methods', place]),
      ),
    ]),
    ...Object.entries(forward.headers).flatMap(([header, from]) => {
      if (typeof from !== 'string' && !('claim' in from)) return [];
      const as = typeof from === 'string' || from.as === 'text' ? {} : { as: from.as };
      const claim = typeof from === 'string' ? [from] : from.claim;
      return dottedClaim(
        claim,
        [...at, 'forward', 'headers', header],
        (names) => `${header}: ${flowText({ claim: names, ...as })}`,
      );
    }),
  ];
}

/** `email_verified` is true in most tokens, and 'true' in few. */
function quotedBooleans(require: PipelineConfig['require'], at: Path): readonly Finding[] {
  if (require === 'none') return [];
  return (require.claims ?? []).flatMap((rule, index) =>
    (rule.in ?? []).flatMap((value, place) =>
      value === 'true' || value === 'false'
        ? [
            {
              path: [...at, 'require', 'claims', index, 'in', place],
              message: `'${value}' in quotes is a text, and the claim ${value} is none`,
              hint: `write ${value}, unless the issuer does write it as a text`,
            },
          ]
        : [],
    ),
  );
}

/** Dots are part of a claim's name here (`https://example.com/tenant` is one), as in no other product's settings. */
function dottedClaim(
  claim: readonly string[],
  path: Path,
  written: (names: readonly string[]) => string,
): readonly Finding[] {
  const [name = '', ...more] = claim;
  if (more.length > 0 || !/^\$?\.?[\w-]+(?:\.[\w-]+)+$/.test(name) || isDomain(name)) return [];
  const names = claimPathOf(name.replace(/^\$\.?/, ''));
  return [
    {
      path,
      message: `'${name}' is one claim with a dot in its name`,
      hint: `for '${names.at(-1)}' in '${names.slice(0, -1).join('.')}' write ${written(names)}`,
    },
  ];
}

/** Collision-resistant names (RFC 7519 section 4.2) are domains: `com.example.tenant`, `example.com`. */
function isDomain(name: string): boolean {
  return /^(?:com|org|net|io|dev|eu)\.|\.(?:com|org|net|io|dev)$/.test(name);
}

function unlikelyAudiences(
  audiences: readonly string[] | 'any' | undefined,
  at: Path,
): readonly Finding[] {
  if (audiences === undefined || audiences === 'any') return [];
  return audiences.flatMap((audience, index) => {
    const path = [...at, index];
    if (/^(?:any|all|\*)$/i.test(audience)) {
      const message = `'${audience}' in a list is an audience of that name`;
      return [{ path, message, hint: 'audiences: any, without brackets, accepts every one' }];
    }
    if (/\s|,/.test(audience) && placeholderIn(audience) === null) {
      const words = audience.split(/[\s,]+/).filter((word) => word !== '');
      return [
        {
          path,
          message: `${quoted(audience)} is one audience with a space or comma in it`,
          hint: `write ${flowText(words)}`,
        },
      ];
    }
    return audience.includes('*')
      ? [
          {
            path,
            message: `'${audience}' is compared as it is: '*' stands for nothing here`,
            hint: 'name each audience',
          },
        ]
      : [];
  });
}

/** Segments that stand for any text elsewhere: Express, OpenAPI, Spring. */
const PARAMETER = /^(?::[A-Za-z_]\w*|\{[^{}]+\}|<[^<>]+>|\[[^[\]]+\])$/;

function unlikelyPath(pattern: string, path: Path): readonly Finding[] {
  const segments = pattern.split('/');
  const parameter = segments.find((segment) => PARAMETER.test(segment));
  if (parameter !== undefined) {
    const right = segments.map((segment) => (PARAMETER.test(segment) ? '*' : segment)).join('/');
    const message = `'${parameter}' in '${pattern}' is taken as it is`;
    return [{ path, message, hint: `'*' stands for one segment: write '${right}'` }];
  }
  return looksLikeRegex(pattern)
    ? [
        {
          path,
          message: `'${pattern}' is taken as it is: regular expressions are not`,
          hint: "'*' stands for one segment, '**' at the end for the rest",
        },
      ]
    : [];
}
