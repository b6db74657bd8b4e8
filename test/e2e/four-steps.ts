import { apply, helm, kubectl } from './commands.ts';
import { ingressNginx, plainNginx } from './first-gateways.ts';
import { IMAGE, importProgram } from './images.ts';
import { makeOwnNamespace, ownNamespaces } from './own-objects.ts';
import { FollowedPage, type Words } from './page.ts';
import { Decisions, expectations } from './same-answers.ts';
import { openShop, type Shop } from './shop.ts';
import {
  askedAsBefore,
  beside,
  enforced,
  inShadow,
  moved,
  newGateway,
  type Places,
  told,
  type Way,
  writtenDown,
} from './step-by-step.ts';
import type { Story } from './story.ts';

const PLACES: Places = {
  shop: 'watchword-e2e-shop',
  watchword: 'watchword-e2e-policies',
  infra: 'watchword-e2e-infra',
  gatewayClass: 'watchword-e2e',
  image: IMAGE,
};

/**
 * docs/from-auth-url-to-gateway-api.md, followed command by command: two gateways that asked another authorizer, and a
 * Gateway of the Envoy Gateway that runs already.
 */
export async function fourSteps({ chapter, step }: Story, places = PLACES): Promise<void> {
  chapter('From auth-url to the Gateway API in four steps');
  const { issuer, signer } = await step('a backend, an authorizer, an issuer', () =>
    opened(places),
  );
  await using page = await FollowedPage.open(
    'from-auth-url-to-gateway-api.md',
    await wordsOf(places, issuer),
  );
  const way: Way = {
    page,
    places,
    firsts: [ingressNginx(places.shop), plainNginx(places.shop)],
    decisions: new Decisions(places.watchword),
    expected: expectations(issuer, signer),
    token: signer.token({ iss: issuer }),
  };
  const before = page.next('yaml');
  const nginx = page.next('nginx');
  await step('before: nginx asks the old authorizer', async () => {
    await apply(before);
    await askedAsBefore(way, nginx);
  });
  await step('1. write the policies down', () => writtenDown(way));
  await step('2. nginx tells Watchword beside it', () => told(way, nginx));
  await step('2. nginx asks Watchword, in shadow mode', () => inShadow(way, nginx));
  await step('2. nginx asks Watchword, which refuses', () => enforced(way));
  const gateway = await step('3. a Gateway', () => newGateway(way));
  await step('3. the Gateway API beside nginx', () => beside(way, gateway));
  await step('4. the name moved, the rest removed', () => moved(way, gateway));
  page.ended();
  await step('removed', () => removeFourSteps(places));
}

async function opened({ shop, infra, image }: Places): Promise<Shop> {
  await importProgram('nginx', 'nginx:1.22');
  for (const name of [shop, infra]) await makeOwnNamespace(name);
  return openShop(shop, image);
}

async function wordsOf(places: Places, issuer: string): Promise<Words> {
  const { shop, watchword, infra, gatewayClass, image } = places;
  const cidrs = await kubectl(['get', 'nodes', '-o', 'jsonpath={.items[*].spec.podCIDR}']);
  if (cidrs.trim() === '') throw new Error('the nodes have no spec.podCIDR to trust');
  return [
    ['https://YOUR_TENANT/', issuer],
    ['{ discovery: true }', '{ discovery: true, allowHttp: true }'],
    ['REGISTRY/watchword', `${image.repository}, tag: ${image.tag}, pullPolicy: Never`],
    ['POD_NETWORK', cidrs.trim().replaceAll(' ', ', ')],
    // A stopping pod is waited for twice.
    ['configMaps: [policies]', 'configMaps: [policies]\nstopDelaySeconds: 3'],
    ['infra/gateway', `${infra}/gateway`],
    ['namespace: infra', `namespace: ${infra}`],
    ['gatewayClassName: eg', `gatewayClassName: ${gatewayClass}`],
    [' --out ', ` --service ${watchword}/watchword --out `],
    ['namespace: shop', `namespace: ${shop}`],
    ['namespaces: [shop]', `namespaces: [${shop}]`],
    ['--namespace shop', `--namespace ${shop}`],
    ['.shop.svc', `.${shop}.svc`],
    ['oauth2-proxy.auth.', `oauth2-proxy.${shop}.`],
    ['namespace watchword', `namespace ${watchword}`],
    ['namespaces/watchword/', `namespaces/${watchword}/`],
    ['watchword-http.watchword.', `watchword-http.${watchword}.`],
  ];
}

/** Removes what the chapter made, or an earlier run left. */
export async function removeFourSteps({ shop, watchword, infra }: Places = PLACES): Promise<void> {
  const own = await ownNamespaces();
  if (own.includes(watchword)) {
    const release = ['watchword', '--namespace', watchword, '--ignore-not-found', '--wait'];
    await helm(['uninstall', ...release]);
  }
  const namespaces = [shop, watchword, infra].filter((name) => own.includes(name));
  if (namespaces.length === 0) return;
  await kubectl(['delete', 'namespace', '--ignore-not-found', '--wait=false', ...namespaces]);
}
