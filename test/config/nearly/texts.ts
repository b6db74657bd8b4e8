import { ISSUER, PIPELINE, type Wrong } from '../wrong.ts';

/** Texts that are something else than settings. */
export const NEARLY_TEXTS: readonly Wrong[] = [
  {
    title: 'an empty file',
    yaml: '',
    says: [
      'watchword.yaml: is empty: no setting is there (issuers and pipelines, as docs/configuration.md shows; `{}` refuses every request)',
    ],
  },
  {
    title: 'comments alone',
    yaml: '# nothing\n',
    says: [
      'watchword.yaml: is empty: no setting is there (issuers and pipelines, as docs/configuration.md shows; `{}` refuses every request)',
    ],
  },
  {
    title: 'two stars without quotes',
    yaml: `${ISSUER}${PIPELINE}    match: [{ paths: [**] }]\n`,
    says: [
      "watchword.yaml:9: '**' without quotes is an alias to YAML, of an anchor that is not set (write '**' in quotes)",
    ],
  },
  {
    title: 'a wildcard without quotes',
    yaml: `${ISSUER}${PIPELINE}    match:\n      - hosts:\n          - *.example.com\n    \n`,
    says: [
      "watchword.yaml:11: '*.example.com' without quotes is an alias to YAML, of an anchor that is not set (write '*.example.com' in quotes)",
    ],
  },
  {
    title: 'a star without quotes',
    yaml: `${ISSUER}${PIPELINE}    selectableBy: { namespaces: * }\n`,
    says: [
      "watchword.yaml:9: '*' without quotes is an alias to YAML, of an anchor that is not set (write '*' in quotes)",
    ],
  },
  {
    title: 'a tab',
    yaml: 'issuers:\n	- name: a\n',
    says: ['watchword.yaml:2: a tab: YAML is indented with spaces only (two spaces a level)'],
  },
  {
    title: 'an at sign',
    yaml: 'default: @x\n',
    says: ["watchword.yaml:1: a text that begins with '@' needs quotes (write '@x' in quotes)"],
  },
  {
    title: 'a percent sign',
    yaml: 'default: %x\n',
    says: ["watchword.yaml:1: a text that begins with '%' needs quotes (write '%x' in quotes)"],
  },
  {
    title: 'a template as a list',
    yaml: 'issuers: {{ toYaml .Values.issuers }}\n',
    says: [
      "watchword.yaml:1 issuers: must be a list, not an object ('{{ toYaml .Values.issuers }}' is a placeholder: write the value itself, nothing is substituted here)",
    ],
  },
  {
    title: 'a template with control words',
    yaml: 'issuers:\n{{- range .Values.issuers }}\n  - name: {{ .name }}\n{{- end }}\n',
    says: [
      "watchword.yaml:2: is a template that nobody has rendered ('{{- range .Values.issuers }}' is a placeholder: write the value itself, nothing is substituted here)",
    ],
  },
  {
    title: 'a ConfigMap',
    yaml: 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: x }\ndata: {}\n',
    says: [
      'watchword.yaml: is a ConfigMap or Secret of Kubernetes, not a configuration of Watchword (the configuration is the text under `data`; put it into a file of its own)',
    ],
  },
  {
    title: 'an Ingress',
    yaml: 'apiVersion: networking.k8s.io/v1\nkind: Ingress\n',
    says: [
      'watchword.yaml: is an object of Kubernetes, not a configuration of Watchword (route objects are read from the cluster, or by `explain --objects FILE`; `migrate` reads those of ingress-nginx and Traefik)',
    ],
  },
  {
    title: 'values of the chart',
    yaml: 'config:\n  issuers: []\n',
    says: [
      'watchword.yaml: is values of the Helm chart, not a configuration of Watchword (give them to `helm install --values`; a file for --config has what stands under `config`)',
    ],
  },
  {
    title: 'a configuration of Express Gateway',
    yaml: 'http: { port: 8080 }\napiEndpoints: {}\npolicies: [jwt]\npipelines: {}\n',
    says: [
      'watchword.yaml: is a gateway.config.yml of Express Gateway, not a configuration of Watchword (watchword migrate express-gateway FILE)',
    ],
  },
  {
    title: 'a key set',
    yaml: '{"keys": []}',
    says: [
      'watchword.yaml: is a JWK Set, not a configuration of Watchword (name the file under issuers[].keys.file)',
    ],
  },
  {
    title: 'a PEM file',
    yaml: '-----BEGIN PUBLIC KEY-----\nMIIB\n-----END PUBLIC KEY-----\n',
    says: [
      'watchword.yaml: is a PEM file, not a configuration of Watchword (name it under issuers[].keys.file)',
    ],
  },
  {
    title: 'a configuration of nginx',
    yaml: 'server {\n  listen 80;\n}\n',
    says: [
      'watchword.yaml: is a configuration of nginx, not a configuration of Watchword (docs/gateways/nginx.md shows how nginx is made to ask)',
    ],
  },
  {
    title: 'the metadata document of an issuer',
    yaml: '{"issuer":"https://x/","jwks_uri":"https://x/jwks"}',
    says: [
      'watchword.yaml: is the metadata document of an issuer, not a configuration of Watchword (write its `issuer` under issuers[].issuer, and keys: { discovery: true })',
    ],
  },
  {
    title: "Envoy's configuration",
    yaml: 'static_resources: {}\n',
    says: [
      "watchword.yaml: is Envoy's configuration, not a configuration of Watchword (deploy/envoy and docs/gateways/envoy.md show how Envoy is made to ask)",
    ],
  },
  {
    title: 'a key that is there twice',
    yaml: 'default: deny\nlog: {}\ndefault: deny\n',
    says: [
      "watchword.yaml:3: 'default' is set twice, first in line 1 (put what belongs to it under one)",
    ],
  },
  {
    title: 'a colon in a text',
    yaml: 'default: a: b\n',
    says: [
      "watchword.yaml:1: Nested mappings are not allowed in compact mappings (a text with ': ' in it needs quotes; else see the indentation of this line and the one before)",
    ],
  },
  {
    title: 'a quote that is not closed',
    yaml: `default: 'deny\n`,
    says: [
      "watchword.yaml:2: Missing closing 'quote (see the indentation of this line, and brackets and quotes before it)",
    ],
  },
  {
    title: 'a wrong indentation',
    yaml: 'pipelines:\n  - name: a\n   require: none\n',
    says: [
      'watchword.yaml:3: Sequence item without - indicator (see the indentation of this line, and brackets and quotes before it)',
    ],
  },
  {
    title: 'a no-break space',
    yaml: 'pipelines:\n\u00a0 - name: a\n',
    says: [
      'watchword.yaml: line 2 is indented with a character that looks like a space (a no-break space, as web pages have it: type the spaces anew)',
    ],
  },
  {
    title: 'UTF-16',
    yaml: 'd\0e\0',
    says: ['watchword.yaml: is not UTF-8 text (PowerShell writes UTF-16 by `>`: save it as UTF-8)'],
  },
  {
    title: 'environment variables',
    yaml: 'FOO=bar\n',
    says: [
      'watchword.yaml: is a file of environment variables, not a configuration of Watchword (settings are YAML or JSON)',
    ],
  },
  {
    title: 'a tag',
    yaml: 'default: !env X\n',
    says: ['watchword.yaml:1: Unresolved tag: !env (tags (!…) are not evaluated: write the value)'],
  },
  {
    title: 'an anchor that nobody has set',
    yaml: 'default: *name\n',
    says: [
      "watchword.yaml:1: '*name' without quotes is an alias to YAML, of an anchor that is not set (write '*name' in quotes)",
    ],
  },
];
