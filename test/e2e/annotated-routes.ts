import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { answers, bearer, type Gateway } from './ask.ts';
import type { GatewaysUp } from './behind-gateways.ts';
import { apply, type CommandError, kubectl, run, until } from './commands.ts';
import { makeOwnNamespace } from './own-objects.ts';
import { deploy, NAMESPACE } from './release.ts';
import { ingress, optOut, type Placed, route, WATCHED } from './route-objects.ts';
import type { Story } from './story.ts';
import {
  deletedPolicyIsFound,
  metrics,
  securedIsFound,
  securedIsRefused,
} from './unasked-routes.ts';

const PROGRAM = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
const TENANT = 'watchword-e2e-tenant';
const PATH = '/anything';

/**
 * The story of annotated routes, through an Ingress of Contour and an HTTPRoute of Envoy Gateway: annotate, change, break,
 * hijack.
 */
export async function annotatedRoutes(
  { chapter, step }: Story,
  { gateways, token, wired }: GatewaysUp,
): Promise<void> {
  chapter('Annotated routes');
  await step('helm upgrade, with config.routes.watch', async () => {
    await deploy([...wired, ...WATCHED]);
  });
  await makeOwnNamespace(TENANT);
  const objects: readonly Placed[] = [
    {
      title: 'Ingress',
      kind: 'ingress',
      gateway: { ...gateways.contour, host: 'annotated.example.com' },
      make: ingress,
    },
    {
      title: 'HTTPRoute',
      kind: 'httproute',
      gateway: { ...gateways.envoyGateway, host: 'annotated.example.org' },
      make: route,
    },
  ];
  for (const object of objects) {
    await step(`${object.title}: annotated, it is protected`, () => annotated(object, token));
    await step(`${object.title}: a changed annotation counts`, () => changed(object, token));
    await step(`${object.title}: kubectl annotate is refused what Watchword would refuse`, () =>
      refused(object),
    );
  }
  for (const object of objects) {
    await step(`${object.title}: another tenant cannot take the host`, () =>
      hijacked(object, token),
    );
  }
  await step('Ingress with TLS: Contour does not ask about it, so it is refused', () =>
    securedIsRefused({ ...gateways.contour, host: 'example.com' }),
  );
  await step('helm upgrade, without admissionPolicy', async () => {
    await deploy([...wired, ...WATCHED, '--set', 'admissionPolicy.enabled=false']);
  });
  for (const object of objects) {
    await step(`${object.title}: a wrong annotation is an Event and closes this route only`, () =>
      broken(object, token),
    );
  }
  for (const object of objects) {
    await step(`${object.title}: a route that switches authorization off is found`, () =>
      bypassed(object),
    );
  }
  await step('Ingress with TLS: an Event and a metric say that it is not asked about', () =>
    securedIsFound(gateways.contour),
  );
  await step('HTTPRoute: a deleted SecurityPolicy is found', () =>
    deletedPolicyIsFound({ ...gateways.envoyGateway, host: 'annotated.example.org' }),
  );
  await kubectl(['delete', 'namespace', TENANT, '--wait=false']);
}

async function annotated({ gateway, make }: Placed, token: string): Promise<string> {
  await apply(make({ name: 'annotated', host: gateway.host, annotations: { pipeline: 'orders' } }));
  const missing = await answers(gateway, PATH, 401);
  assert.equal(JSON.parse(missing.body).reason, 'token_missing');
  const passed = await answers(gateway, PATH, 200, { ...bearer(token), 'x-auth-subject': 'admin' });
  assert.equal(JSON.parse(passed.body).headers['x-auth-subject'], 'demo@clients');
  return '401, then 200 with the identity of the token';
}

async function changed({ kind, gateway }: Placed, token: string): Promise<string> {
  await annotate(kind, 'watchword.dev/pipeline=strict');
  const start = performance.now();
  const refusal = await answers(gateway, PATH, 403, bearer(token));
  const after = performance.now() - start;
  assert.equal(JSON.parse(refusal.body).reason, 'scope_insufficient');
  await annotate(kind, 'watchword.dev/pipeline=orders');
  await answers(gateway, PATH, 200, bearer(token));
  // 1 s is the promise; a busy machine gets the benefit of the doubt once.
  assert.ok(after < 3_000, `${after} ms`);
  return `403 scope_insufficient ${Math.round(after)} ms later, and back`;
}

