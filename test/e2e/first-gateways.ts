import assert from 'node:assert/strict';
import { ingressNginxFiles } from '../../deploy/gateways/ingress-nginx.ts';
import type { Gateway } from './ask.ts';
import { kubectl } from './commands.ts';
import { nginxConf, removeNginx, serveNginx } from './nginx-pod.ts';
import { addressOf } from './release.ts';

/** A gateway that the way to the Gateway API begins with. */
export interface FirstGateway {
  /** Whether it is configured by locations, and so can be told to send copies. */
  readonly readsLocations: boolean;
  /** Where clients reach it, once it has been configured. */
  readonly reached: () => Promise<Gateway>;
  /** Takes over what the page says now: the locations of an `nginx.conf`, or the Ingresses in the API server. */
  readonly follow: (locations: string) => Promise<void>;
  readonly remove: () => Promise<void>;
}

const HOST = 'orders.example.com';
const PORT = 8080;

/** nginx with `auth_request`, configured by the locations that the page shows. */
export function plainNginx(namespace: string): FirstGateway {
  const pod = { namespace, name: 'nginx', ports: { 80: PORT } };
  return {
    readsLocations: true,
    reached: async () => ({ address: await addressOf(namespace, pod.name), port: 80, host: HOST }),
    remove: () => removeNginx(pod),
    follow: (locations) => serveNginx(pod, nginxConf(`server {\nlisten ${PORT};\n${locations}\n}`)),
  };
}

/** nginx with what ingress-nginx's controller makes of the Ingress `web`; the controller itself is not there. */
export function ingressNginx(namespace: string): FirstGateway {
  const pod = { namespace, name: 'ingress-nginx', ports: { 80: PORT } };
  return {
    readsLocations: false,
    reached: async () => ({ address: await addressOf(namespace, pod.name), port: 80, host: HOST }),
    remove: () => removeNginx(pod),
    follow: async () => {
      const written = await kubectl(['get', 'ingress', 'web', '--namespace', namespace, '-o=json']);
      await serveNginx(pod, configurationOf(JSON.parse(written)));
    },
  };
}

interface Ingress {
  readonly metadata: {
    readonly namespace: string;
    readonly annotations: Readonly<Record<string, string>>;
  };
  readonly spec: { readonly rules: readonly { readonly http: IngressPaths }[] };
}

interface IngressPaths {
  readonly paths: readonly {
    readonly path: string;
    readonly backend: { readonly service: { readonly name: string } };
  }[];
}

/** A name that the recipe has for the authorizer, until the Ingress says which it is. */
const AUTHORIZER = 'authorizer.invalid';

/** The recipe's lines for an Ingress of one path, whichever authorizer its `auth-url` names. */
function configurationOf({ metadata: { namespace, annotations }, spec }: Ingress): string {
  const [path, ...others] = spec.rules.flatMap(({ http }) => http.paths);
  assert.ok(path !== undefined && others.length === 0);
  const annotation = (name: string): string =>
    annotations[`nginx.ingress.kubernetes.io/${name}`] ?? '';
  const [file] = ingressNginxFiles({
    listen: String(PORT),
    watchword: AUTHORIZER,
    backend: `${path.backend.service.name}.${namespace}.svc.cluster.local:8181`,
    identityHeaders: annotation('auth-response-headers').toLowerCase().split(','),
    routes: [{ prefix: path.path, pipeline: '-', overrideHeaders: 'keep' }],
  });
  const authUrl = new URL(annotation('auth-url'));
  return (file?.text ?? '')
    .replaceAll(`http://${AUTHORIZER}/auth/ingress-nginx/-`, authUrl.href)
    .replaceAll(AUTHORIZER, authUrl.hostname);
}
