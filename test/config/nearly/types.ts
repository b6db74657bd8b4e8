import { ISSUER, PIPELINE, type Wrong } from '../wrong.ts';

/** Values of another type or spelling than the one that is taken. */
export const NEARLY_TYPES: readonly Wrong[] = [
  {
    title: 'one audience in place of a list',
    yaml: `${ISSUER}pipelines:\n  - name: orders\n    require: { audiences: http://orders }\n`,
    says: [
      "watchword.yaml:8 pipelines[0].require.audiences: must be a list, or `any`, not 'http://orders' (write audiences: [http://orders])",
    ],
  },
  {
    title: 'audience',
    yaml: `${ISSUER}pipelines:\n  - name: orders\n    require: { audience: http://orders }\n`,
    says: [
      "watchword.yaml:8 pipelines[0].require.audience: unknown setting (did you mean 'audiences'?)",
    ],
  },
  {
    title: 'scopes as a list',
    yaml: `${ISSUER}pipelines:\n  - name: orders\n    require: { scopes: [read:orders] }\n`,
    says: [
      'watchword.yaml:8 pipelines[0].require.scopes: must be an object, not a list (write scopes: { all: [read:orders] })',
    ],
  },
  {
    title: 'scopes as words',
    yaml: `${ISSUER}pipelines:\n  - name: orders\n    require: { scopes: 'read:orders write:orders' }\n`,
    says: [
      "watchword.yaml:8 pipelines[0].require.scopes: must be an object, not 'read:orders write:orders' (write scopes: { all: [read:orders, write:orders] })",
    ],
  },
  {
    title: 'one scope in place of a list',
    yaml: `${ISSUER}pipelines:\n  - name: orders\n    require: { scopes: { all: read:orders } }\n`,
    says: [
      "watchword.yaml:8 pipelines[0].require.scopes.all: must be a list, not 'read:orders' (write all: [read:orders])",
    ],
  },
  {
    title: 'a scope that a space has made a mapping',
    yaml: `${ISSUER}pipelines:\n  - name: orders\n    require: { scopes: { all: [read: orders] } }\n`,
    says: [
      'watchword.yaml:8 pipelines[0].require.scopes.all[0]: must be a string, not an object (write read:orders)',
    ],
  },
  {
    title: 'two scopes in one text',
    yaml: `${ISSUER}pipelines:\n  - name: orders\n    require: { scopes: { all: ['a b'] } }\n`,
    says: [
      `watchword.yaml:8 pipelines[0].require.scopes.all[0]: must be a scope: printable ASCII without spaces, '"' and '\\', not 'a b' (write each by itself: a, b)`,
    ],
  },
  {
    title: 'require: true',
    yaml: `${ISSUER}pipelines:\n  - name: orders\n    require: true\n`,
    says: [
      'watchword.yaml:8 pipelines[0].require: must be `none`, or an object, not true (`{}` accepts every token of the issuers that names their audience, `none` asks for no token)',
    ],
  },
  {
    title: 'require as a list',
    yaml: `${ISSUER}pipelines:\n  - name: orders\n    require: [orders]\n`,
    says: [
      'watchword.yaml:8 pipelines[0].require: must be `none`, or an object, not a list (`{}` accepts every token of the issuers that names their audience, `none` asks for no token)',
    ],
  },
  {
    title: 'require without a value',
    yaml: `${ISSUER}pipelines:\n  - name: orders\n    require:\n`,
    says: [
      'watchword.yaml:8 pipelines[0].require: is empty: must be `none`, or an object (`{}` accepts every token of the issuers that names their audience, `none` asks for no token)',
    ],
  },
  {
    title: 'None for none',
    yaml: `${ISSUER}pipelines:\n  - name: orders\n    require: None\n`,
    says: [
      "watchword.yaml:8 pipelines[0].require: must be `none`, or an object, not 'None' (did you mean 'none'?)",
    ],
  },
  {
    title: 'match as an object',
    yaml: `${ISSUER}${PIPELINE}    match: { paths: ['/orders'] }\n`,
    says: [
      'watchword.yaml:9 pipelines[0].match: must be a list, not an object (write match: [{ paths: [/orders] }])',
    ],
  },
  {
    title: 'match as a list of paths',
    yaml: `${ISSUER}${PIPELINE}    match: [/orders]\n`,
    says: [
      "watchword.yaml:9 pipelines[0].match[0]: must be an object, not '/orders' (write { paths: [/orders] })",
    ],
  },
  {
    title: 'match as a path',
    yaml: `${ISSUER}${PIPELINE}    match: /orders\n`,
    says: [
      "watchword.yaml:9 pipelines[0].match: must be a list, not '/orders' (write match: [{ paths: [/orders] }])",
    ],
  },
  {
    title: 'braces for brackets',
    yaml: `${ISSUER}pipelines:\n  - name: orders\n    require: { audiences: {a, b} }\n`,
    says: [
      'watchword.yaml:8 pipelines[0].require.audiences: must be a list, or `any`, not an object (write audiences: [a, b])',
    ],
  },
  {
    title: 'a boolean in quotes',
    yaml: `${ISSUER}pipelines:\n  - name: orders\n    require: { optional: 'true' }\n`,
    says: [
      "watchword.yaml:8 pipelines[0].require.optional: must be a boolean, not 'true' (write optional: true)",
    ],
  },
  {
    title: 'a boolean of YAML 1.1',
    yaml: `${ISSUER}pipelines:\n  - name: orders\n    require: { optional: yes }\n`,
    says: [
      "watchword.yaml:8 pipelines[0].require.optional: must be a boolean, not 'yes' (write optional: true)",
    ],
  },
  {
    title: 'a claim with dots for a path',
    yaml: `${ISSUER}pipelines:\n  - name: orders\n    require: { claims: [{ path: realm_access.roles, in: [admin] }] }\n`,
    says: [
      "watchword.yaml:8 pipelines[0].require.claims[0].path: must be a list, not 'realm_access.roles' (write path: [realm_access, roles])",
    ],
  },
  {
    title: 'one accepted value in place of a list',
    yaml: `${ISSUER}pipelines:\n  - name: orders\n    require: { claims: [{ path: [roles], in: admin }] }\n`,
    says: [
      "watchword.yaml:8 pipelines[0].require.claims[0].in: must be a list, not 'admin' (write in: [admin])",
    ],
  },
  {
    title: 'a claim rule in other words',
    yaml: `${ISSUER}pipelines:\n  - name: orders\n    require: { claims: [{ claim: [roles], value: admin }] }\n`,
    says: [
      'watchword.yaml:8 pipelines[0].require.claims[0].path: is missing (a list)',
      "watchword.yaml:8 pipelines[0].require.claims[0].claim: unknown setting (did you mean 'path'?)",
      "watchword.yaml:8 pipelines[0].require.claims[0].value: unknown setting (did you mean 'in'?)",
    ],
  },
  {
    title: 'one claim rule in place of a list',
    yaml: `${ISSUER}pipelines:\n  - name: orders\n    require: { claims: { path: [roles] } }\n`,
    says: [
      'watchword.yaml:8 pipelines[0].require.claims: must be a list, not an object (write claims: [{ path: [roles] }])',
    ],
  },
  {
    title: 'a path as a list for a header',
    yaml: `${ISSUER}${PIPELINE}    forward: { headers: { x-roles: [realm_access, roles] } }\n`,
    says: [
      'watchword.yaml:9 pipelines[0].forward.headers.x-roles: must be a string, or an object, not a list (write x-roles: { claim: [realm_access, roles] })',
    ],
  },
  {
    title: 'a claim with dots for a header',
    yaml: `${ISSUER}${PIPELINE}    forward: { headers: { x-roles: { claim: realm_access.roles } } }\n`,
    says: [
      "watchword.yaml:9 pipelines[0].forward.headers.x-roles.claim: must be a list, not 'realm_access.roles' (write claim: [realm_access, roles])",
    ],
  },
  {
    title: 'forward as a claim',
    yaml: `${ISSUER}${PIPELINE}    forward: sub\n`,
    says: [
      "watchword.yaml:9 pipelines[0].forward: must be an object, not 'sub' (write forward: { headers: { x-auth-subject: sub } })",
    ],
  },
  {
    title: 'a header with an underscore',
    yaml: `${ISSUER}${PIPELINE}    forward: { headers: { x_user: sub } }\n`,
    says: [
      "watchword.yaml:9 pipelines[0].forward.headers.x_user: 'x_user' is not a header name of letters, digits and dashes: write x-user",
    ],
  },
  {
    title: 'selectableBy as a list',
    yaml: `${ISSUER}${PIPELINE}    selectableBy: [orders]\n`,
    says: [
      'watchword.yaml:9 pipelines[0].selectableBy: must be an object, not a list (write selectableBy: { namespaces: [orders] })',
    ],
  },
  {
    title: 'one namespace in place of a list',
    yaml: `${ISSUER}${PIPELINE}    selectableBy: { namespaces: orders }\n`,
    says: [
      "watchword.yaml:9 pipelines[0].selectableBy.namespaces: must be a list, or `*`, not 'orders' (write namespaces: [orders])",
    ],
  },
  {
    title: 'a star in a list of namespaces',
    yaml: `${ISSUER}${PIPELINE}    selectableBy: { namespaces: ['*'] }\n`,
    says: [
      "watchword.yaml:9 pipelines[0].selectableBy.namespaces[0]: must be the name of a namespace, not '*' (write namespaces: '*', without brackets)",
    ],
  },
  {
    title: 'a mode in another letter case',
    yaml: `${ISSUER}${PIPELINE}    mode: Shadow\n`,
    says: [
      "watchword.yaml:9 pipelines[0].mode: must be one of 'enforce', 'shadow', not 'Shadow' (did you mean 'shadow'?)",
    ],
  },
  {
    title: 'preflight: true',
    yaml: `${ISSUER}${PIPELINE}    preflight: true\n`,
    says: ["watchword.yaml:9 pipelines[0].preflight: must be one of 'pass', 'refuse', not true"],
  },
  {
    title: 'token: remove',
    yaml: `${ISSUER}${PIPELINE}    forward: { token: remove }\n`,
    says: [
      "watchword.yaml:9 pipelines[0].forward.token: must be one of 'keep', 'strip', not 'remove' (did you mean 'strip'?)",
    ],
  },
  {
    title: 'routeMay as a text',
    yaml: `${ISSUER}${PIPELINE}    routeMay: public-paths\n`,
    says: [
      "watchword.yaml:9 pipelines[0].routeMay: must be a list, not 'public-paths' (write routeMay: [public-paths])",
    ],
  },
  {
    title: 'keys as a file',
    yaml: 'issuers:\n  - name: main\n    issuer: https://issuer.example/\n    audiences: [http://orders]\n    keys: ./pub.pem\n',
    says: [
      "watchword.yaml:5 issuers[0].keys: must be an object, not './pub.pem' (write keys: { file: ./pub.pem })",
    ],
  },
  {
    title: 'keys as a URL',
    yaml: 'issuers:\n  - name: main\n    issuer: https://issuer.example/\n    audiences: [http://orders]\n    keys: https://issuer.example/jwks.json\n',
    says: [
      "watchword.yaml:5 issuers[0].keys: must be an object, not 'https://issuer.example/jwks.json' (write keys: { jwks: https://issuer.example/jwks.json })",
    ],
  },
  {
    title: 'jwksUri',
    yaml: 'issuers:\n  - name: main\n    issuer: https://issuer.example/\n    audiences: [http://orders]\n    keys: { jwksUri: https://issuer.example/jwks.json }\n',
    says: [
      "watchword.yaml:5 issuers[0].keys.jwksUri: unknown setting (did you mean 'jwks'?)",
      'watchword.yaml:5 issuers[0].keys: must have exactly one of file, secretFile, jwks, discovery, kubernetes',
    ],
  },
  {
    title: 'discovery in quotes',
    yaml: `issuers:\n  - name: main\n    issuer: https://issuer.example/\n    audiences: [http://orders]\n    keys: { discovery: 'true' }\n`,
    says: [
      "watchword.yaml:5 issuers[0].keys.discovery: must be an http(s) URL, not 'true' (write true)",
    ],
  },
  {
    title: 'discovery: false',
    yaml: 'issuers:\n  - name: main\n    issuer: https://issuer.example/\n    audiences: [http://orders]\n    keys: { discovery: false }\n',
    says: [
      'watchword.yaml:5 issuers[0].keys.discovery: must be `true`, or a string, not false (leave it out)',
    ],
  },
  {
    title: 'a size with a unit',
    yaml: `limits: { tokenBytes: '16k' }\n`,
    says: [
      "watchword.yaml:1 limits.tokenBytes: must be a number, not '16k' (write tokenBytes: 16384)",
    ],
  },
  {
    title: 'log as a level',
    yaml: 'log: debug\n',
    says: ["watchword.yaml:1 log: must be an object, not 'debug' (write log: { level: debug })"],
  },
  {
    title: 'a level of other loggers',
    yaml: 'log: { level: warning }\n',
    says: [
      "watchword.yaml:1 log.level: must be one of 'debug', 'info', 'warn', 'error', 'silent', not 'warning' (did you mean 'warn'?)",
    ],
  },
  {
    title: 'routes with texts for lists',
    yaml: 'routes: { watch: on, gateways: default/eg, ingressClasses: nginx }\n',
    says: [
      "watchword.yaml:1 routes.watch: must be a boolean, not 'on' (write watch: true)",
      "watchword.yaml:1 routes.ingressClasses: must be a list, not 'nginx' (write ingressClasses: [nginx])",
      "watchword.yaml:1 routes.gateways: must be a list, not 'default/eg' (write gateways: [default/eg])",
    ],
  },
  {
    title: 'a Gateway without its namespace',
    yaml: 'routes: { gateways: [eg] }\n',
    says: ["watchword.yaml:1 routes.gateways[0]: must be NAMESPACE/NAME of a Gateway, not 'eg'"],
  },
  {
    title: 'addresses as others write them',
    yaml: 'listen: { grpc: ":9191", admin: "localhost", http: "http://127.0.0.1:9180" }\n',
    says: [
      "watchword.yaml:1 listen.grpc: must be HOST:PORT or unix:/PATH, not ':9191': write 0.0.0.0:9191",
      "watchword.yaml:1 listen.admin: must be HOST:PORT or unix:/PATH, not 'localhost'",
      "watchword.yaml:1 listen.http: must be HOST:PORT or unix:/PATH, not 'http://127.0.0.1:9180': write 127.0.0.1:9180",
    ],
  },
  {
    title: 'durations as others write them',
    yaml: 'shutdown: { grace: 30, delay: PT5S }\nlimits: { decisionTimeout: 1.5h, connectionAge: "" }\n',
    says: [
      "watchword.yaml:2 limits.decisionTimeout: must be a duration such as 150ms, 30s, 5m or 12h, not '1.5h': write 90m",
      "watchword.yaml:2 limits.connectionAge: must be a duration such as 150ms, 30s, 5m or 12h, not ''",
      "watchword.yaml:1 shutdown.delay: must be a duration such as 150ms, 30s, 5m or 12h, not 'PT5S': write 5s",
      'watchword.yaml:1 shutdown.grace: must be a duration such as 150ms, 30s, 5m or 12h, not 30 without a unit: write 30s (or 30ms)',
    ],
  },
  {
    title: 'a name with spaces',
    yaml: 'issuers:\n  - name: Auth0 Tenant\n    issuer: https://issuer.example/\n    audiences: [http://orders]\n    keys: { file: jwks.json }\n',
    says: [
      "watchword.yaml:2 issuers[0].name: must be lower case letters, digits and dashes, at most 63, not 'Auth0 Tenant' (write auth0-tenant)",
    ],
  },
  {
    title: 'one peer in place of a list',
    yaml: 'listen: { http: 0.0.0.0:9180 }\nhttp: { trustedPeers: 10.0.0.0/8 }\n',
    says: [
      "watchword.yaml:2 http.trustedPeers: must be a list, not '10.0.0.0/8' (write trustedPeers: [10.0.0.0/8])",
    ],
  },
  {
    title: 'blocks of addresses that are none',
    yaml: 'listen: { http: 0.0.0.0:9180 }\nhttp: { trustedPeers: [10.0.0.0/33, gateway] }\n',
    says: [
      "watchword.yaml:2 http.trustedPeers[0]: '10.0.0.0/33' is not an address or a block of addresses such as 10.0.0.0/8",
      "watchword.yaml:2 http.trustedPeers[1]: 'gateway' is not an address or a block of addresses such as 10.0.0.0/8",
    ],
  },
  {
    title: 'a leeway without a unit',
    yaml: `${ISSUER}    leeway: 30\n`,
    says: [
      'watchword.yaml:6 issuers[0].leeway: must be a duration such as 150ms, 30s, 5m or 12h, not 30 without a unit: write 30s (or 30ms)',
    ],
  },
  {
    title: 'issuers and pipelines by name',
    yaml: 'issuers:\n  main: { issuer: https://issuer.example/, keys: { discovery: true } }\npipelines:\n  orders: { require: {} }\n',
    says: [
      'watchword.yaml:1 issuers: must be a list, not an object (write issuers: [{ name: main, issuer: https://issuer.example/, keys: { discovery: true } }])',
      'watchword.yaml:3 pipelines: must be a list, not an object (write pipelines: [{ name: orders, require: {} }])',
    ],
  },
  {
    title: 'issuers as one text, which tells too little',
    yaml: 'issuers: https://issuer.example/\n',
    says: ["watchword.yaml:1 issuers: must be a list, not 'https://issuer.example/'"],
  },
  {
    title: 'claims by name',
    yaml: `${ISSUER}pipelines:\n  - name: orders\n    require: { claims: { roles: admin, realm_access.groups: [a, b] } }\n`,
    says: [
      'watchword.yaml:8 pipelines[0].require.claims: must be a list, not an object (write claims: [{ path: [roles], in: [admin] }, { path: [realm_access, groups], in: [a, b] }])',
    ],
  },
  {
    title: 'places of the token as a word',
    yaml: `${ISSUER}${PIPELINE}    tokenFrom: cookie\n  - name: others\n    require: {}\n    tokenFrom: Authorization\n`,
    says: [
      "watchword.yaml:9 pipelines[0].tokenFrom: must be a list, not 'cookie' (write tokenFrom: [{ cookie: access_token }])",
      "watchword.yaml:12 pipelines[1].tokenFrom: must be a list, not 'Authorization' (write tokenFrom: [{ header: authorization, scheme: Bearer }])",
    ],
  },
  {
    title: 'headers as a list',
    yaml: `${ISSUER}${PIPELINE}    forward: { headers: [X-User] }\n`,
    says: [
      'watchword.yaml:9 pipelines[0].forward.headers: must be an object, not a list (write headers: { x-user: sub })',
    ],
  },
];
