import { ISSUER, PIPELINE, SECTIONS, type Wrong } from './wrong.ts';

/** Settings that are wrong by themselves. */
export const WRONG_SETTINGS: readonly Wrong[] = [
  {
    title: 'a setting that nobody knows',
    yaml: `pipelnes: []\n`,
    says: ["watchword.yaml:1 pipelnes: unknown setting (did you mean 'pipelines'?)"],
  },
  {
    title: 'a setting that nobody knows, deep down',
    yaml: `pipelines:\n  - name: orders\n    require:\n      audience: [a]\n      banana: 1\n`,
    says: [
      "watchword.yaml:4 pipelines[0].require.audience: unknown setting (did you mean 'audiences'?)",
      'watchword.yaml:5 pipelines[0].require.banana: unknown setting (there is issuers, audiences, scopes, claims, clients, maxAge, consumer, when, authentication, anyOf, optional)',
    ],
  },
  {
    title: 'a setting that is known only elsewhere: the hint names one of its place',
    yaml: `${ISSUER}pipelines:\n  - name: orders\n    match: [{ path: ['/orders'] }]\n    requires: {}\n    require: {}\n    algorithms: [RS256]\n`,
    says: [
      "watchword.yaml:8 pipelines[0].match[0].path: unknown setting (did you mean 'paths'?)",
      "watchword.yaml:9 pipelines[0].requires: unknown setting (did you mean 'require'?)",
      'watchword.yaml:11 pipelines[0].algorithms: unknown setting (it belongs to issuers[].algorithms)',
    ],
  },
  {
    title: 'an unknown setting that looks like nothing',
    yaml: `zzzzzzzzzzzz: 1\n`,
    says: [`watchword.yaml:1 zzzzzzzzzzzz: unknown setting (there is ${SECTIONS})`],
  },
  {
    title: 'values of a wrong type',
    yaml: `listen: 9191\nissuers: {}\npipelines:\n  - name: 7\n    require: true\n    match: [7]\nlimits: { tokenBytes: '8k', messageBytes: -1 }\n`,
    says: [
      'watchword.yaml:1 listen: must be an object, not 9191',
      "watchword.yaml:7 limits.tokenBytes: must be a number, not '8k' (write tokenBytes: 8192)",
      'watchword.yaml:7 limits.messageBytes: must be at least 1, not -1',
      'watchword.yaml:2 issuers: must be a list, not an object (write issuers: [])',
      "watchword.yaml:4 pipelines[0].name: must be a string, not 7 (write name: '7')",
      'watchword.yaml:6 pipelines[0].match[0]: must be an object, not 7',
      'watchword.yaml:5 pipelines[0].require: must be `none`, or an object, not true (`{}` accepts every token of the issuers that names their audience, `none` asks for no token)',
    ],
  },
  {
    title: 'a regular expression that RE2 does not take',
    yaml: `${ISSUER}pipelines:\n  - name: orders\n    require: { claims: [{ path: [a], matches: '(?=a)b' }, { path: [b], matches: '[' }] }\n`,
    says: [
      'watchword.yaml:8 pipelines[0].require.claims[0].matches: is no regular expression of RE2: invalid or unsupported Perl syntax: `(?=` (RE2 has no look-around and no back-references)',
      'watchword.yaml:8 pipelines[0].require.claims[1].matches: is no regular expression of RE2: missing closing ]: `[` (RE2 has no look-around and no back-references)',
    ],
  },
  {
    title: 'identifiers of resources that clients would read in another way',
    yaml: `${ISSUER}pipelines:\n  - { name: a, require: {}, resource: { identifier: orders } }\n  - { name: b, require: {}, resource: { identifier: 'http://orders.example.com/mcp' } }\n  - { name: c, require: {}, resource: { identifier: 'https://Orders.example.com:443/mcp', scopes: ['a b'], documentation: docs } }\n  - { name: d, require: {}, resource: {} }\n`,
    says: [
      "watchword.yaml:7 pipelines[0].resource.identifier: 'orders' must be a URL, such as https://orders.example.com/mcp",
      "watchword.yaml:8 pipelines[1].resource.identifier: 'http://orders.example.com/mcp' must be https (http is for localhost only)",
      "watchword.yaml:9 pipelines[2].resource.identifier: 'https://Orders.example.com:443/mcp' is read by clients as https://orders.example.com/mcp: write it so",
      `watchword.yaml:9 pipelines[2].resource.scopes[0]: must be a scope: printable ASCII without spaces, '"' and '\\', not 'a b' (write each by itself: a, b)`,
      "watchword.yaml:9 pipelines[2].resource.documentation: must be an http(s) URL, not 'docs'",
      'watchword.yaml:10 pipelines[3].resource.identifier: is missing (a string)',
    ],
  },
  {
    title: 'sign-in pages that are none',
    yaml: `${ISSUER}pipelines:\n  - { name: a, require: {}, match: [{ hosts: [a.example] }], refusal: { signIn: { url: /start, returnTo: rd } } }\n  - { name: b, require: {}, refusal: { signIn: { url: //login.example/start, returnTo: '?rd' } } }\n  - { name: c, require: {}, refusal: { signIn: { url: 'http://login.example/start', returnTo: rd } } }\n  - { name: d, require: {}, refusal: { body: {} } }\n  - { name: e, require: {}, refusal: { signIn: { url: 'https://me:x@login.example/', returnTo: rd } } }\n`,
    says: [
      "watchword.yaml:7 pipelines[0].refusal.signIn.url: '/start' must be a whole URL, such as https://login.example.com/start",
      "watchword.yaml:8 pipelines[1].refusal.signIn.url: '//login.example/start' must be a whole URL, such as https://login.example.com/start",
      "watchword.yaml:8 pipelines[1].refusal.signIn.returnTo: must be the name of a query parameter, not '?rd' (write rd)",
      "watchword.yaml:9 pipelines[2].refusal.signIn.url: 'http://login.example/start' must be https (http is for localhost only)",
      'watchword.yaml:10 pipelines[3].refusal.body: must have json or html',
      'watchword.yaml:11 pipelines[4].refusal.signIn.url: must have no user: browsers are sent it',
    ],
  },
  {
    title: 'conditions that do not compile, are not true or false, or cost too much',
    yaml: `${ISSUER}pipelines:\n  - name: a\n    require:\n      anyOf:\n        - { when: 'claims.a ==' }\n        - { when: nope == 1 }\n        - { when: claims.a + 'x' }\n        - { when: claims.a.matches('(a+)+$') }\n        - { when: 'claims.a.all(x, claims.b.exists(y, y == x))' }\n        - { when: claims == request }\n        - { when: "request.headers['X-A'] == 'b'" }\n        - { when: request.body == '' }\n        - { when: request.source.port == 1 }\n        - { when: request.source == claims.x }\n        - { when: consumer == claims }\n`,
    says: [
      'watchword.yaml:10 pipelines[0].require.anyOf[0].when: column 12: Unexpected token: EOF',
      'watchword.yaml:11 pipelines[0].require.anyOf[1].when: column 1: Unknown variable: nope',
      'watchword.yaml:12 pipelines[0].require.anyOf[2].when: column 1: is string, it must be true or false',
      'watchword.yaml:13 pipelines[0].require.anyOf[3].when: column 1: matches takes more than linear time; use claims: [{ path, matches }], which is RE2',
      'watchword.yaml:14 pipelines[0].require.anyOf[4].when: column 17: exists within another walk through a list costs too much',
      "watchword.yaml:15 pipelines[0].require.anyOf[5].when: column 1: claims is read by name only: claims.NAME or claims['NAME']",
      "watchword.yaml:16 pipelines[0].require.anyOf[6].when: column 1: header names are lower case here: 'x-a'",
      'watchword.yaml:17 pipelines[0].require.anyOf[7].when: column 1: request has no body: method, path, host, query, headers, source',
      'watchword.yaml:18 pipelines[0].require.anyOf[8].when: column 1: request.source has address and principal',
      'watchword.yaml:19 pipelines[0].require.anyOf[9].when: column 1: request.source has address and principal',
      "watchword.yaml:20 pipelines[0].require.anyOf[10].when: column 1: consumer is read by name only: consumer.NAME or consumer['NAME']",
    ],
  },
  {
    title: 'scopes that can never be granted',
    yaml: `${ISSUER}pipelines:\n  - name: a\n    require:\n      scopes: { all: ['orders.*', 'https://a.example/orders'], any: [orders..read], strategy: wildcard }\n      anyOf: [{ scopes: { strategy: hierarchic } }, { scopes: { all: ['a'], strategy: prefix } }]\n`,
    says: [
      "watchword.yaml:9 pipelines[0].require.scopes.all[0]: 'orders.*' can never be granted as it is meant: wildcards are those of the token; name the scope that is needed here",
      "watchword.yaml:9 pipelines[0].require.scopes.any[0]: 'orders..read' has an empty segment, which no scope of a token stands for",
      'watchword.yaml:10 pipelines[0].require.anyOf[0].scopes.strategy: is for scopes, and none is asked',
      "watchword.yaml:10 pipelines[0].require.anyOf[1].scopes.strategy: must be one of 'exact', 'hierarchic', 'wildcard', not 'prefix'",
    ],
  },
  {
    title: 'requirements that ask for nothing, and alternatives in alternatives',
    yaml: `${ISSUER}pipelines:\n  - name: orders\n    require:\n      authentication: {}\n      clients: []\n      anyOf: [{ anyOf: [{}] }]\n`,
    says: [
      'watchword.yaml:10 pipelines[0].require.clients: must not be empty',
      'watchword.yaml:9 pipelines[0].require.authentication: must have maxAge or acr',
      'watchword.yaml:11 pipelines[0].require.anyOf[0].anyOf: unknown setting (it belongs to pipelines[].require.anyOf)',
    ],
  },
  {
    title: 'a pipeline without require',
    yaml: `pipelines:\n  - name: orders\n`,
    says: [
      'watchword.yaml:2 pipelines[0].require: is missing (`none`, or an object; `{}` accepts every token of the issuers that names their audience, `none` asks for no token)',
    ],
  },
  {
    title: 'an empty value',
    yaml: `issuers:\npipelines:\n`,
    says: [
      'watchword.yaml:1 issuers: is empty: must be a list (leave it out, or fill it)',
      'watchword.yaml:2 pipelines: is empty: must be a list (leave it out, or fill it)',
    ],
  },
  {
    title: 'default: allow',
    yaml: `default: allow\n`,
    says: ["watchword.yaml:1 default: is never 'allow': name a pipeline that requires none"],
  },
  {
    title: 'durations and addresses that are none',
    yaml: `listen:\n  grpc: 9191\n  admin: 'unix:relative.sock'\nlimits: { decisionTimeout: 5 seconds }\nshutdown: { grace: 10 }\n`,
    says: [
      'watchword.yaml:2 listen.grpc: must be HOST:PORT or unix:/PATH, not 9191: write 127.0.0.1:9191',
      "watchword.yaml:3 listen.admin: must be HOST:PORT or unix:/PATH, not 'unix:relative.sock'",
      "watchword.yaml:4 limits.decisionTimeout: must be a duration such as 150ms, 30s, 5m or 12h, not '5 seconds': write 5s",
      'watchword.yaml:5 shutdown.grace: must be a duration such as 150ms, 30s, 5m or 12h, not 10 without a unit: write 10s (or 10ms)',
    ],
  },
  {
    title: 'a port that is none',
    yaml: `listen: { grpc: '127.0.0.1:99999' }\n`,
    says: ["watchword.yaml:1 listen.grpc: the port of '127.0.0.1:99999' is over 65535"],
  },
  {
    title: 'headers that decide about routing or framing',
    yaml: `identityHeaders: [host, ':path', authorization, cookie, x-forwarded-for, connection, transfer-encoding, 'x y', x-a-b-c-d-e-f]\n`,
    says: [
      "watchword.yaml:1 identityHeaders[0]: 'host' says where a request goes and cannot be an identity header",
      "watchword.yaml:1 identityHeaders[1]: ':path' is not a header name of letters, digits and dashes",
      "watchword.yaml:1 identityHeaders[2]: 'authorization' carries the token itself and cannot be an identity header",
      "watchword.yaml:1 identityHeaders[3]: 'cookie' carries sessions and cannot be an identity header",
      "watchword.yaml:1 identityHeaders[4]: 'x-forwarded-for' tells backends how the request came (by which they route, build URLs and know the client) and cannot be an identity header: x-forwarded-user and others that name who asks can",
      "watchword.yaml:1 identityHeaders[5]: 'connection' is about one connection (RFC 9110 section 7.6.1) and cannot be an identity header",
      "watchword.yaml:1 identityHeaders[6]: 'transfer-encoding' says how the body is framed and cannot be an identity header",
      "watchword.yaml:1 identityHeaders[7]: 'x y' is not a header name of letters, digits and dashes: write x-y",
      "watchword.yaml:1 identityHeaders[8]: 'x-a-b-c-d-e-f' has more than 4 dashes",
    ],
  },
  {
    title: 'headers that some backends take for another path or method',
    yaml: `identityHeaders: [x-original-url]\n${ISSUER}${PIPELINE}    forward: { headers: { X-HTTP-Method-Override: sub } }\n`,
    says: [
      "watchword.yaml:1 identityHeaders[0]: 'x-original-url' makes some backends see another path or method and cannot be an identity header (a name of your own, such as x-auth-subject)",
      "watchword.yaml:10 pipelines[0].forward.headers.X-HTTP-Method-Override: 'x-http-method-override' makes some backends see another path or method and cannot be an identity header (a name of your own, such as x-auth-subject)",
    ],
  },
  {
    title: 'a forwarded header that may not be set',
    yaml: `${ISSUER}${PIPELINE}    forward: { headers: { Host: sub, x-user: '' } }\n`,
    says: [
      "watchword.yaml:9 pipelines[0].forward.headers.Host: 'host' says where a request goes and cannot be an identity header",
      'watchword.yaml:9 pipelines[0].forward.headers.x-user: must not be empty',
    ],
  },
  {
    title: 'a console that others could reach',
    yaml: `listen:\n  console: '0.0.0.0:9189'\n${ISSUER}${PIPELINE}`,
    says: [
      'watchword.yaml:2 listen.console: must be a loopback address, not 0.0.0.0:9189: it has no login (write 127.0.0.1:9189, and reach it by kubectl port-forward)',
    ],
  },
  {
    title: 'a console that no browser reaches',
    yaml: `listen:\n  console: unix:/run/console.sock\n${ISSUER}${PIPELINE}`,
    says: [
      'watchword.yaml:2 listen.console: must be a loopback address, not unix:/run/console.sock: it has no login (write 127.0.0.1:9189, and reach it by kubectl port-forward)',
    ],
  },
  {
    title: 'settings that this version does not have',
    yaml: `telemetry:\n  traces: true\n${ISSUER}pipelines:\n  - name: orders\n    require: { proof: required }\n`,
    says: [
      'watchword.yaml:1 telemetry: not supported yet',
      'watchword.yaml:10 pipelines[0].require.proof: not supported yet',
    ],
  },
  {
    title: 'who may name a pipeline, what a route may loosen, which routes count',
    yaml: `pipelines:\n  - name: open\n    selectableBy: { namespaces: '*' }\n    require: none\n  - name: wrong\n    selectableBy: { namespaces: [Orders] }\n    require: none\n    routeMay: [mode]\nroutes:\n  gateways: [gate, a/b/c]\n  maxStale: soon\n  apiServer: ftp://x\n`,
    says: [
      "watchword.yaml:10 routes.gateways[0]: must be NAMESPACE/NAME of a Gateway, not 'gate'",
      "watchword.yaml:10 routes.gateways[1]: must be NAMESPACE/NAME of a Gateway, not 'a/b/c'",
      "watchword.yaml:11 routes.maxStale: must be a duration such as 150ms, 30s, 5m or 12h, not 'soon'",
      "watchword.yaml:12 routes.apiServer: must be an http(s) URL, not 'ftp://x'",
      "watchword.yaml:6 pipelines[1].selectableBy.namespaces[0]: must be the name of a namespace, not 'Orders' (write orders)",
      "watchword.yaml:8 pipelines[1].routeMay[0]: must be one of 'public-paths', not 'mode'",
    ],
  },
  {
    title: 'require: none for every namespace',
    yaml: `pipelines:\n  - name: open\n    selectableBy: { namespaces: '*' }\n    require: none\n`,
    says: [
      "watchword.yaml:3 pipelines[0].selectableBy.namespaces: require: none never accepts '*': every namespace could open its routes (name the namespaces)",
    ],
  },
  {
    title: 'hosts, paths and methods that are none',
    yaml: `pipelines:\n  - name: orders\n    require: none\n    match:\n      - hosts: ['Orders.example.com', 'a.*.b', 'https://a.example']\n        paths: ['orders', '/a//b', '/a/../b', '/a%2fb', '/a/**/b', '/a*', '/a?b=c']\n        methods: [get]\n`,
    says: [
      "watchword.yaml:5 pipelines[0].match[0].hosts[0]: 'Orders.example.com' is not a host, '*.' and a host, or '*': hosts are compared in lower case: write 'orders.example.com'",
      "watchword.yaml:5 pipelines[0].match[0].hosts[1]: 'a.*.b' is not a host, '*.' and a host, or '*': '*' stands only at the beginning, for one name or more",
      "watchword.yaml:5 pipelines[0].match[0].hosts[2]: 'https://a.example' is not a host, '*.' and a host, or '*': a host has no scheme: write 'a.example'",
      "watchword.yaml:6 pipelines[0].match[0].paths[0]: 'orders' does not begin with '/': write '/orders'",
      "watchword.yaml:6 pipelines[0].match[0].paths[1]: '/a//b' has several readings: write it decoded, without '//', '.', '..', '%', ';' or '\\': write '/a/b'",
      "watchword.yaml:6 pipelines[0].match[0].paths[2]: '/a/../b' has several readings: write it decoded, without '//', '.', '..', '%', ';' or '\\'",
      "watchword.yaml:6 pipelines[0].match[0].paths[3]: '/a%2fb' has several readings: write it decoded, without '//', '.', '..', '%', ';' or '\\'",
      "watchword.yaml:6 pipelines[0].match[0].paths[4]: '**' in '/a/**/b' is not at the end; '*' stands for one segment",
      "watchword.yaml:6 pipelines[0].match[0].paths[5]: 'a*' in '/a*': '*' stands for a whole segment only: write '/a/**'",
      "watchword.yaml:6 pipelines[0].match[0].paths[6]: '/a?b=c' has a query; only the path is matched: write '/a'",
      "watchword.yaml:7 pipelines[0].match[0].methods[0]: must be an HTTP method in upper case, not 'get' (write GET)",
    ],
  },
  {
    title: 'scopes and claims that are none',
    yaml: `${ISSUER}pipelines:\n  - name: orders\n    require:\n      scopes: { all: ['a b'], any: [] }\n      claims: [{ path: [] }, { path: a.b }, { path: [a], in: [] }]\n`,
    says: [
      "watchword.yaml:9 pipelines[0].require.scopes.all[0]: must be a scope: printable ASCII without spaces, '\"' and '\\', not 'a b' (write each by itself: a, b)",
      'watchword.yaml:9 pipelines[0].require.scopes.any: must not be empty',
      'watchword.yaml:10 pipelines[0].require.claims[0].path[0]: is missing (a string)',
      "watchword.yaml:10 pipelines[0].require.claims[1].path: must be a list, not 'a.b' (write path: [a, b])",
      'watchword.yaml:10 pipelines[0].require.claims[2].in: must not be empty',
    ],
  },
];
