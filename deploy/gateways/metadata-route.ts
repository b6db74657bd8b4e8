import { stringify } from 'yaml';
import { METADATA_PATH } from '../../src/policy/resource.ts';
import { indented } from './fragment.ts';
import { inYaml } from './in-yaml.ts';
import type { RecipeFile } from './recipe.ts';

/**
 * The route by which a gateway that asks over HTTP leads clients to the metadata of protected resources (RFC 9728): it takes a 200
 * of a check for a pass, so it asks `listen.http` for the document itself.
 */
export const METADATA_GATEWAYS = ['nginx', 'haproxy', 'caddy', 'traefik', 'envoy'] as const;
export type MetadataGatewayName = (typeof METADATA_GATEWAYS)[number];

/** The lines that a configuration has more, for the documentation. `watchword` is `HOST:PORT`. */
export function metadataLines(name: MetadataGatewayName, watchword: string): RecipeFile {
  switch (name) {
    case 'nginx':
      return { name, language: 'nginx', text: NGINX };
    case 'haproxy':
      return { name, language: 'haproxy', text: `${HAPROXY}${haproxyBackend(watchword)}` };
    case 'caddy':
      return { name, language: 'caddyfile', text: caddy(watchword) };
    case 'traefik':
      return { name, language: 'yaml', text: stringify({ http: traefik(watchword) }) };
    case 'envoy':
      return { name, language: 'yaml', text: stringify([envoyRoute()], { lineWidth: 0 }) };
  }
}

/** The files of a recipe with that route. Throws where they are not as they were. */
export function withMetadataRoute(
  name: MetadataGatewayName,
  files: readonly RecipeFile[],
  watchword: string,
): readonly RecipeFile[] {
  switch (name) {
    case 'nginx':
      return inText(files, 'include watchword-server.conf;\n', (line) => `${line}${NGINX}`);
    case 'haproxy':
      return inText(
        files,
        '# Only what Watchword lets pass',
        (line) => `${HAPROXY_FRONTEND}${line}`,
      ).map((file) =>
        file.name === 'haproxy.cfg'
          ? { ...file, text: `${file.text}${haproxyBackend(watchword)}` }
          : file,
      );
    case 'caddy':
      return inText(
        files,
        '\timport watchword {',
        (line) => `${indented(0, caddy(watchword))}${line}`,
      );
    case 'traefik':
      return inYaml(files, 'dynamic.yaml', ({ http }: TraefikFile) => {
        const { routers, services } = traefik(watchword);
        Object.assign(http.routers, routers);
        Object.assign(http.services, services);
      });
    case 'envoy':
      return inYaml(files, 'envoy.yaml', (tree: EnvoyFile) => {
        for (const listener of tree.static_resources.listeners) {
          const [{ filters }] = listener.filter_chains;
          for (const host of filters[0].typed_config.route_config.virtual_hosts)
            host.routes.unshift(envoyRoute());
        }
      });
  }
}

const NGINX = `location ^~ ${METADATA_PATH} {
  auth_request off;
  proxy_set_header Host $host;
  proxy_set_header Connection "";
  proxy_pass http://watchword;
}
`;

const HAPROXY_FRONTEND = `acl resource_metadata path -m beg ${METADATA_PATH}
http-request allow if resource_metadata
use_backend watchword if resource_metadata
`;
const HAPROXY = `# In the frontend, before the lines that ask.
${HAPROXY_FRONTEND}`;

function haproxyBackend(watchword: string): string {
  return `backend watchword
  server one ${watchword}
`;
}

function caddy(watchword: string): string {
  return `@resource-metadata path ${METADATA_PATH} ${METADATA_PATH}/*
handle @resource-metadata {
	reverse_proxy ${watchword}
}
`;
}

function traefik(watchword: string) {
  return {
    routers: {
      'resource-metadata': {
        entryPoints: ['web'],
        rule: `Path(\`${METADATA_PATH}\`) || PathPrefix(\`${METADATA_PATH}/\`)`,
        priority: 2000,
        service: 'watchword',
      },
    },
    services: { watchword: { loadBalancer: { servers: [{ url: `http://${watchword}` }] } } },
  };
}

function envoyRoute(): object {
  return {
    match: { path_separated_prefix: METADATA_PATH },
    route: { cluster: 'watchword' },
    typed_per_filter_config: {
      'envoy.filters.http.ext_authz': {
        '@type': 'type.googleapis.com/envoy.extensions.filters.http.ext_authz.v3.ExtAuthzPerRoute',
        disabled: true,
      },
    },
  };
}

interface TraefikFile {
  readonly http: { readonly routers: object; readonly services: object };
}

interface EnvoyFile {
  readonly static_resources: {
    readonly listeners: readonly {
      readonly filter_chains: readonly [
        {
          readonly filters: readonly [
            {
              readonly typed_config: {
                readonly route_config: {
                  readonly virtual_hosts: readonly { readonly routes: object[] }[];
                };
              };
            },
          ];
        },
      ];
    }[];
  };
}

function inText(
  files: readonly RecipeFile[],
  text: string,
  by: (text: string) => string,
): readonly RecipeFile[] {
  if (!files.some((file) => file.text.includes(text)))
    throw new Error(`the recipe has no text ${text}`);
  return files.map((file) => ({ ...file, text: file.text.replaceAll(text, by) }));
}
