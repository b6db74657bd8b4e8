import { pino } from 'pino';
import { parseAllDocuments } from 'yaml';
import { Live } from '../../src/base/live.ts';
import { checkWith } from '../../src/check/check.ts';
import { Verifier } from '../../src/check/verifier.ts';
import { silentKeyEvents } from '../../src/cli/silent-key-events.ts';
import { RecentRefusals } from '../../src/console/recent-refusals.ts';
import { IssuerPool } from '../../src/live/issuer-pool.ts';
import { LiveConfig } from '../../src/live/live-config.ts';
import type { ProbeState } from '../../src/probe/prober.ts';
import type { Request } from '../../src/request/request.ts';
import { compileRoutes } from '../../src/routes/read/compile.ts';
import { objectsFrom, rulesOf } from '../../src/routes/read/rules.ts';
import { openConsole } from '../../src/server/console.ts';
import { configEvents, verifierEvents } from '../../src/server/observe.ts';
import { Readiness } from '../../src/server/readiness.ts';
import { decisionCounters } from '../../src/telemetry/counted.ts';
import { Metrics } from '../../src/telemetry/metrics.ts';
import { type Folder, folderWith } from '../server/folder.ts';
import { makeSigner, type Signer } from '../server/signer.ts';

/** Milliseconds of the interval in which the console counts. */
const INTERVAL = 10_000;
const HOUR = 360;

/** Routes as a cluster would have them: used, refused for its annotation, astray, bypassed. */
const ROUTES = `
{ apiVersion: gateway.networking.k8s.io/v1, kind: GatewayClass, metadata: { name: eg }, spec: { controllerName: gateway.envoyproxy.io/gatewayclass-controller } }
---
{ apiVersion: gateway.networking.k8s.io/v1, kind: Gateway, metadata: { name: gate, namespace: infra }, spec: { gatewayClassName: eg, listeners: [{ name: http, port: 80, protocol: HTTP, allowedRoutes: { namespaces: { from: All } } }] } }
---
{ apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: { name: orders, namespace: shop, annotations: { watchword.dev/pipeline: orders, watchword.dev/scopes: 'read:orders read:cart' } }, spec: { ingressClassName: nginx, rules: [{ host: shop.example.com, http: { paths: [{ path: /, pathType: Prefix }] } }] } }
---
{ apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: { name: returns, namespace: shop, annotations: { watchword.dev/pipeline: orders, watchword.dev/mode: shadow } }, spec: { ingressClassName: nginx, rules: [{ host: returns.example.com, http: { paths: [{ path: /, pathType: Prefix }] } }] } }
---
{ apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: { name: cart, namespace: shop, annotations: { watchword.dev/pipeline: order } }, spec: { ingressClassName: nginx, rules: [{ host: cart.example.com, http: { paths: [{ path: /, pathType: Prefix }] } }] } }
---
{ apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: { name: blog, namespace: web }, spec: { ingressClassName: nginx, rules: [{ host: blog.example.com, http: { paths: [{ path: /, pathType: Prefix }] } }] } }
---
{ apiVersion: gateway.networking.k8s.io/v1, kind: HTTPRoute, metadata: { name: api, namespace: shop, annotations: { watchword.dev/pipeline: orders } }, spec: { parentRefs: [{ name: gate, namespace: infra }], hostnames: [api.example.com] } }
`;

const CONFIG = (iss: string) => `listen: { console: '127.0.0.1:0' }
issuers:
  - name: auth0
    issuer: ${iss}
    keys: { file: jwks.json }
  - name: entra
    issuer: https://login.example.com/v2.0
    required: false
    keys: { jwks: 'https://127.0.0.1:1/keys?api_key=a-secret-of-ours' }
pipelines:
  - name: orders
    selectableBy: { namespaces: [shop], context: true }
    match: [{ hosts: [orders.example.com], paths: ['/orders/**'] }]
    require: { issuers: [auth0], audiences: [http://orders], scopes: { all: [read:orders] } }
    forward: { headers: { x-auth-subject: sub } }
  - name: reports
    mode: shadow
    match: [{ hosts: [reports.example.com] }]
    require: { issuers: [auth0], audiences: [http://reports] }
  - name: health
    match: [{ paths: ['/healthz'] }]
    require: none
routes: { watch: true, ingressClasses: [nginx], gateways: [infra/gate, infra/edge] }
probes:
  - { name: shop, url: 'https://shop.example.com/' }
  - { name: blog, url: 'https://blog.example.com/' }
`;

