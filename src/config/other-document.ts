/** A file that is something else than a configuration of Watchword, and what to do with it. */
interface OtherKind {
  readonly is: string;
  readonly hint: string;
  readonly fits: (value: Readonly<Record<string, unknown>>) => boolean;
}

const has =
  (...names: readonly string[]) =>
  (value: Readonly<Record<string, unknown>>): boolean =>
    names.every((name) => name in value);

/** Files that people pass to `--config`, the more certain first. None of them has a name of ours at the top but where said. */
const OTHER_KINDS: readonly OtherKind[] = [
  {
    is: 'a ConfigMap or Secret of Kubernetes',
    hint: 'the configuration is the text under `data`; put it into a file of its own',
    fits: (value) =>
      has('apiVersion', 'kind')(value) && /^(?:ConfigMap|Secret)$/.test(String(value['kind'])),
  },
  {
    is: 'an object of Kubernetes',
    hint: 'route objects are read from the cluster, or by `explain --objects FILE`; `migrate` reads those of ingress-nginx and Traefik',
    fits: has('apiVersion', 'kind'),
  },
  {
    is: "the chart's Chart.yaml",
    hint: 'the configuration stands under `config` of the values',
    fits: has('apiVersion', 'name', 'version'),
  },
  {
    is: 'values of the Helm chart',
    hint: 'give them to `helm install --values`; a file for --config has what stands under `config`',
    fits: (value) => 'config' in value || has('image', 'wiring')(value),
  },
  {
    is: 'a gateway.config.yml of Express Gateway',
    hint: 'watchword migrate express-gateway FILE',
    fits: (value) =>
      ['apiEndpoints', 'serviceEndpoints'].some((name) => name in value) ||
      (Array.isArray(value['policies']) && 'pipelines' in value),
  },
  {
    is: "Envoy's configuration",
    hint: 'deploy/envoy and docs/gateways/envoy.md show how Envoy is made to ask',
    fits: (value) => ['static_resources', 'dynamic_resources'].some((name) => name in value),
  },
  {
    is: 'a dynamic configuration of Traefik',
    hint: 'watchword migrate traefik FILE',
    fits: ({ http }) =>
      typeof http === 'object' &&
      http !== null &&
      ['routers', 'middlewares', 'services'].some((name) => name in http),
  },
  {
    is: 'a JWK Set',
    hint: 'name the file under issuers[].keys.file',
    fits: (value) => Array.isArray(value['keys']),
  },
  {
    is: 'a JSON Web Key',
    hint: 'put it into a JWK Set, { "keys": [ … ] }, and name that file under issuers[].keys.file',
    fits: has('kty'),
  },
  {
    is: 'the metadata document of an issuer',
    hint: 'write its `issuer` under issuers[].issuer, and keys: { discovery: true }',
    fits: has('issuer', 'jwks_uri'),
  },
  {
    is: 'a compose file',
    hint: 'deploy/compose has the configuration beside it',
    fits: (value) => has('services')(value) && !('issuers' in value),
  },
  {
    is: 'the JSON Schema of the configuration',
    hint: '`watchword schema` prints it; docs/configuration.md has an example',
    fits: has('$schema', 'properties'),
  },
];

/** What a mapping is that is no configuration, or null. */
export function otherDocument(
  value: Readonly<Record<string, unknown>>,
): Pick<OtherKind, 'is' | 'hint'> | null {
  return OTHER_KINDS.find(({ fits }) => fits(value)) ?? null;
}

/** Texts that are no mapping of settings, by what they begin with. */
const OTHER_TEXTS: readonly (readonly [begins: RegExp, is: string, hint: string])[] = [
  [/^\s*-----BEGIN /, 'a PEM file', 'name it under issuers[].keys.file'],
  [/^\s*eyJ[\w-]+\.eyJ/, 'a token', 'explain takes it by --token-file'],
  [
    /^\s*(?:server|upstream|location|http)\b[^:\n]*\{/m,
    'a configuration of nginx',
    'docs/gateways/nginx.md shows how nginx is made to ask',
  ],
  [
    /^\s*(?:global|defaults|frontend|backend)\b[^:\n]*$/m,
    'a configuration of HAProxy',
    'docs/gateways/haproxy.md shows how HAProxy is made to ask',
  ],
  [/^\[[\w.]+\]\s*$/m, 'a TOML or INI file', 'settings are YAML or JSON'],
  [
    /^\s*<(?:!doctype|html|\?xml)/i,
    'a web page',
    'was it downloaded from an address that asks for a login?',
  ],
  [/^\s*[A-Z_]+=/, 'a file of environment variables', 'settings are YAML or JSON'],
];

/** What a text is that holds no settings. */
export function otherText(text: string): Pick<OtherKind, 'is' | 'hint'> | null {
  const found = OTHER_TEXTS.find(([begins]) => begins.test(text));
  return found === undefined ? null : { is: found[1], hint: found[2] };
}
