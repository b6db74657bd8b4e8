import assert from 'node:assert/strict';
import { answers, type Gateway } from './ask.ts';
import { apply, type CommandError, kubectl, until } from './commands.ts';
import { HTTPS_SECRET, overHttps } from './https.ts';
import { NAMESPACE, podNames } from './release.ts';
import { ingress } from './route-objects.ts';

const PATH = '/anything';
const GATEWAYS = 'watchword-e2e-gateways';

/** An Ingress whose HTTPS side Contour serves without asking (docs/gateways/contour.md). */
function secured(host: string): string {
  const annotations = { pipeline: 'orders' };
  const plain = JSON.parse(ingress({ name: 'secured', host, annotations })) as { spec: object };
  const tls = [{ hosts: [host], secretName: HTTPS_SECRET }];
  return JSON.stringify({ ...plain, spec: { ...plain.spec, tls } });
}

/** The admission policy refuses it. */
export async function securedIsRefused({ host }: Gateway): Promise<string> {
  await assert.rejects(apply(secured(`secured.${host}`)), (error: CommandError) =>
    /Contour does not ask Watchword about an Ingress/.test(error.said),
  );
  return 'use an HTTPProxy';
}

/** Where there is no admission policy it is an Event and a metric. The day that Contour asks, this fails, and the page changes. */
export async function securedIsFound(gateway: Gateway): Promise<string> {
  const open = { ...gateway, host: 'secured.example.com' };
  await apply(secured(open.host));
  await answers(open, PATH, 401);
  await answers(overHttps(open), PATH, 200);
  // It has no TLS itself, and is served there by the other's certificate.
  const beside = { name: 'beside', host: open.host, path: '/beside' };
  await apply(ingress({ ...beside, annotations: { pipeline: 'orders' } }));
  await answers(overHttps(open), beside.path, 200);
  await until('the Events', 20, async () => {
    const said = await bypasses();
    return said.includes('/secured ') && said.includes('/beside ') ? true : undefined;
  });
  const series = 'watchword_routes{kind="Ingress",state="bypassed"} 2';
  await until(series, 20, async () => ((await metrics()).includes(series) ? true : undefined));
  await kubectl(['delete', 'ingress', 'secured', 'beside', '--namespace', NAMESPACE]);
  return '401 without TLS, 200 with it: Events and a metric';
}

/** A deleted SecurityPolicy is told within seconds, with the Gateway's name, and its return too. */
export async function deletedPolicyIsFound(gateway: Gateway): Promise<string> {
  const where = ['--namespace', GATEWAYS];
  const stored = await kubectl(['get', 'securitypolicy', ...where, '--output=json']);
  const { items } = JSON.parse(stored) as { items: readonly Policy[] };
  const guarded = (open: 0 | 1) =>
    until(`${open} unguarded Gateways`, 20, async () => {
      const said = await metrics();
      const states = [`{state="guarded"} ${1 - open}`, `{state="unguarded"} ${open}`];
      return states.every((one) => said.includes(`watchword_gateways${one}`)) ? true : undefined;
    });
  await guarded(0);
  await kubectl(['delete', 'securitypolicy', '--all', ...where]);
  await guarded(1);
  await until('the Event', 20, async () =>
    (await bypasses(GATEWAYS)).includes('gateway/public') ? true : undefined,
  );
  const kept = items.map(({ apiVersion, kind, metadata: { name, labels, annotations }, spec }) => ({
    apiVersion,
    kind,
    metadata: { name, namespace: GATEWAYS, labels, annotations },
    spec,
  }));
  // As Helm 4 writes them: fields of another manager would be conflicts in the next upgrade.
  const asHelm = ['--server-side', '--field-manager=helm'];
  const list = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: kept });
  await kubectl(['apply', ...asHelm, '--filename', '-'], list);
  await guarded(0);
  await answers(gateway, PATH, 401);
  return 'unguarded while there is none';
}

interface Policy {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly labels?: object;
    readonly annotations?: object;
  };
  readonly spec: object;
}

function bypasses(namespace = NAMESPACE): Promise<string> {
  const selector = ['--field-selector', 'reason=AuthorizationBypassed'];
  return kubectl(['get', 'events', '--namespace', namespace, ...selector]);
}

/** Of one pod of Watchword. */
export async function metrics(): Promise<string> {
  const [pod = ''] = await podNames();
  const args = ['get', 'pod', pod, '--namespace', NAMESPACE];
  const address = await kubectl([...args, '--output', 'jsonpath={.status.podIP}']);
  return (await fetch(`http://${address}:9190/metrics`)).text();
}