async function refused({ kind }: Placed): Promise<string> {
  const cases = {
    'watchword.dev/pipelin=orders': /unknown annotation watchword\.dev\/pipelin;/,
    'watchword.dev/pipeline=nobodys': /names no pipeline; there is /,
    'watchword.dev/pipeline=private': /namespace \S+ may not use pipeline private/,
    'watchword.dev/scopes=a\r\nb': /line break or another control character/,
    [`watchword.dev/scopes=${'a'.repeat(100_000)}`]: /longer than 4096 characters/,
    'watchword.dev/public-paths=/x': /not in routeMay/,
    'watchword.dev/mode=shadow': /cannot go from enforce to shadow/,
  };
  for (const [annotation, message] of Object.entries(cases)) {
    await assert.rejects(annotate(kind, annotation), (error: CommandError) =>
      message.test(error.said),
    );
  }
  return `${Object.keys(cases).length} kinds of mistakes`;
}

/** A tenant may use `everyone`, which asks for less than `strict`; the route of another must not get weaker by it. */
async function hijacked({ kind, gateway, make }: Placed, token: string): Promise<string> {
  await annotate(kind, 'watchword.dev/pipeline=strict');
  await answers(gateway, PATH, 403, bearer(token));
  const foreign = {
    name: 'hijack',
    namespace: TENANT,
    host: gateway.host,
    annotations: { pipeline: 'everyone' },
  };
  await apply(make(foreign));
  await apply(make({ ...foreign, name: 'bogus', isUnused: true }));
  // More specific than the other's, and Contour serves the other's backend all the same.
  if (kind === 'ingress')
    await apply(make({ ...foreign, name: 'unserved', path: PATH, service: 'nobodys' }));
  // Both are in the watch by then: an own object that comes later counts.
  const later = { ...gateway, host: `later.${gateway.host}` };
  await apply(make({ name: 'later', host: later.host, annotations: { pipeline: 'orders' } }));
  await answers(later, PATH, 200, bearer(token));
  for (let tries = 0; tries < 20; tries += 1) {
    const { status } = await answers(gateway, PATH, 403, bearer(token), 0.1);
    assert.equal(status, 403);
  }
  const foreigners = ['hijack', 'bogus', 'unserved', '--ignore-not-found'];
  await kubectl(['delete', kind, ...foreigners, '--namespace', TENANT]);
  await annotate(kind, 'watchword.dev/pipeline=orders');
  await answers(gateway, PATH, 200, bearer(token));
  return 'a foreign host and a bogus class or Gateway change nothing';
}

async function broken({ kind, gateway }: Placed, token: string): Promise<string> {
  const other: Gateway = { ...gateway, host: `later.${gateway.host}` };
  // The API server forgets a deleted policy within a second.
  await until('the end of the admission policy', 20, () =>
    annotate(kind, 'watchword.dev/pipelin=orders'),
  );
  const refusal = await answers(gateway, PATH, 403, bearer(token));
  assert.equal(JSON.parse(refusal.body).reason, 'route_policy_invalid');
  await answers(other, PATH, 200, bearer(token), 1);
  const selector = 'reason=RoutePolicyInvalid,involvedObject.name=annotated';
  const message = await until('an Event on the object', 20, async () => {
    const args = ['get', 'events', '--namespace', NAMESPACE, '--field-selector', selector];
    const messages = await kubectl([...args, '--output', 'jsonpath={.items[*].message}']);
    return messages.includes('pipelin') ? messages : undefined;
  });
  await annotate(kind, 'watchword.dev/pipelin-');
  await answers(gateway, PATH, 200, bearer(token));
  return message.slice(0, 60);
}

/** The opt-outs that a gateway offers to tenants: nobody is asked, so an Event, a metric and `watchword probe` must tell. */
async function bypassed({ kind, gateway }: Placed): Promise<string> {
  const open = { ...gateway, host: `open.${gateway.host}` };
  await apply(optOut(kind, open.host));
  await answers(open, PATH, 200);
  await until('the Event', 20, async () => {
    const args = [
      'get',
      'events',
      '--namespace',
      NAMESPACE,
      '--field-selector',
      'reason=AuthorizationBypassed',
    ];
    return (await kubectl(args)).includes('/open ') ? true : undefined;
  });
  const series = `watchword_routes{kind="${kind === 'ingress' ? 'HTTPProxy' : 'HTTPRoute'}",state="bypassed"} 1`;
  await until(series, 20, async () => ((await metrics()).includes(series) ? true : undefined));
  const probe = (host: string): Promise<string> =>
    run(process.execPath, [
      PROGRAM,
      'probe',
      `http://${host}${PATH}`,
      '--connect',
      `${gateway.address}:${gateway.port}`,
    ]);
  await probe(gateway.host);
  await assert.rejects(probe(open.host), (error: CommandError) => /not protected/.test(error.said));
  return 'an Event, a metric, and watchword probe';
}

function annotate(kind: Placed['kind'], annotation: string): Promise<string> {
  return kubectl([
    'annotate',
    kind,
    'annotated',
    '--namespace',
    NAMESPACE,
    '--overwrite',
    annotation,
  ]);
}
