import { isLocalListener, isWideBlock } from '../base/peers.ts';
import { consumerWarnings } from '../config/check-consumers.ts';
import { conditionOf } from '../config/compile-requirement.ts';
import type { Finding } from '../config/explain-issue.ts';
import { askedBy } from '../config/requirements-at.ts';
import type { Config } from '../config/shape.ts';
import { unlikelyValues } from '../config/unlikely-values.ts';
import { unusualIssuers } from '../config/usual-issuers.ts';
import { parseHost } from '../policy/host.ts';
import type { Policy } from '../policy/policy.ts';
import { shadowedPathWarnings } from './shadowed-path-warning.ts';
import { shadowedRuleWarnings } from './shadowed-rule-warning.ts';

/** What is valid and probably a mistake. */
export function warningsOf(config: Config, policy: Policy): readonly Finding[] {
  return [
    ...widePeers(config),
    ...strippedByGateway(config),
    ...unusualIssuers(config),
    ...unlikelyValues(config),
    ...shadowedPathWarnings(config, policy),
    ...shadowedRuleWarnings(config, policy),
    ...strayResources(config, policy),
    ...openBeforeWatched(config),
    ...consumerWarnings(config),
    ...untoldOverHttp(config),
  ];
}

/** What a gateway over HTTP cannot be told: Watchword answers with headers, and a query is none. */
function strippedByGateway({ listen, pipelines }: Config): readonly Finding[] {
  if (listen.http === undefined) return [];
  return pipelines.flatMap(({ forward, tokenFrom = [] }, index) =>
    tokenFrom.flatMap(({ query }, at) =>
      query === undefined || forward.token === 'keep'
        ? []
        : [
            {
              path: ['pipelines', index, 'tokenFrom', at, 'query'],
              message: `forward.token: strip takes '${query}' out of the query over gRPC only; over HTTP the backend gets it`,
              hint: "let the gateway's own configuration remove it: docs/policy.md",
            },
          ],
    ),
  );
}

/** A resource that clients find and that another pipeline guards, or none. One that routes name has no place of its own. */
function strayResources({ pipelines }: Config, policy: Policy): readonly Finding[] {
  return pipelines.flatMap(({ name, resource, match }, index) => {
    if (resource === undefined || match.length === 0) return [];
    const { host, pathname } = new URL(resource.identifier);
    const rule = policy.matches.find(parseHost(host) ?? '')?.find(pathname) ?? null;
    const guards = rule === null ? [] : [...rule.byMethod.values(), rule.otherwise];
    return guards.some((pipeline) => pipeline?.name === name)
      ? []
      : [
          {
            path: ['pipelines', index, 'resource', 'identifier'],
            message: `'match' of pipeline '${name}' does not cover ${host}${pathname}: whoever asks there is judged by another pipeline or none`,
          },
        ];
  });
}

/** A condition that reads what no gateway tells over HTTP refuses every request that comes so. */
function untoldOverHttp({ listen, pipelines }: Config): readonly Finding[] {
  if (listen.http === undefined) return [];
  return pipelines.flatMap((pipeline, index) =>
    askedBy(pipeline, ['pipelines', index]).flatMap(({ path, require: { when } }) =>
      when === undefined || !conditionOf(when).readsSource
        ? []
        : [
            {
              path: [...path, 'when'],
              message:
                'reads request.source, which gateways that ask over HTTP do not tell: it refuses every request of theirs',
              hint: 'let the gateway judge addresses and certificates, or ask over gRPC',
            },
          ],
    ),
  );
}

/** A mesh of gateways may need it, where a NetworkPolicy says who reaches the port. */
function widePeers({ listen, http }: Config): readonly Finding[] {
  if (listen.http === undefined || isLocalListener(listen.http)) return [];
  return (http.trustedPeers ?? []).flatMap((block, index) =>
    isWideBlock(block)
      ? [
          {
            path: ['http', 'trustedPeers', index],
            message: `'${block}' is wider than any private network: whoever reaches ${listen.http} is heard as a gateway, which says what was asked for`,
            hint: 'name the networks of the gateways, or let a NetworkPolicy keep all others off the port',
          },
        ]
      : [],
  );
}

/** A gateway serves a new route some milliseconds before its object is seen here: 7 to 27 were measured. */
function openBeforeWatched({ default: fallback, routes }: Config): readonly Finding[] {
  if (!routes.watch || fallback === 'deny') return [];
  return [
    {
      path: ['default'],
      message: `pipeline '${fallback}' judges the requests of a new route until Watchword has seen the route, whatever its annotations ask for`,
      hint: "with routes.watch let it be 'deny', or as strict as the strictest pipeline that routes name",
    },
  ];
}
