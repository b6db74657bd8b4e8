import { stringify } from 'yaml';
import { apisixPlugins } from '../../../deploy/gateways/apisix.ts';
import { type GatewayName, recipeFiles } from '../../../deploy/gateways/gateway.ts';
import { kongFragments } from '../../../deploy/gateways/kong.ts';
import { METADATA_GATEWAYS, metadataLines } from '../../../deploy/gateways/metadata-route.ts';
import { NGINX_SIGN_IN } from '../../../deploy/gateways/nginx-sign-in.ts';
import { NGINX_UPGRADE_MAP, NGINX_WEB_SOCKET } from '../../../deploy/gateways/nginx-web-socket.ts';
import { TLS_GATEWAYS, tlsLines } from '../../../deploy/gateways/over-tls.ts';
import { mainRoute, SHOWN, wiringOf } from '../../../deploy/gateways/recipe.ts';
import { sourcesOf } from '../../../src/explain/gateway-check.ts';
import { migrateIngressNginx } from '../../../src/migrate/ingress-nginx.ts';
import { manifestsOf, readDocuments } from '../../../src/migrate/manifests.ts';
import { type Migration, textOf } from '../../../src/migrate/migration.ts';
import { migrateTraefik } from '../../../src/migrate/traefik.ts';
import { OVERRIDE_HEADERS } from '../../../src/policy/header-removals.ts';
import {
  CONVENTION_NAMES,
  CONVENTIONS,
  type Source,
} from '../../../src/transport/forward-auth/convention.ts';

/** A part of a page that is made from the program. */
export interface Block {
  readonly page: string;
  readonly name: string;
  readonly render: () => string;
}

const INGRESS = `apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: web
  namespace: orders
  annotations:
    nginx.ingress.kubernetes.io/auth-url: http://oauth2-proxy.auth.svc.cluster.local/oauth2/auth
    nginx.ingress.kubernetes.io/auth-response-headers: X-Auth-Request-User,X-Auth-Request-Email
spec:
  ingressClassName: nginx
  rules:
    - host: orders.example.com
      http:
        paths:
          - path: /orders
            pathType: Prefix
            backend:
              service:
                name: billings
                port:
                  number: 8181
`;

const MIDDLEWARE = `apiVersion: traefik.io/v1alpha1
kind: Middleware
metadata:
  name: authorize
  namespace: orders
spec:
  forwardAuth:
    address: http://authelia.auth.svc.cluster.local/api/authz/forward-auth
    authResponseHeaders:
      - X-Auth-Subject
      - X-Auth-Scope
`;

const OPTIONS = { issuer: 'https://YOUR_TENANT/', audience: 'http://orders' };
const SAME = {
  to: 'same',
  gateway: { name: 'gateway' },
  service: { namespace: 'watchword', name: 'watchword' },
} as const;

export const BLOCKS: readonly Block[] = [
  { page: 'http.md', name: 'conventions', render: conventionTable },
  { page: 'http.md', name: 'tls', render: tlsRecipes },
  { page: 'http.md', name: 'metadata', render: metadataRoutes },
  ...(['nginx', 'haproxy', 'caddy', 'traefik'] as const).map((name) => recipe(name, `${name}.md`)),
  recipe('envoy', 'envoy-http.md'),
  {
    page: 'nginx.md',
    name: 'web-socket',
    render: () =>
      fenced('nginx', `# In http.\n${NGINX_UPGRADE_MAP}# In the server.\n${NGINX_WEB_SOCKET.text}`),
  },
  {
    page: 'nginx.md',
    name: 'sign-in',
    render: () => fenced(NGINX_SIGN_IN.language, NGINX_SIGN_IN.text),
  },
  { page: 'apisix.md', name: 'recipe', render: apisixRecipe },
  { page: 'kong.md', name: 'recipe', render: kongRecipe },
  { page: 'ingress-nginx.md', name: 'before', render: () => fenced('yaml', INGRESS) },
  {
    page: 'ingress-nginx.md',
    name: 'after',
    render: () =>
      filesOf(
        migrateIngressNginx(manifestsOf(readDocuments('ingress.yaml', INGRESS)), OPTIONS, SAME),
      ),
  },
  { page: 'traefik.md', name: 'before', render: () => fenced('yaml', MIDDLEWARE) },
  {
    page: 'traefik.md',
    name: 'after',
    render: () =>
      filesOf(
        migrateTraefik(manifestsOf(readDocuments('middleware.yaml', MIDDLEWARE)), OPTIONS, SAME),
      ),
  },
];

function recipe(name: GatewayName, page: string): Block {
  const render = () =>
    recipeFiles(name, SHOWN)
      .map((file) => `\`${file.name}\`:\n\n${fenced(file.language, file.text)}`)
      .join('\n\n');
  return { page, name: 'recipe', render };
}

function apisixRecipe(): string {
  const { watchword, identityHeaders } = SHOWN;
  const wiring = { watchword, pipeline: '-', milliseconds: 1000, identityHeaders };
  const plugins = apisixPlugins({ ...wiring, removed: OVERRIDE_HEADERS });
  const configured = Object.fromEntries(plugins.map(({ name, config }) => [name, config]));
  return fenced('yaml', stringify({ plugins: configured }, { lineWidth: 0 }));
}

function kongRecipe(): string {
  const [file] = kongFragments(wiringOf(SHOWN, mainRoute(SHOWN)));
  const config = { access: [file?.text] };
  return fenced(
    'yaml',
    stringify({ plugins: [{ name: 'pre-function', config }] }, { lineWidth: 0 }),
  );
}

function filesOf({ files }: Migration): string {
  return files
    .filter(({ name }) => name !== 'back.yaml')
    .map((file) => `\`${file.name}\`:\n\n${fenced('yaml', textOf(file, []))}`)
    .join('\n\n');
}

function fenced(language: string, text: string): string {
  return `\`\`\`${language}\n${text.trimEnd()}\n\`\`\``;
}

const TLS = {
  ca: 'ca.crt',
  name: 'watchword.example.com',
  own: { cert: 'gateway.crt', key: 'gateway.key' },
};

function tlsRecipes(): string {
  return TLS_GATEWAYS.map((name) => {
    const { language, text } = tlsLines(name, TLS);
    return `**${name}:**\n\n${fenced(language, text)}`;
  }).join('\n\n');
}

function metadataRoutes(): string {
  return METADATA_GATEWAYS.map((name) => {
    const { language, text } = metadataLines(name, SHOWN.watchword);
    return `**${name}:**\n\n${fenced(language, text)}`;
  }).join('\n\n');
}

function conventionTable(): string {
  const rows = CONVENTION_NAMES.map((name) => {
    const { source, statuses, removal } = CONVENTIONS[name];
    const told = removal === null ? "the recipe's configuration" : `\`${removal}\``;
    const known = statuses === 'any' ? 'any' : '2xx, 401, 403; a 400 is sent as 403';
    return `| \`${name}\` | ${placesOf(source).join(' | ')} | ${known} | ${told} |`;
  });
  return [
    '| convention | method | host | target | statuses | what removes headers |',
    '| --- | --- | --- | --- | --- | --- |',
    ...rows,
  ].join('\n');
}

function placesOf(source: Source): readonly string[] {
  return sourcesOf(source).map((place) => (/^[a-z-]+$/.test(place) ? `\`${place}\`` : place));
}
