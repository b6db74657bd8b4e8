import { isLocalListener } from '../base/peers.ts';
import { isSymmetric } from '../keys/algorithm.ts';
import { lowerCase } from '../policy/path-table.ts';
import { checkConsumers } from './check-consumers.ts';
import { checkRefusal } from './check-refusal.ts';
import { checkRequirement } from './check-requirement.ts';
import { checkResources } from './check-resource.ts';
import { checkRules } from './check-rules.ts';
import { requirementsOf } from './compile-pipeline.ts';
import { conditionOf } from './compile-requirement.ts';
import type { Finding } from './explain-issue.ts';
import type { Config, IssuerConfig, PipelineConfig } from './shape.ts';
import { TENANT } from './shape-issuer.ts';
import { algorithmsOf, tenantsOf } from './tenants.ts';
import { checkUrls } from './url-checks.ts';

/** What is wrong between settings that are each right by themselves. */
export function crossChecks(config: Config): readonly Finding[] {
  return [
    ...repeated(
      config.issuers.map(({ name }) => name),
      (index) => ['issuers', index, 'name'],
      'two issuers have this name',
    ),
    ...repeatedIss(config),
    ...repeated(
      config.pipelines.map(({ name }) => name),
      (index) => ['pipelines', index, 'name'],
      'two pipelines have this name',
    ),
    ...repeated(
      config.probes.map(({ name }) => name),
      (index) => ['probes', index, 'name'],
      'two probes have this name',
    ),
    ...config.issuers.flatMap(checkIssuer),
    ...config.issuers.flatMap(checkTenants),
    ...checkUrls(config),
    ...config.pipelines.flatMap((pipeline, index) => checkPipeline(pipeline, index, config)),
    ...checkResources(config),
    ...checkConsumers(config),
    ...checkCosts(config),
    ...checkMatches(config),
    ...checkDefault(config),
    ...checkPorts(config),
    ...checkListeners(config),
    ...checkConsole(config),
    ...checkShareHosts(config),
  ];
}

type Place = (index: number) => readonly PropertyKey[];

function repeated(values: readonly string[], place: Place, message: string): readonly Finding[] {
  return values.flatMap((value, index) =>
    values.indexOf(value) < index ? [{ path: place(index), message }] : [],
  );
}

/** Two issuers with one `iss` could not be told apart by a token; tenants count one by one. */
function repeatedIss(config: Config): readonly Finding[] {
  const seen = new Set<string>();
  return config.issuers.flatMap((issuer, index) =>
    tenantsOf(issuer).flatMap(({ config: { issuer: iss } }) => {
      const known = seen.has(iss);
      seen.add(iss);
      return known
        ? [{ path: ['issuers', index, 'issuer'], message: 'two issuers have this iss' }]
        : [];
    }),
  );
}

function checkTenants({ issuer, tenants }: IssuerConfig, index: number): readonly Finding[] {
  const hasPlace = issuer.includes(TENANT);
  if (hasPlace === (tenants !== undefined)) return [];
  return hasPlace
    ? [
        {
          path: ['issuers', index, 'tenants'],
          message: `is missing: the names that '${TENANT}' stands for`,
          hint: 'there is no wildcard',
        },
      ]
    : [
        {
          path: ['issuers', index, 'issuer'],
          message: `has no '${TENANT}', and tenants are named`,
        },
      ];
}

function checkIssuer(issuer: IssuerConfig, index: number): readonly Finding[] {
  const symmetric = issuer.keys.secretFile !== undefined;
  const wrong = algorithmsOf(issuer).filter((name) => isSymmetric(name) !== symmetric);
  if (wrong.length === 0) return [];
  const message = symmetric
    ? `${wrong.join(', ')} needs a public key, and there is a secretFile`
    : `${wrong.join(', ')} needs a secretFile: a public key is no secret`;
  return [{ path: ['issuers', index, 'algorithms'], message }];
}

/** `deny` has a meaning of its own, and the others would be read as one. */
const RESERVED_NAMES = ['deny', 'allow', 'none'];

function checkPipeline(
  pipeline: PipelineConfig,
  index: number,
  config: Config,
): readonly Finding[] {
  const at = (...path: PropertyKey[]): readonly PropertyKey[] => ['pipelines', index, ...path];
  const findings: Finding[] = [];
  if (RESERVED_NAMES.includes(pipeline.name))
    findings.push({ path: at('name'), message: `'${pipeline.name}' is reserved` });
  if (pipeline.require === 'none' && pipeline.selectableBy?.namespaces === '*') {
    findings.push({
      path: at('selectableBy', 'namespaces'),
      message: "require: none never accepts '*': every namespace could open its routes",
      hint: 'name the namespaces',
    });
  }
  const allowed = config.identityHeaders;
  for (const header of Object.keys(pipeline.forward.headers)) {
    if (allowed !== undefined && !allowed.includes(header)) {
      findings.push({
        path: at('forward', 'headers', header),
        message: 'is not in identityHeaders',
      });
    }
    if (pipeline.require === 'none') {
      findings.push({
        path: at('forward', 'headers', header),
        message: 'require: none verifies no token, so nothing can be forwarded from one',
      });
    }
  }
  return [
    ...findings,
    ...checkRequirement(pipeline, config, at),
    ...checkRules(pipeline, config, at),
    ...checkRefusal(pipeline, at),
  ];
}

/** Longest token whose lists a condition may walk through, in bytes: the cost may grow with the square of it. */
const MAX_WALKED = 64 * 1024;

