import { stringify } from 'yaml';
import { inYaml } from './in-yaml.ts';
import type { RecipeFile } from './recipe.ts';

/** How a gateway asks over TLS. Files are PEM, in the folder of the gateway's configuration. */
export interface TlsToWatchword {
  /** Authorities of Watchword's certificate. */
  readonly ca: string;
  /** The name that the certificate must have. */
  readonly name: string;
  /** The gateway's own certificate and key, where Watchword demands one. */
  readonly own: { readonly cert: string; readonly key: string } | null;
}

/** Gateways with a recipe for TLS. HAProxy's `httpclient` verifies the name in the check's Host, which is not Watchword's. */
export const TLS_GATEWAYS = ['nginx', 'caddy', 'traefik', 'envoy'] as const;
export type TlsGatewayName = (typeof TLS_GATEWAYS)[number];

/** What is changed in the files of a recipe: text by text, or as a tree of YAML. */
type Change = (files: readonly RecipeFile[], tls: TlsToWatchword) => readonly RecipeFile[];

const CHANGES: Readonly<Record<TlsGatewayName, Change>> = {
  nginx: (files, tls) =>
    replaced(files, /^( *)proxy_pass http:(\/\/watchword\/auth\/.*)$/gm, (indent, url) =>
      [`proxy_pass https:${url}`, ...nginxLines(tls)].map((line) => `${indent}${line}`).join('\n'),
    ),
  caddy: (files, tls) =>
    replaced(files, /^(\t*)(transport http \{)$/gm, (indent, line) =>
      [line, ...caddyLines(tls).map((one) => `\t${one}`)]
        .map((one) => `${indent}${one}`)
        .join('\n'),
    ),
  traefik: (files, tls) =>
    inYaml(files, 'dynamic.yaml', ({ http }: TraefikFile) => {
      for (const { forwardAuth } of Object.values(http.middlewares)) {
        if (forwardAuth === undefined) continue;
        // The name that is verified is the one in the address.
        forwardAuth.address = forwardAuth.address.replace('http:', 'https:');
        forwardAuth.tls = traefikTls(tls);
      }
    }),
  envoy: (files, tls) =>
    inYaml(files, 'envoy.yaml', ({ static_resources: { clusters } }: EnvoyFile) => {
      for (const cluster of clusters)
        if (cluster.name === 'watchword') cluster.transport_socket = envoySocket(tls);
    }),
};

/** The files of a recipe, with a check that goes over TLS. Throws where they are not as they were. */
export function overTls(
  name: TlsGatewayName,
  files: readonly RecipeFile[],
  tls: TlsToWatchword,
): readonly RecipeFile[] {
  return CHANGES[name](files, tls);
}

/** The lines that a recipe has more, for the documentation. */
export function tlsLines(name: TlsGatewayName, tls: TlsToWatchword): RecipeFile {
  switch (name) {
    case 'nginx':
      return shown(name, ['proxy_pass https://watchword/auth/nginx/-;', ...nginxLines(tls)]);
    case 'caddy':
      return shown('caddyfile', [
        'transport http {',
        ...caddyLines(tls).map((line) => `\t${line}`),
        '}',
      ]);
    case 'traefik':
      return shown('yaml', [stringify({ forwardAuth: { tls: traefikTls(tls) } }).trimEnd()]);
    case 'envoy':
      return shown('yaml', [stringify({ transport_socket: envoySocket(tls) }).trimEnd()]);
  }
}

function shown(language: string, lines: readonly string[]): RecipeFile {
  return { name: '', language, text: `${lines.join('\n')}\n` };
}

function nginxLines({ ca, name, own }: TlsToWatchword): readonly string[] {
  return [
    `proxy_ssl_trusted_certificate ${ca};`,
    'proxy_ssl_verify on;',
    `proxy_ssl_name ${name};`,
    'proxy_ssl_server_name on;',
    ...(own === null
      ? []
      : [`proxy_ssl_certificate ${own.cert};`, `proxy_ssl_certificate_key ${own.key};`]),
  ];
}

function caddyLines({ ca, name, own }: TlsToWatchword): readonly string[] {
  return [
    'tls',
    `tls_server_name ${name}`,
    `tls_trust_pool file ${ca}`,
    ...(own === null ? [] : [`tls_client_auth ${own.cert} ${own.key}`]),
  ];
}

interface TraefikFile {
  readonly http: {
    readonly middlewares: Readonly<
      Record<string, { readonly forwardAuth?: { address: string; tls?: object } }>
    >;
  };
}

function traefikTls({ ca, own }: TlsToWatchword): object {
  return { ca, ...own };
}

interface EnvoyFile {
  readonly static_resources: {
    readonly clusters: readonly { readonly name: string; transport_socket?: object }[];
  };
}

const ENVOY_TLS =
  'type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext';

function envoySocket({ ca, name, own }: TlsToWatchword): object {
  const certificate = own && {
    certificate_chain: { filename: own.cert },
    private_key: { filename: own.key },
  };
  return {
    name: 'envoy.transport_sockets.tls',
    typed_config: {
      '@type': ENVOY_TLS,
      sni: name,
      common_tls_context: {
        ...(certificate && { tls_certificates: [certificate] }),
        validation_context: {
          trusted_ca: { filename: ca },
          match_typed_subject_alt_names: [{ san_type: 'DNS', matcher: { exact: name } }],
        },
      },
    },
  };
}

function replaced(
  files: readonly RecipeFile[],
  pattern: RegExp,
  by: (first: string, second: string) => string,
): readonly RecipeFile[] {
  const changed = files.map((file) => ({
    ...file,
    text: file.text.replace(pattern, (_, first: string, second: string) => by(first, second)),
  }));
  if (changed.every(({ text }, index) => text === files[index]?.text))
    throw new Error(`the recipe has no line ${pattern}`);
  return changed;
}
