import { ISSUER, PIPELINE, type Wrong } from '../wrong.ts';

/** Values that are allowed and seldom meant. */
export const SELDOM_MEANT: readonly Wrong[] = [
  {
    title: 'a placeholder of shells',
    yaml: `${ISSUER}pipelines:\n  - name: orders\n    require: { audiences: ['\${AUDIENCE}'] }\n`,
    says: [
      `pipelines[0].require.audiences[0]: '\${AUDIENCE}' is taken as it is ('\${AUDIENCE}' is a placeholder: write the value itself, nothing is substituted here)`,
    ],
  },
  {
    title: 'a template of Helm',
    yaml: `${ISSUER}pipelines:\n  - name: orders\n    require: { audiences: ['{{ .Values.audience }}'] }\n`,
    says: [
      "pipelines[0].require.audiences[0]: '{{ .Values.audience }}' is taken as it is ('{{ .Values.audience }}' is a placeholder: write the value itself, nothing is substituted here)",
    ],
  },
  {
    title: 'YOUR_TENANT',
    yaml: `issuers:\n  - name: main\n    issuer: https://YOUR_TENANT/\n    audiences: [http://orders]\n    keys: { file: jwks.json }\n`,
    says: [
      "issuers[0].issuer: 'https://YOUR_TENANT/' is taken as it is ('YOUR_TENANT' is a placeholder: write the value itself, nothing is substituted here)",
    ],
  },
  {
    title: 'a placeholder in angle brackets',
    yaml: `issuers:\n  - name: main\n    issuer: https://<tenant>/\n    audiences: [http://orders]\n    keys: { file: jwks.json }\n`,
    says: [
      "issuers[0].issuer: 'https://<tenant>/' is taken as it is ('<tenant>' is a placeholder: write the value itself, nothing is substituted here)",
    ],
  },
  {
    title: 'a claim with dots for a header, but not a URL',
    yaml: `${ISSUER}${PIPELINE}    forward: { headers: { x-roles: realm_access.roles, x-t: https://example.com/tenant } }\n`,
    says: [
      "pipelines[0].forward.headers.x-roles: 'realm_access.roles' is one claim with a dot in its name (for 'roles' in 'realm_access' write x-roles: { claim: [realm_access, roles] })",
    ],
  },
  {
    title: 'a claim with dots in a list',
    yaml: `${ISSUER}pipelines:\n  - name: orders\n    require: { claims: [{ path: [realm_access.roles], in: [admin] }] }\n    forward: { headers: { x-r: { claim: [realm_access.roles], as: json } } }\n`,
    says: [
      "pipelines[0].require.claims[0].path: 'realm_access.roles' is one claim with a dot in its name (for 'roles' in 'realm_access' write path: [realm_access, roles])",
      "pipelines[0].forward.headers.x-r: 'realm_access.roles' is one claim with a dot in its name (for 'roles' in 'realm_access' write x-r: { claim: [realm_access, roles], as: json })",
    ],
  },
  {
    title: 'any in a list',
    yaml: `${ISSUER}pipelines:\n  - name: orders\n    require: { audiences: [any] }\n`,
    says: [
      "pipelines[0].require.audiences[0]: 'any' in a list is an audience of that name (audiences: any, without brackets, accepts every one)",
    ],
  },
  {
    title: 'a star as an audience',
    yaml: `${ISSUER}pipelines:\n  - name: orders\n    require: { audiences: ['*'] }\n`,
    says: [
      "pipelines[0].require.audiences[0]: '*' in a list is an audience of that name (audiences: any, without brackets, accepts every one)",
    ],
  },
  {
    title: 'audiences in one text',
    yaml: `${ISSUER}pipelines:\n  - name: orders\n    require: { audiences: ['a, b'] }\n`,
    says: [
      "pipelines[0].require.audiences[0]: 'a, b' is one audience with a space or comma in it (write [a, b])",
    ],
  },
  {
    title: 'an audience with a star',
    yaml: `${ISSUER}pipelines:\n  - name: orders\n    require: { audiences: ['https://*.example.com'] }\n`,
    says: [
      "pipelines[0].require.audiences[0]: 'https://*.example.com' is compared as it is: '*' stands for nothing here (name each audience)",
    ],
  },
  {
    title: 'an issuer of Auth0 without its slash',
    yaml: `issuers:\n  - name: main\n    issuer: https://t.eu.auth0.com\n    audiences: [http://orders]\n    keys: { file: jwks.json }\n`,
    says: [
      "issuers[0].issuer: 'https://t.eu.auth0.com': tokens of this issuer write it with a slash at its end (write https://t.eu.auth0.com/)",
    ],
  },
  {
    title: 'an issuer without a scheme',
    yaml: `issuers:\n  - name: main\n    issuer: t.eu.auth0.com\n    audiences: [http://orders]\n    keys: { file: jwks.json }\n`,
    says: [
      "issuers[0].issuer: 't.eu.auth0.com' has no scheme (write https://t.eu.auth0.com/, if that is the `iss` of its tokens)",
    ],
  },
  {
    title: 'an issuer over http',
    yaml: `issuers:\n  - name: main\n    issuer: http://issuer.example.com/\n    audiences: [http://orders]\n    keys: { file: jwks.json }\n`,
    says: [
      "issuers[0].issuer: 'http://issuer.example.com/' is http, and the `iss` of issuers on other machines is https (write https://issuer.example.com/, unless its tokens do say http)",
    ],
  },
  {
    title: 'an issuer of Okta with a slash',
    yaml: `issuers:\n  - name: main\n    issuer: https://dev-1.okta.com/oauth2/default/\n    audiences: [http://orders]\n    keys: { file: jwks.json }\n`,
    says: [
      "issuers[0].issuer: 'https://dev-1.okta.com/oauth2/default/': tokens of this issuer write it without a slash at its end (write https://dev-1.okta.com/oauth2/default)",
    ],
  },
  {
    title: "Entra's common tenant",
    yaml: `issuers:\n  - name: main\n    issuer: https://login.microsoftonline.com/common/v2.0\n    audiences: [http://orders]\n    keys: { file: jwks.json }\n`,
    says: [
      "issuers[0].issuer: 'https://login.microsoftonline.com/common/v2.0': no token has 'common' in its `iss`, but the id of a tenant (name the tenant, or write {tenant} and list them under tenants)",
    ],
  },
  {
    title: 'parameters in paths',
    yaml: `${ISSUER}${PIPELINE}    match: [{ paths: ['/orders/:id', '/o/{id}'] }]\n`,
    says: [
      "pipelines[0].match[0].paths[0]: ':id' in '/orders/:id' is taken as it is ('*' stands for one segment: write '/orders/*')",
      "pipelines[0].match[0].paths[1]: '{id}' in '/o/{id}' is taken as it is ('*' stands for one segment: write '/o/*')",
    ],
  },
  {
    title: 'a path that is a regular expression',
    yaml: `${ISSUER}${PIPELINE}    match: [{ paths: ['/v[0-9]+/x'] }]\n`,
    says: [
      "pipelines[0].match[0].paths[0]: '/v[0-9]+/x' is taken as it is: regular expressions are not ('*' stands for one segment, '**' at the end for the rest)",
    ],
  },
  {
    title: 'a realm of Keycloak with a slash',
    yaml: `issuers:\n  - name: main\n    issuer: https://kc.example.com/realms/shop/\n    audiences: [http://orders]\n    keys: { file: jwks.json }\n`,
    says: [
      "issuers[0].issuer: 'https://kc.example.com/realms/shop/': tokens of this issuer write it without a slash at its end (write https://kc.example.com/realms/shop)",
    ],
  },
  {
    title: 'an issuer with a space',
    yaml: `issuers:\n  - name: main\n    issuer: 'https://issuer.example/ '\n    audiences: [http://orders]\n    keys: { file: jwks.json }\n`,
    says: [
      "issuers[0].issuer: 'https://issuer.example/ ' has a space at its end, which no `iss` has",
    ],
  },
  {
    title: 'a name of the environment as a claim',
    yaml: `${ISSUER}${PIPELINE}    forward: { headers: { x-user: '$CLAIM' } }\n`,
    says: [
      "pipelines[0].forward.headers.x-user: '$CLAIM' is taken as it is ('$CLAIM' is a placeholder: write the value itself, nothing is substituted here)",
    ],
  },
  {
    title: 'a boolean in quotes as a claim',
    yaml: `${ISSUER}pipelines:\n  - name: orders\n    require: { claims: [{ path: [email_verified], in: ['true'] }] }\n`,
    says: [
      "pipelines[0].require.claims[0].in[0]: 'true' in quotes is a text, and the claim true is none (write true, unless the issuer does write it as a text)",
    ],
  },
  {
    title: 'ANY as a method',
    yaml: `${ISSUER}${PIPELINE}    match: [{ paths: [/a], methods: [ANY] }]\n`,
    says: [
      "pipelines[0].match[0].methods[0]: 'ANY' is a method of that name (leave methods out: that is all of them)",
    ],
  },
];
