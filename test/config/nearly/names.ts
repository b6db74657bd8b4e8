import { ISSUER, SECTIONS, type Wrong } from '../wrong.ts';

/** Settings by other names or at another place, and names of algorithms. */
export const NEARLY_NAMES: readonly Wrong[] = [
  {
    title: 'names in another letter case',
    yaml: 'Issuers: []\nPipelines: []\n',
    says: [
      "watchword.yaml:1 Issuers: unknown setting (did you mean 'issuers'?)",
      "watchword.yaml:2 Pipelines: unknown setting (did you mean 'pipelines'?)",
    ],
  },
  {
    title: 'a name with underscores',
    yaml: `${ISSUER}pipelines:\n  - name: orders\n    selectable_by: { context: true }\n    require: {}\n`,
    says: [
      "watchword.yaml:8 pipelines[0].selectable_by: unknown setting (did you mean 'selectableBy'?)",
    ],
  },
  {
    title: 'settings at the wrong level of a pipeline',
    yaml: `${ISSUER}pipelines:\n  - name: orders\n    audiences: [a]\n    hosts: [a.example]\n    scopes: [x]\n    require: {}\n    identityHeaders: [a]\n`,
    says: [
      'watchword.yaml:8 pipelines[0].audiences: unknown setting (it belongs to pipelines[].require.audiences)',
      'watchword.yaml:9 pipelines[0].hosts: unknown setting (it belongs to pipelines[].match[].hosts)',
      'watchword.yaml:10 pipelines[0].scopes: unknown setting (it belongs to pipelines[].require.scopes or pipelines[].resource.scopes)',
      'watchword.yaml:12 pipelines[0].identityHeaders: unknown setting (it belongs to the top, as identityHeaders)',
    ],
  },
  {
    title: 'aud and iss',
    yaml: `${ISSUER}pipelines:\n  - name: orders\n    require: { aud: [x], iss: [main] }\n`,
    says: [
      "watchword.yaml:8 pipelines[0].require.aud: unknown setting (did you mean 'audiences'?)",
      "watchword.yaml:8 pipelines[0].require.iss: unknown setting (did you mean 'issuers'?)",
    ],
  },
  {
    title: 'settings at the wrong level of an issuer',
    yaml: `${ISSUER}    jwks: https://x.example\n    jwksUri: https://x.example\n    clockSkew: 5s\n    algorithm: RS256\n`,
    says: [
      'watchword.yaml:6 issuers[0].jwks: unknown setting (it belongs to issuers[].keys.jwks)',
      'watchword.yaml:7 issuers[0].jwksUri: unknown setting (it belongs to issuers[].keys.jwks)',
      "watchword.yaml:8 issuers[0].clockSkew: unknown setting (did you mean 'leeway'?)",
      "watchword.yaml:9 issuers[0].algorithm: unknown setting (did you mean 'algorithms'?)",
    ],
  },
  {
    title: 'a merge key',
    yaml: 'x-common: &c { name: main }\nissuers:\n  - <<: *c\n    issuer: https://issuer.example/\n    keys: { file: jwks.json }\n',
    says: [
      'watchword.yaml:3 issuers[0].name: is missing (a string)',
      'watchword.yaml:3 issuers[0].<<: unknown setting (merge keys are not part of YAML 1.2: write the settings out)',
      `watchword.yaml:1 x-common: unknown setting (there is ${SECTIONS})`,
    ],
  },
  {
    title: 'names at the top in the singular',
    yaml: 'issuer: https://x\npipeline: {}\n',
    says: [
      "watchword.yaml:1 issuer: unknown setting (did you mean 'issuers'?)",
      "watchword.yaml:2 pipeline: unknown setting (did you mean 'pipelines'?)",
    ],
  },
  {
    title: 'issuers at the wrong level',
    yaml: `${ISSUER}pipelines:\n  - name: orders\n    issuers: [main]\n    require: {}\n`,
    says: [
      'watchword.yaml:8 pipelines[0].issuers: unknown setting (it belongs to pipelines[].require.issuers)',
    ],
  },
  {
    title: 'keys at the wrong level',
    yaml: `${ISSUER}pipelines:\n  - name: orders\n    jwks: x\n    require: {}\n`,
    says: [
      'watchword.yaml:8 pipelines[0].jwks: unknown setting (it belongs to issuers[].keys.jwks)',
    ],
  },
  {
    title: 'the algorithm rs256',
    yaml: `${ISSUER}    algorithms: [rs256]\n`,
    says: [
      "watchword.yaml:6 issuers[0].algorithms[0]: must be one of 'RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519', 'HS256', 'HS384', 'HS512', not 'rs256' (did you mean 'RS256'?)",
    ],
  },
  {
    title: 'the algorithm RSA256',
    yaml: `${ISSUER}    algorithms: [RSA256]\n`,
    says: [
      "watchword.yaml:6 issuers[0].algorithms[0]: must be one of 'RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519', 'HS256', 'HS384', 'HS512', not 'RSA256' (did you mean 'RS256'?)",
    ],
  },
  {
    title: 'the algorithm RS-256',
    yaml: `${ISSUER}    algorithms: [RS-256]\n`,
    says: [
      "watchword.yaml:6 issuers[0].algorithms[0]: must be one of 'RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519', 'HS256', 'HS384', 'HS512', not 'RS-256' (did you mean 'RS256'?)",
    ],
  },
  {
    title: 'the algorithm ES256K',
    yaml: `${ISSUER}    algorithms: [ES256K]\n`,
    says: [
      "watchword.yaml:6 issuers[0].algorithms[0]: must be one of 'RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519', 'HS256', 'HS384', 'HS512', not 'ES256K' (did you mean 'ES256'?)",
    ],
  },
  {
    title: 'the algorithm none',
    yaml: `${ISSUER}    algorithms: [none]\n`,
    says: [
      "watchword.yaml:6 issuers[0].algorithms[0]: must be one of 'RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519', 'HS256', 'HS384', 'HS512', not 'none'",
    ],
  },
  {
    title: 'the algorithm eddsa',
    yaml: `${ISSUER}    algorithms: [eddsa]\n`,
    says: [
      "watchword.yaml:6 issuers[0].algorithms[0]: must be one of 'RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519', 'HS256', 'HS384', 'HS512', not 'eddsa' (did you mean 'EdDSA'?)",
    ],
  },
  {
    title: 'the algorithm HS265',
    yaml: `${ISSUER}    algorithms: [HS265]\n`,
    says: [
      "watchword.yaml:6 issuers[0].algorithms[0]: must be one of 'RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519', 'HS256', 'HS384', 'HS512', not 'HS265'",
    ],
  },
  {
    title: 'one algorithm in place of a list',
    yaml: `${ISSUER}    algorithms: RS256\n`,
    says: [
      "watchword.yaml:6 issuers[0].algorithms: must be a list, not 'RS256' (write algorithms: [RS256])",
    ],
  },
];
