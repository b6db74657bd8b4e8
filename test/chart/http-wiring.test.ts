import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { parse, parseAllDocuments } from 'yaml';
import { apisixPlugins } from '../../deploy/gateways/apisix.ts';
import { extAuthz } from '../../deploy/gateways/envoy-http.ts';
import { headerNames, type Wiring } from '../../deploy/gateways/fragment.ts';
import { SHOWN } from '../../deploy/gateways/recipe.ts';
import { asking, removing } from '../../deploy/gateways/traefik.ts';
import { FRAGMENTS } from '../../deploy/kubernetes/fragments.ts';
import { OVERRIDE_HEADERS } from '../../src/policy/header-removals.ts';
import { type KubeObject, notesOf, only, render } from './render.ts';

const WATCHWORD = 'watchword-http.gate.svc.cluster.local:9180';
const ALL = Object.fromEntries(
  ['traefik', 'ingressNginx', 'nginx', 'haproxy', 'caddy', 'envoyHttp', 'apisix', 'kong'].map(
    (name) => [name, { enabled: true }],
  ),
);

/** The chart with every gateway that asks over HTTP, for pipelines that each set one of these headers. */
function rendered(
  identityHeaders: readonly string[],
  token: 'keep' | 'strip' = 'keep',
): Promise<readonly KubeObject[]> {
  const pipelines = ['first', ...identityHeaders].map((name, index) => ({
    name,
    require: 'none',
    forward: { token, headers: index === 0 ? {} : { [name]: 'sub' } },
  }));
  const config = { http: { trustedPeers: ['10.0.0.0/8'] }, pipelines };
  return render({ config, wiring: { ...ALL, timeout: '1s' } });
}

function filesOf(
  objects: readonly KubeObject[],
  gateway: string,
): Readonly<Record<string, string>> {
  if (gateway === 'kong') {
    const plugin = only(objects, 'KongClusterPlugin', 'gate-watchword');
    const { access } = plugin['config'] as { access: readonly string[] };
    return { 'access.lua': access[0] ?? '' };
  }
  return only(objects, 'ConfigMap', `watchword-${gateway}`)['data'] as Record<string, string>;
}

function specOf(objects: readonly KubeObject[], kind: string, name: string): unknown {
  return only(objects, kind, name)['spec'];
}

const CASES = [
  { identity: [], token: 'keep' },
  { identity: ['x-auth-subject'], token: 'strip' },
  { identity: ['x-a', 'x-auth-scope', 'x-auth-subject'], token: 'keep' },
] as const;

for (const { identity, token } of CASES) {
  const removed = [...OVERRIDE_HEADERS, ...(token === 'strip' ? ['authorization'] : [])];
  describe(`wired for ${identity.length} identity headers, token: ${token}`, () => {
    const wiring: Wiring = {
      watchword: WATCHWORD,
      pipeline: '-',
      timeout: '1s',
      milliseconds: '1000',
      identity: headerNames(identity),
      removed: headerNames(removed),
    };
    for (const [gateway, fragments] of Object.entries(FRAGMENTS)) {
      test(`${gateway} gets what its recipe has`, async () => {
        const files = filesOf(await rendered(identity, token), gateway);
        const expected = fragments(wiring).map(({ name, text }) => [name, text]);
        assert.deepEqual(files, Object.fromEntries(expected));
      });
    }

    test("Envoy's filter is that of its recipe", async () => {
      const { 'filter.yaml': filter = '' } = filesOf(await rendered(identity, token), 'envoy-http');
      const expected = extAuthz({ ...SHOWN, watchword: WATCHWORD, identityHeaders: identity });
      const text = JSON.stringify(parse(filter)).replaceAll('"1.000s"', '"1s"');
      assert.deepEqual(JSON.parse(text), expected);
    });

    test('Traefik gets the middlewares of its recipe, in their order', async () => {
      const objects = await rendered(identity, token);
      const spec = (name: string): unknown => specOf(objects, 'Middleware', `watchword${name}`);
      assert.deepEqual(spec('-check'), asking(WATCHWORD, '-', identity));
      assert.deepEqual(spec('-no-overrides'), removing(OVERRIDE_HEADERS));
      const last = token === 'strip' ? ['-no-token'] : [];
      for (const name of last) assert.deepEqual(spec(name), removing(['authorization']));
      const middlewares = ['-no-overrides', '-check', ...last].map((name) => ({
        name: `watchword${name}`,
      }));
      assert.deepEqual(spec(''), { chain: { middlewares } });
    });

    test('APISIX gets the plugins of its recipe', async () => {
      const objects = await rendered(identity, token);
      const { plugins } = specOf(objects, 'ApisixGlobalRule', 'watchword') as { plugins: unknown };
      const expected = apisixPlugins({
        watchword: WATCHWORD,
        pipeline: '-',
        milliseconds: 1000,
        identityHeaders: identity,
        removed,
      });
      assert.deepEqual(
        plugins,
        expected.map((plugin) => ({ ...plugin, enable: true })),
      );
    });

    test('ingress-nginx is told what to remove', async () => {
      const data = filesOf(await rendered(identity, token), 'ingress-nginx');
      assert.deepEqual(
        data,
        Object.fromEntries([...identity, ...removed].map((name) => [name, ''])),
      );
    });
  });
}

test('identityHeaders, where it is set, is what a gateway is wired for', async () => {
  const config = {
    http: { trustedPeers: ['10.0.0.0/8'] },
    identityHeaders: ['X-Late', 'x-auth-subject'],
    pipelines: [{ name: 'a', require: 'none', forward: { headers: { 'X-Auth-Subject': 'sub' } } }],
  };
  const objects = await render({ config, wiring: { traefik: { enabled: true } } });
  const spec = specOf(objects, 'Middleware', 'watchword-check');
  assert.deepEqual(spec, asking(WATCHWORD, '-', ['x-late', 'x-auth-subject']));
});

test("what NOTES say to ingress-nginx's controller is what its page says, which a test runs", async () => {
  const notes = await notesOf({
    config: {
      http: { trustedPeers: ['10.0.0.0/8'] },
      pipelines: [{ name: 'a', require: 'none' }],
      identityHeaders: ['x-auth-subject'],
    },
    wiring: { ingressNginx: { enabled: true } },
  });
  const [, printed = ''] =
    /in the ConfigMap of its controller:\n\n(.*?)\n(?:\n|$)/s.exec(notes) ?? assert.fail(notes);
  const page = readFileSync(
    new URL('../../docs/gateways/ingress-nginx.md', import.meta.url),
    'utf8',
  );
  const written = [...page.matchAll(/^```yaml\n(.*?)^```$/gms)]
    .flatMap(([, text = '']) => parseAllDocuments(text))
    .map((document) => document.toJS() as KubeObject | null)
    .find((one) => one?.metadata?.name === 'ingress-nginx-controller');
  const { 'enable-underscores-in-headers': underscores, ...settings } = parse(printed) as Record<
    string,
    string
  >;
  assert.equal(underscores, 'false');
  assert.deepEqual(settings, {
    ...(written?.['data'] as object),
    'global-auth-url': 'http://watchword-http.gate.svc.cluster.local:9180/auth/ingress-nginx/-',
    'proxy-set-headers': 'gate/watchword-ingress-nginx',
  });
});