/** What probes have found; they ask nobody here. */
const PROBES: readonly ProbeState[] = [
  {
    name: 'shop',
    finding: { result: 'protected', says: '401 token_missing by Watchword' },
    lastSuccess: Date.now(),
  },
  {
    name: 'blog',
    finding: {
      result: 'not protected',
      says: '200 without a token: Watchword was not asked, or lets everybody in',
    },
    lastSuccess: null,
  },
];

/** A console over a check, with routes as a cluster would have them, and a clock that can be set. */
export interface Stage extends AsyncDisposable {
  readonly port: number;
  readonly folder: Folder;
  readonly signer: Signer;
  /** Decides about a request. */
  check(asked: Partial<Request>): Promise<void>;
  /** An hour of traffic, that ends now. */
  fillHour(): Promise<void>;
}

export async function openStage(): Promise<Stage> {
  await using stack = new AsyncDisposableStack();
  const signer = makeSigner('key-2026');
  const iss = 'https://tenant.eu.auth0.com/';
  const unused = { kty: 'oct', kid: 'old-secret', k: 'AAAA' };
  const folder = stack.use(
    await folderWith({
      'watchword.yaml': CONFIG(iss),
      'jwks.json': { keys: [signer.jwk, unused] },
    }),
  );
  const metrics = new Metrics();
  const log = pino({ level: 'silent' });
  const counters = decisionCounters(metrics);
  const pool = new IssuerPool(() => silentKeyEvents);
  const events = configEvents(metrics, log, counters);
  const live = stack.use(await LiveConfig.open(folder.at('watchword.yaml'), pool, events));
  counters.announce(live.policy.current.pipelines.values());
  const verifier = new Verifier(
    { ...live.config.tokenCache, pending: 10 },
    verifierEvents(metrics),
  );
  const documents = parseAllDocuments(ROUTES).map((one) => one.toJS() as unknown);
  const rules = { ...rulesOf(live.config.routes), statusOptional: true };
  const index = new Live(compileRoutes(objectsFrom(documents), rules));
  const refusals = new RecentRefusals();
  const check = refusals.remembered(
    counters.counted(
      checkWith({
        policy: live.policy,
        routes: index,
        verifier,
        tokenBytes: live.config.limits.tokenBytes,
        headerBytes: live.config.limits.headerBytes,
        now: () => Date.now() / 1000,
      }),
    ),
  );
  const readiness = new Readiness(live);
  let now = Date.now();
  const disposed = { [Symbol.asyncDispose]: async () => {} };
  const sources = {
    ...{ live, metrics, verifier, refusals, now: () => now },
    routes: { index, readiness: () => [], ...disposed },
    probes: { prove: () => null, readiness: () => [], states: () => PROBES, ...disposed },
    readiness: () => readiness.checks(false, []),
  };
  const opened = stack.use(await openConsole(sources));
  const port = opened?.port ?? 0;
  const decide = async (asked: Partial<Request>): Promise<void> => {
    await check({ ...REQUEST, ...asked }, 1_000);
  };
  const bearer = (claims = {}) => `Bearer ${signer.token({ iss, ...claims })}`;
  const owned = stack.move();
  return {
    port,
    folder,
    signer,
    check: decide,
    async fillHour() {
      const [good, expired] = [bearer(), bearer({ exp: 1 })];
      const end = now;
      for (let interval = HOUR; interval >= 0; interval -= 1) {
        now = end - interval * INTERVAL;
        const wave = 6 + Math.round(5 * Math.sin(interval / 25)) + (interval % 7);
        for (let one = 0; one < wave; one += 1) await decide({ authorization: good });
        if (interval % 12 === 0) await decide({ id: `e5f0-${interval}` });
        if (interval > 120 && interval < 150) await decide({ authorization: expired });
        if (interval % 20 === 0) await decide({ host: 'reports.example.com', authorization: good });
        if (interval % 10 === 0) await decide({ host: 'blog.example.com', path: '/healthz' });
        if (interval % 40 === 0) await decide({ host: 'cart.example.com', path: '/' });
        await fetch(`http://127.0.0.1:${port}/api/decisions`).then((answer) => answer.text());
      }
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

const REQUEST: Request = {
  method: 'GET',
  host: 'orders.example.com',
  path: '/orders/1?session=of-the-client',
  authorization: null,
  preflightFor: null,
  protocol: 'http',
  context: [],
  route: null,
  id: 'e5f0-1',
};
