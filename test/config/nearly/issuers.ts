import { ISSUER, type Wrong } from '../wrong.ts';

/** Issuers and keys as they stand in documents of issuers, and listeners. */
export const NEARLY_ISSUERS: readonly Wrong[] = [
  {
    title: 'the metadata document as an issuer',
    yaml: 'issuers:\n  - name: main\n    issuer: https://issuer.example/.well-known/openid-configuration\n    audiences: [http://orders]\n    keys: { file: jwks.json }\n',
    says: [
      "watchword.yaml:3 issuers[0].issuer: 'https://issuer.example/.well-known/openid-configuration' is the address of a document, and no token has it as `iss` (write https://issuer.example, or what `issuer` is in that document)",
    ],
  },
  {
    title: 'the metadata document of Auth0',
    yaml: 'issuers:\n  - name: main\n    issuer: https://t.eu.auth0.com/.well-known/openid-configuration\n    audiences: [http://orders]\n    keys: { file: jwks.json }\n',
    says: [
      "watchword.yaml:3 issuers[0].issuer: 'https://t.eu.auth0.com/.well-known/openid-configuration' is the address of a document, and no token has it as `iss` (write https://t.eu.auth0.com/, or what `issuer` is in that document)",
    ],
  },
  {
    title: 'a key set as an issuer',
    yaml: 'issuers:\n  - name: main\n    issuer: https://t.eu.auth0.com/.well-known/jwks.json\n    audiences: [http://orders]\n    keys: { file: jwks.json }\n',
    says: [
      "watchword.yaml:3 issuers[0].issuer: 'https://t.eu.auth0.com/.well-known/jwks.json' is the address of a document, and no token has it as `iss` (write https://t.eu.auth0.com/, or what `issuer` is in that document)",
    ],
  },
  {
    title: 'the metadata document as a key set',
    yaml: 'issuers:\n  - name: main\n    issuer: https://issuer.example/\n    audiences: [http://orders]\n    keys: { jwks: https://issuer.example/.well-known/openid-configuration }\n',
    says: [
      'watchword.yaml:5 issuers[0].keys.jwks: is a metadata document, not a key set (write keys: { discovery: true }, or its jwks_uri)',
    ],
  },
  {
    title: 'a key set without a scheme',
    yaml: 'issuers:\n  - name: main\n    issuer: https://issuer.example/\n    audiences: [http://orders]\n    keys: { jwks: issuer.example/jwks.json }\n',
    says: [
      "watchword.yaml:5 issuers[0].keys.jwks: must be an http(s) URL, not 'issuer.example/jwks.json' (write https://issuer.example/jwks.json)",
    ],
  },
  {
    title: 'discovery of an issuer without a scheme',
    yaml: 'issuers:\n  - name: main\n    issuer: issuer.example\n    audiences: [http://orders]\n    keys: { discovery: true }\n',
    says: [
      'watchword.yaml:3 issuers[0].issuer: must be an http(s) URL where keys.discovery is true (write https://issuer.example, or name the URL under keys.discovery)',
    ],
  },
  {
    title: 'a URL with a placeholder',
    yaml: `issuers:\n  - name: main\n    issuer: https://issuer.example/\n    audiences: [http://orders]\n    keys: { jwks: 'https://<tenant>/jwks.json' }\n`,
    says: [
      "watchword.yaml:5 issuers[0].keys.jwks: must be an http(s) URL, not 'https://<tenant>/jwks.json' ('<tenant>' is a placeholder: write the value itself, nothing is substituted here)",
    ],
  },
  {
    title: 'a template as a value',
    yaml: 'issuers:\n  - name: main\n    issuer: {{ .Values.issuer }}\n    audiences: [http://orders]\n    keys: { file: jwks.json }\n',
    says: [
      "watchword.yaml:3 issuers[0].issuer: must be a string, not an object ('{{ .Values.issuer }}' is a placeholder: write the value itself, nothing is substituted here)",
    ],
  },
  {
    title: 'an issuer by its iss',
    yaml: `${ISSUER}pipelines:\n  - name: orders\n    require: { issuers: [https://issuer.example/] }\n`,
    says: [
      "watchword.yaml:8 pipelines[0].require.issuers[0]: must be lower case letters, digits and dashes, at most 63, not 'https://issuer.example/' (a name that this configuration gives, not a URL)",
    ],
  },
  {
    title: 'two listeners on one port',
    yaml: 'listen: { grpc: 127.0.0.1:9191, admin: 127.0.0.1:9191 }\n',
    says: [
      "watchword.yaml:1 listen.admin: '127.0.0.1:9191' is taken by listen.grpc (127.0.0.1:9191) (each listener has a port of its own)",
    ],
  },
  {
    title: 'a listener on every address',
    yaml: 'listen: { grpc: 0.0.0.0:9190, http: 127.0.0.1:9190 }\n',
    says: [
      "watchword.yaml:1 listen.admin: '127.0.0.1:9190' is taken by listen.grpc (0.0.0.0:9190) (each listener has a port of its own)",
      "watchword.yaml:1 listen.http: '127.0.0.1:9190' is taken by listen.grpc (0.0.0.0:9190) (each listener has a port of its own)",
    ],
  },
  {
    title: 'default: Allow',
    yaml: 'default: Allow\n',
    says: ["watchword.yaml:1 default: is never 'Allow': name a pipeline that requires none"],
  },
  {
    title: 'a default that is nearly a name',
    yaml: 'default: order\nissuers:\n  - name: main\n    issuer: https://issuer.example/\n    audiences: [http://orders]\n    keys: { file: jwks.json }\npipelines:\n  - name: orders\n    require: {}\n',
    says: ["watchword.yaml:1 default: no pipeline is called 'order' ('deny', or orders)"],
  },
];