function checkCosts({ pipelines, limits }: Config): readonly Finding[] {
  if (limits.tokenBytes <= MAX_WALKED) return [];
  return pipelines.flatMap((pipeline, index) =>
    requirementsOf(pipeline).some(({ when }) => when !== undefined && conditionOf(when).walks)
      ? [
          {
            path: ['pipelines', index],
            message: `a condition (when) walks through lists, and limits.tokenBytes is ${limits.tokenBytes}`,
            hint: `at most ${MAX_WALKED}, or use claims with contains`,
          },
        ]
      : [],
  );
}

/** Two pipelines at one host and path that cover one method: nothing could choose between them. */
function checkMatches(config: Config): readonly Finding[] {
  const owners = new Map<string, string>();
  const read = config.caseSensitivePaths ? (path: string): string => path : lowerCase;
  return config.pipelines.flatMap(({ name, match }, index) =>
    match.flatMap(({ hosts, paths, methods }, at) =>
      hosts.flatMap((host) =>
        paths.flatMap((path) =>
          (methods ?? ['any method not named']).flatMap((method) => {
            const key = JSON.stringify([host, read(path), method]);
            const owner = owners.get(key);
            owners.set(key, owner ?? name);
            if (owner === undefined) return [];
            const message = `${method} ${host}${path} is also matched by pipeline '${owner}'`;
            return [{ path: ['pipelines', index, 'match', at], message }];
          }),
        ),
      ),
    ),
  );
}

/** Two listeners at one place: the second would not start, or on every address and one of them, hear what was meant for the first. */
function checkPorts({ listen }: Config): readonly Finding[] {
  const named = (['grpc', 'admin', 'http', 'console'] as const).flatMap((name) => {
    const address = listen[name];
    return address === undefined ? [] : [{ name, address }];
  });
  return named.flatMap(({ name, address }, index) => {
    const other = named.slice(0, index).find((one) => meet(one.address, address));
    if (other === undefined) return [];
    const message = `'${address}' is taken by listen.${other.name} (${other.address})`;
    return [{ path: ['listen', name], message, hint: 'each listener has a port of its own' }];
  });
}

function meet(a: string, b: string): boolean {
  if (a.startsWith('unix:') || b.startsWith('unix:')) return a === b;
  const split = (text: string) => [
    text.slice(0, text.lastIndexOf(':')),
    text.slice(text.lastIndexOf(':') + 1),
  ];
  const [[hostA = '', portA], [hostB = '', portB]] = [split(a), split(b)];
  if (portA !== portB || Number(portA) === 0) return false;
  const hosts = [hostA, hostB].map((host) => (host === 'localhost' ? '127.0.0.1' : host));
  const isAny = (host: string | undefined) => host === '0.0.0.0' || host === '[::]';
  return hosts[0] === hosts[1] || hosts.some(isAny);
}

/** Whoever can ask over HTTP learns what a token is worth, and can say what the client asked for. */
function checkListeners({ listen, http }: Config): readonly Finding[] {
  if (listen.http === undefined) {
    if (listen.httpTls === undefined) return [];
    return [{ path: ['listen', 'httpTls'], message: 'is for listen.http, which is not named' }];
  }
  if (isGuardedListener(listen) || http.trustedPeers !== undefined) return [];
  return [
    {
      path: ['http', 'trustedPeers'],
      message: `is mandatory where listen.http is ${listen.http}`,
      hint: 'the addresses of the gateways, such as 10.0.0.0/8; or demand their certificates (listen.httpTls.clientCa), or listen on loopback or a Unix socket',
    },
  ];
}

/** Whoever reaches the console sees the configuration, and it has no login of its own. */
function checkConsole({ listen: { console } }: Config): readonly Finding[] {
  if (console === undefined) return [];
  const isTcp = !console.startsWith('unix:');
  if (isTcp && isLocalListener(console)) return [];
  const port = isTcp ? console.slice(console.lastIndexOf(':') + 1) : '9189';
  return [
    {
      path: ['listen', 'console'],
      message: `must be a loopback address, not ${console}: it has no login`,
      hint: `write 127.0.0.1:${port}, and reach it by kubectl port-forward`,
    },
  ];
}

/** Whether the HTTP listener knows by itself whom it hears: this machine alone reaches it, or a verified certificate is shown. */
export function isGuardedListener({ http, httpTls }: Config['listen']): boolean {
  return http === undefined || isLocalListener(http) || httpTls?.clientCa !== undefined;
}

/** Two groups that had a namespace in common would be one, and nobody has said that. */
function checkShareHosts({ routes: { shareHosts, namespaces } }: Config): readonly Finding[] {
  if (shareHosts === '*') return [];
  const seen = new Set<string>();
  return shareHosts.flatMap((group, index) =>
    group.flatMap((name, at) => {
      const path = ['routes', 'shareHosts', index, at];
      const again = seen.has(name);
      seen.add(name);
      if (again) return [{ path, message: `namespace '${name}' is named twice` }];
      return namespaces === '*' || namespaces.includes(name)
        ? []
        : [{ path, message: `namespace '${name}' is not watched`, hint: 'see routes.namespaces' }];
    }),
  );
}

function checkDefault(config: Config): readonly Finding[] {
  const names = config.pipelines.map(({ name }) => name);
  if (config.default === 'deny' || names.includes(config.default)) return [];
  const hint = `'deny', or ${names.join(', ') || 'the name of a pipeline'}`;
  return [{ path: ['default'], message: `no pipeline is called '${config.default}'`, hint }];
}
