import { ISSUER, PIPELINE, type Wrong } from './wrong.ts';

/** Settings that are wrong together. */
export const WRONG_TOGETHER: readonly Wrong[] = [
  {
    title: 'an issuer that nobody has',
    yaml: `${ISSUER}pipelines:\n  - name: orders\n    require: { issuers: [mian] }\n`,
    says: [
      "watchword.yaml:8 pipelines[0].require.issuers[0]: no issuer is called 'mian' (there is main)",
    ],
  },
  {
    title: 'several issuers and none named',
    yaml: `${ISSUER}  - name: other\n    issuer: https://other.example/\n    audiences: any\n    keys: { file: jwks.json }\n${PIPELINE}`,
    says: [
      'watchword.yaml:12 pipelines[0].require.issuers: is mandatory where there are several issuers (main, other)',
    ],
  },
  {
    title: 'a pipeline that needs a token of nobody',
    yaml: PIPELINE,
    says: ['watchword.yaml:3 pipelines[0].require: needs a token, and there is no issuer'],
  },
  {
    title: 'resources that no client can use',
    yaml: `${ISSUER}  - name: word\n    issuer: word\n    audiences: any\n    keys: { file: jwks.json }\npipelines:\n  - { name: a, require: { issuers: [main] }, resource: { identifier: 'https://a.example/mcp' } }\n  - { name: b, require: { issuers: [main] }, resource: { identifier: 'https://a.example:8443/mcp' } }\n  - { name: c, require: none, resource: { identifier: 'https://c.example' } }\n  - { name: d, require: { issuers: [word] }, resource: { identifier: 'https://d.example' } }\n`,
    says: [
      "watchword.yaml:12 pipelines[1].resource.identifier: its metadata is at a.example:8443/.well-known/oauth-protected-resource/mcp, as that of pipeline 'a' is (each resource has an identifier of its own; ports do not tell two apart)",
      'watchword.yaml:13 pipelines[2].resource: require: none asks for no token, so no client needs to know where to get one',
      "watchword.yaml:14 pipelines[3].resource: names no authorization server: the `issuer` of none of the pipeline's issuers is a URL",
    ],
  },
  {
    title: 'consumers that are asked for, and no list of them',
    yaml: `${ISSUER}pipelines:\n  - name: orders\n    require: { anyOf: [{ consumer: true }] }\n    rules: [{ require: { consumer: true } }]\n`,
    says: [
      'watchword.yaml:8 pipelines[0].require.anyOf[0].consumer: needs a list of consumers, and there is none (consumers: { file: … })',
      'watchword.yaml:9 pipelines[0].rules[0].require.consumer: needs a list of consumers, and there is none (consumers: { file: … })',
    ],
  },
  {
    title: 'what reads a consumer where none is required',
    yaml: `${ISSUER}consumers: { file: consumers.yaml }\npipelines:\n  - name: orders\n    require: { when: consumer.plan == 'gold', anyOf: [{ consumer: true, when: consumer.id != 'x' }] }\n    forward: { headers: { x-plan: { consumer: plan } } }\n`,
    says: [
      'watchword.yaml:10 pipelines[0].forward.headers.x-plan: reads the consumer, which is certain only where one is required (require: { consumer: true } in the pipeline)',
      'watchword.yaml:9 pipelines[0].require.when: reads the consumer, which is certain only where one is required (require: { consumer: true } in the pipeline)',
    ],
  },
  {
    title: 'attributes that no consumer has, and a pipeline that nobody has',
    yaml: `${ISSUER}consumers: { file: nearly.yaml }\npipelines:\n  - name: orders\n    require: { consumer: true, when: consumer.tier == 'gold' }\n    forward: { headers: { x-plan: { consumer: plann } } }\n`,
    says: [
      "watchword.yaml:10 pipelines[0].forward.headers.x-plan: no consumer has an attribute 'plann' (did you mean 'plan'?)",
      "watchword.yaml:9 pipelines[0].require.when: no consumer has an attribute 'tier' (there is id, plan)",
      "nearly.yaml:2: no pipeline is called 'order' (there is orders)",
    ],
  },
  {
    title: 'a list of consumers that is not there',
    yaml: `${ISSUER}consumers: { file: gone.yaml }\npipelines:\n  - name: orders\n    require: { consumer: true }\n`,
    says: [
      '$/gone.yaml: cannot be read: ENOENT (there is no such file; a relative path begins at the folder of the file that names it)',
    ],
  },
  {
    title: 'refusals that are open redirects, or cannot be filled',
    yaml: `${ISSUER}pipelines:\n  - { name: a, require: {}, match: [{ hosts: ['*'], paths: [/a] }], refusal: { signIn: { url: 'https://login.example/start', returnTo: rd } } }\n  - { name: b, require: {}, refusal: { signIn: { url: 'https://login.example/start', returnTo: rd, returnHosts: [b.example, '*'] } } }\n  - { name: c, require: {}, match: [{ hosts: [c.example] }], refusal: { signIn: { url: 'https://login.example/start?rd=/', returnTo: rd } } }\n  - { name: d, require: none, refusal: { body: { html: good.html } } }\n  - { name: e, require: {}, refusal: { body: { json: broken.json, html: typo.html } } }\n  - { name: f, require: {}, refusal: { body: { json: absent.json, html: large.html } } }\n  - { name: g, require: {}, refusal: { body: { html: blank.html } } }\n`,
    says: [
      'watchword.yaml:7 pipelines[0].refusal.signIn.returnHosts: is missing: `match` names no host, and a return URL must not lead to every one (such as [orders.example.com])',
      "watchword.yaml:8 pipelines[1].refusal.signIn.returnHosts[1]: '*' is an open redirect: whatever host a request names, people would be led there (name the hosts)",
      "watchword.yaml:9 pipelines[2].refusal.signIn.url: has the parameter 'rd' already, which is returnTo",
      'watchword.yaml:10 pipelines[3].refusal: require: none asks for no token, so none is refused',
      'watchword.yaml:11 pipelines[4].refusal.body.json: $/broken.json is no JSON when it is filled (places stand between quotes: "reason": "{{reason}}")',
      'watchword.yaml:11 pipelines[4].refusal.body.html: $/typo.html: line 2: {{reasn}} stands for nothing; there is {{reason}}, {{text}}, {{request_id}}',
      'watchword.yaml:12 pipelines[5].refusal.body.json: $/absent.json cannot be read: ENOENT (there is no such file; a relative path begins at the folder of the file that names it)',
      'watchword.yaml:12 pipelines[5].refusal.body.html: $/large.html is larger than 32 KiB',
      'watchword.yaml:13 pipelines[6].refusal.body.html: $/blank.html is empty',
    ],
  },
  {
    title: 'no audience anywhere',
    yaml: `${ISSUER.replace('    audiences: [http://orders]\n', '')}${PIPELINE}`,
    says: [
      "watchword.yaml:7 pipelines[0].require.audiences: neither the pipeline nor issuer 'main' names an audience (the identifier of this API; `any` accepts every one)",
    ],
  },
  {
    title: 'an empty list of audiences',
    yaml: ISSUER.replace('[http://orders]', '[]'),
    says: ['watchword.yaml:4 issuers[0].audiences: must name an audience; `any` accepts every one'],
  },
  {
    title: 'two pipelines with equal matches',
    yaml: `pipelines:\n  - { name: a, require: none, match: [{ paths: [/x, '/y/**'] }] }\n  - { name: b, require: none, match: [{ hosts: [a.example] }, { paths: ['/y/**'] }] }\n  - { name: c, require: none, match: [{ hosts: [a.example], methods: [GET, POST] }] }\n  - { name: d, require: none, match: [{ hosts: [a.example], methods: [POST] }] }\n`,
    says: [
      "watchword.yaml:3 pipelines[1].match[1]: any method not named */y/** is also matched by pipeline 'a'",
      "watchword.yaml:5 pipelines[3].match[0]: POST a.example/** is also matched by pipeline 'c'",
    ],
  },
  {
    title: 'two pipelines with matches that differ by a letter case that is ignored',
    yaml: `caseSensitivePaths: false\npipelines:\n  - { name: a, require: none, match: [{ paths: [/Admin] }] }\n  - { name: b, require: none, match: [{ paths: [/admin] }] }\n`,
    says: [
      "watchword.yaml:4 pipelines[1].match[0]: any method not named */admin is also matched by pipeline 'a'",
    ],
  },
  {
    title: 'two pipelines with one name, and names that are reserved',
    yaml: `pipelines:\n  - { name: a, require: none }\n  - { name: a, require: none }\n  - { name: deny, require: none }\n`,
    says: [
      'watchword.yaml:3 pipelines[1].name: two pipelines have this name',
      "watchword.yaml:4 pipelines[2].name: 'deny' is reserved",
    ],
  },
  {
    title: 'alternatives that never hold, or are hidden',
    yaml: `${ISSUER}  - name: other\n    issuer: https://other.example/\n    audiences: any\n    keys: { file: jwks.json }\npipelines:\n  - name: orders\n    require:\n      issuers: [main]\n      clients: [spa]\n      anyOf:\n        - { scopes: { any: [a, b] } }\n        - { issuers: [other] }\n        - { scopes: { all: [a, c] } }\n        - { clients: [worker] }\n        - { issuers: [nobody] }\n`,
    says: [
      "watchword.yaml:20 pipelines[0].require.anyOf[4].issuers[0]: no issuer is called 'nobody' (there is main, other)",
    ],
  },
  {
    title: 'alternatives that never hold, or that an earlier one hides',
    yaml: `${ISSUER}  - name: other\n    issuer: https://other.example/\n    audiences: any\n    keys: { file: jwks.json }\npipelines:\n  - name: orders\n    require:\n      issuers: [main]\n      clients: [spa]\n      anyOf:\n        - { scopes: { any: [a, b] } }\n        - { issuers: [other] }\n        - { scopes: { all: [a, c] } }\n        - { clients: [worker] }\n`,
    says: [
      'watchword.yaml:17 pipelines[0].require.anyOf[1]: can never hold: require.issuers beside it accepts main only',
      'watchword.yaml:18 pipelines[0].require.anyOf[2]: is hidden by anyOf[0]: whoever satisfies this one satisfies that (take it out, or ask for less here)',
      'watchword.yaml:19 pipelines[0].require.anyOf[3]: can never hold: require.clients beside it accepts spa only',
    ],
  },
  {
    title: 'rules that never fit, or that an earlier one hides',
    yaml: `${ISSUER}pipelines:\n  - name: orders\n    match: [{ paths: ['/orders/**'], methods: [GET, POST] }]\n    require: {}\n    rules:\n      - { methods: [GET], require: {} }\n      - { methods: [GET], paths: ['/orders/*'], require: {} }\n      - { methods: [DELETE], require: {} }\n      - { paths: ['/other/**'], require: {} }\n      - { methods: [POST], require: { issuers: [nobody] } }\n  - name: open\n    require: none\n    rules: [{ require: {} }]\n  - name: plain\n    require: {}\n    otherRequests: refuse\n`,
    says: [
      'watchword.yaml:12 pipelines[0].rules[1]: is hidden by rules[0]: the first that fits counts (put the narrower rule first)',
      "watchword.yaml:13 pipelines[0].rules[2]: can never fit: no method and path of it is one that 'match' of pipeline 'orders' covers",
      "watchword.yaml:14 pipelines[0].rules[3]: can never fit: no method and path of it is one that 'match' of pipeline 'orders' covers",
      "watchword.yaml:15 pipelines[0].rules[4].require.issuers[0]: no issuer is called 'nobody' (there is main)",
      'watchword.yaml:18 pipelines[1].rules: require: none verifies no token, so no rule can ask for one',
      'watchword.yaml:21 pipelines[2].otherRequests: is for rules, and there are none',
    ],
  },
  {
    title: 'a default that nobody is called',
    yaml: `default: ordrs\npipelines: [{ name: orders, require: none }]\n`,
    says: ["watchword.yaml:1 default: no pipeline is called 'ordrs' ('deny', or orders)"],
  },
  {
    title: 'a forwarded header outside of identityHeaders, and one of no token',
    yaml: `identityHeaders: [x-user]\n${ISSUER}${PIPELINE}    forward: { headers: { x-mail: mail } }\n  - name: open\n    require: none\n    forward: { headers: { x-user: sub } }\n`,
    says: [
      'watchword.yaml:10 pipelines[0].forward.headers.x-mail: is not in identityHeaders',
      'watchword.yaml:13 pipelines[1].forward.headers.x-user: require: none verifies no token, so nothing can be forwarded from one',
    ],
  },
  {
    title: 'an API server that would get a token over http',
    yaml: `routes: { apiServer: 'http://127.gateway.example:8080', tokenFile: token }\n`,
    says: [
      'watchword.yaml:1 routes.apiServer: must be https: everyone on the way could read the token of routes.tokenFile (http is for loopback, such as kubectl proxy)',
    ],
  },
  {
    title: 'an API server under a path',
    yaml: `routes: { apiServer: 'https://clusters.example/k8s/one?key=sekrit' }\n`,
    says: ['watchword.yaml:1 routes.apiServer: must be scheme, host and port only'],
  },
  {
    title: 'an API server with a password',
    yaml: `routes: { apiServer: 'https://admin:hunter2@api.example:6443' }\n`,
    says: [
      'watchword.yaml:1 routes.apiServer: has a user name or a password, which is never sent (Watchword shows who it is by routes.tokenFile)',
    ],
  },
  {
    title: 'namespaces that share hosts twice, alone, or unseen',
    yaml: `pipelines: [{ name: a, require: none }]\nroutes:\n  namespaces: [web, api]\n  shareHosts:\n    - [web, api]\n    - [api, shop]\n`,
    says: [
      "watchword.yaml:6 routes.shareHosts[1][0]: namespace 'api' is named twice",
      "watchword.yaml:6 routes.shareHosts[1][1]: namespace 'shop' is not watched (see routes.namespaces)",
    ],
  },
  {
    title: 'problems of every kind at once',
    yaml: `default: nobody\n${ISSUER.replace('jwks.json', 'gone.pem')}    algorithms: [HS256]\npipelines:\n  - { name: deny, require: none }\n`,
    says: [
      'watchword.yaml:7 issuers[0].algorithms: HS256 needs a secretFile: a public key is no secret',
      "watchword.yaml:9 pipelines[0].name: 'deny' is reserved",
      "watchword.yaml:1 default: no pipeline is called 'nobody' ('deny', or deny)",
      'watchword.yaml:6 issuers[0].keys: $/gone.pem cannot be read: ENOENT (there is no such file; a relative path begins at the folder of the file that names it)',
    ],
  },
];
