import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parse } from 'yaml';
import { ProblemsError } from '../../src/base/problem.ts';
import { crossChecks } from '../../src/config/cross-checks.ts';
import { readConfigText } from '../../src/config/read.ts';
import { literalPrefixes } from '../../src/migrate/http-match.ts';
import { type Migration, textOf } from '../../src/migrate/migration.ts';
import { SOURCES } from '../../src/migrate/sources.ts';
import type { RouteTarget } from '../../src/migrate/wiring.ts';
import { type Asked, ISSUER, openRig } from './decide.ts';

const TARGET: RouteTarget = {
  to: 'same',
  gateway: { name: 'gateway' },
  service: { namespace: 'watchword', name: 'watchword' },
};
const KEY = '{ secretOrPublicKeyFile: ./key/pub.pem, checkCredentialExistence: false }';
const PROXY = '{ proxy: [ { action: { serviceEndpoint: app } } ] }';
const JWT = `{ jwt: [ { action: ${KEY} } ] }`;

function migrate(content: string, variables: Readonly<Record<string, string>> = {}): Migration {
  const run = SOURCES['express-gateway'];
  assert.ok(run !== undefined);
  const options = {
    issuer: ISSUER,
    audience: undefined,
    variables: new Map(Object.entries(variables)),
  };
  return run({ file: 'gateway.config.yml', content }, options, TARGET);
}

interface Case {
  readonly title: string;
  readonly yaml: string;
  readonly env?: Readonly<Record<string, string>>;
  /** `HOST PATH` without a token: what is refused, and what is not. */
  readonly refused?: readonly string[];
  readonly open?: readonly string[];
  /** `HOST PATH` with a token. */
  readonly guarded?: readonly string[];
  readonly notes?: readonly RegExp[];
  /** Whether something has no counterpart: exit 2. */
  readonly isLoss: boolean;
}

const site = (endpoints: string, policies = `[ ${JWT}, ${PROXY} ]`): string =>
  `apiEndpoints: { api: ${endpoints}, rest: { paths: '/*' } }
pipelines:
  api: { apiEndpoints: [api], policies: ${policies} }
  rest: { apiEndpoints: [rest], policies: [ ${PROXY} ] }
`;

const CASES: readonly Case[] = [
  {
    title: 'pipelines as a list',
    yaml: `apiEndpoints: { api: { host: localhost, paths: /ip } }\npipelines:\n  - { name: first, apiEndpoints: [api], policies: [ ${JWT}, ${PROXY} ] }\n`,
    refused: ['localhost /ip', 'localhost /ip/'],
    guarded: ['localhost /ip', 'localhost /IP/'],
    isLoss: false,
  },
  {
    title: 'one pipeline, one endpoint and one policy in the singular',
    yaml: `apiEndpoint: { host: '*', paths: '/a/*' }\npipeline: { apiEndpoint: '0', policy: ${JWT} }\n`,
    refused: ['h /a/b'],
    guarded: ['h /a/b'],
    isLoss: false,
  },
  {
    title: 'path in the place of paths',
    yaml: `apiEndpoints: { public: { host: '*', path: '/public/*' } }\npipelines: { public: { apiEndpoints: [public], policies: [ ${PROXY} ] } }\n`,
    refused: ['h /internal/keys', 'h /public'],
    open: ['h /public/a', 'h /public/', 'h /PUBLIC/a/b'],
    isLoss: false,
  },
  {
    title: 'hostRegex',
    yaml: `apiEndpoints: { status: { hostRegex: '^status[.]', paths: '/*' } }\npipelines: { status: { apiEndpoints: [status], policies: [ ${PROXY} ] } }\n`,
    refused: ['api.example.com /x', 'status.example.com /x'],
    notes: [/hostRegex: \^status\[\.\] is no host of match/],
    isLoss: true,
  },
  {
    title: 'policies that come by a merge key',
    yaml: `x: &secure { policies: [ ${JWT}, ${PROXY} ] }\napiEndpoints: { api: { paths: '/*' } }\npipelines: { api: { <<: *secure, apiEndpoints: [api] } }\n`,
    refused: ['h /'],
    guarded: ['h /'],
    isLoss: false,
  },
  {
    title: 'several pipelines with one key',
    yaml: `apiEndpoints: { a: { paths: '/a/*' }, b: { paths: '/b/*' } }\npipelines:\n  a: { apiEndpoints: [a], policies: [ ${JWT}, ${PROXY} ] }\n  b: { apiEndpoints: [b], policies: [ ${JWT}, ${PROXY} ] }\n`,
    refused: ['h /a/1', 'h /b/1'],
    guarded: ['h /a/1', 'h /b/1'],
    isLoss: false,
  },
  {
    title: 'a host without paths',
    yaml: `apiEndpoints: { api: { host: api.example.com } }\npipelines: { api: { apiEndpoints: [api], policies: [ ${JWT}, ${PROXY} ] } }\n`,
    refused: ['api.example.com /', 'h /'],
    guarded: ['api.example.com /', 'api.example.com /x/y'],
    isLoss: false,
  },
  {
    title: 'a placeholder of the environment with a default',
    yaml: site(`{ paths: '\${AREA:-/admin}/*' }`),
    refused: ['h /admin/x'],
    open: ['h /x'],
    notes: [/apiEndpoints\.api\.paths: is a placeholder of the environment: the value of AREA/],
    isLoss: true,
  },
  {
    title: 'a placeholder that is given',
    yaml: site(`{ paths: '\${AREA}/*' }`),
    env: { AREA: '/ops' },
    refused: ['h /ops/x'],
    open: ['h /x'],
    notes: [/AREA is taken from --env/],
    isLoss: false,
  },
  {
    title: 'a path that hangs on the environment',
    yaml: site(`{ paths: '\${AREA}/*' }`),
    refused: ['h /admin/x', 'h /x'],
    notes: [/the value of AREA is not known/],
    isLoss: true,
  },
  {
    title: 'a parameter with a regular expression',
    yaml: site("{ paths: '/users/:id(\\d+)' }"),
    refused: ['h /users/42', 'h /USERS/42/'],
    open: ['h /about', 'h /users'],
    notes: [/paths \/users\/:id\(\\d\+\): has no pattern in match/],
    isLoss: true,
  },
  {
    title: 'words in parentheses',
    yaml: site("{ paths: '/(admin|ops)/*' }"),
    refused: ['h /admin/x', 'h /ops/x', 'h /Ops/x'],
    open: ['h /about', 'h /other/x'],
    guarded: ['h /admin/x'],
    isLoss: false,
  },
  {
    title: 'an optional parameter',
    yaml: site("{ paths: '/users/:id?' }"),
    refused: ['h /users', 'h /users/', 'h /users/1'],
    open: ['h /users/1/x'],
    isLoss: false,
  },
  {
    title: 'pathRegex',
    yaml: site("{ pathRegex: '^/internal/.+' }"),
    refused: ['h /internal/x'],
    open: ['h /about'],
    isLoss: true,
  },
  {
    title: 'another auth policy',
    yaml: site("{ paths: '/admin/*' }", `[ { key-auth: null }, ${PROXY} ]`),
    refused: ['h /admin/x'],
    open: ['h /about'],
    notes: [/key-auth: has no counterpart/],
    isLoss: true,
  },
  {
    title: "a plugin's policy",
    yaml: site("{ paths: '/admin/*' }", `[ { ip-filter: [] }, ${PROXY} ]`),
    refused: ['h /admin/x'],
    open: ['h /about'],
    notes: [/ip-filter: has no counterpart, and whom it refused is not known/],
    isLoss: true,
  },
  {
    title: 'an endpoint that no pipeline has',
    yaml: `apiEndpoints: { gone: { paths: '/gone/*' }, rest: { paths: '/*' } }\npipelines: { rest: { apiEndpoints: [rest], policies: [ ${PROXY} ] } }\n`,
    refused: ['h /gone/x'],
    open: ['h /x'],
    isLoss: false,
  },
  {
    title: 'several hosts',
    yaml: `apiEndpoints: { api: { host: [a.example.com, b.example.com] } }\npipelines: { api: { apiEndpoints: [api], policies: [ ${PROXY} ] } }\n`,
    refused: ['c.example.com /'],
    open: ['a.example.com /', 'b.example.com /x'],
    notes: [/host: is a list, which Express Gateway refuses/],
    isLoss: true,
  },
  {
    title: 'a host, a path or methods that are no text',
    yaml: site('{ host: { a: b }, pathRegex: [x], methods: { GET: true } }'),
    refused: ['h /', 'a.example.com /x'],
    notes: [/host: is no text/, /methods: \? is no method/],
    isLoss: true,
  },
  {
    title: 'an endpoint and a policy that are empty',
    yaml: `apiEndpoints: { api: , rest: { paths: '/*' } }\npipelines:\n  api: { apiEndpoints: [api], policies: [ ${PROXY} ] }\n  rest: { apiEndpoints: [rest], policies: [ null, ${PROXY} ] }\n`,
    refused: ['h /', 'h /x'],
    notes: [/apiEndpoints\.api: is no mapping/, /pipelines\.rest null: has no counterpart/],
    isLoss: true,
  },
  {
    title: 'jwt behind proxy',
    yaml: site("{ paths: '/a/*' }", `[ ${PROXY}, ${JWT} ]`),
    refused: ['h /a/x'],
    notes: [/jwt: stands behind proxy/],
    isLoss: true,
  },
  {
    title: 'a condition on the method',
    yaml: site(
      "{ paths: '/a/*' }",
      `[ { jwt: [ { condition: { name: method, methods: [POST] }, action: ${KEY} } ] }, ${PROXY} ]`,
    ),
    open: ['h /a/x'],
    refused: ['POST h /a/x'],
    guarded: ['POST h /a/x'],
    isLoss: false,
  },
  {
    title: 'a token in the query',
    yaml: site(
      "{ paths: '/a/*' }",
      `[ { jwt: [ { action: { secretOrPublicKeyFile: ./key/pub.pem, checkCredentialExistence: false, jwtExtractor: query, jwtExtractorField: token } } ] }, ${PROXY} ]`,
    ),
    refused: ['h /a/x'],
    open: ['h /x'],
    notes: [],
    isLoss: false,
  },
  {
    title: 'a header by a name that Express Gateway never found',
    yaml: site(
      "{ paths: '/a/*' }",
      `[ { jwt: [ { action: { secretOrPublicKeyFile: ./key/pub.pem, checkCredentialExistence: false, jwtExtractor: header, jwtExtractorField: X-Token } } ] }, ${PROXY} ]`,
    ),
    refused: ['h /a/x'],
    open: ['h /x'],
    notes: [/jwtExtractorField: X-Token was never found by Express Gateway.*x-token was meant/],
    isLoss: true,
  },
  {
    title: 'a token in a header that says where the request goes',
    yaml: site(
      "{ paths: '/a/*' }",
      `[ { jwt: [ { action: { secretOrPublicKeyFile: ./key/pub.pem, checkCredentialExistence: false, jwtExtractor: header, jwtExtractorField: host } } ] }, ${PROXY} ]`,
    ),
    refused: ['h /a/x'],
    open: ['h /x'],
    notes: [/jwtExtractorField: host is a header in which tokenFrom takes no token/],
    isLoss: true,
  },
  {
    title: 'a header without its name',
    yaml: site(
      "{ paths: '/a/*' }",
      `[ { jwt: [ { action: { secretOrPublicKeyFile: ./key/pub.pem, checkCredentialExistence: false, jwtExtractor: header } } ] }, ${PROXY} ]`,
    ),
    refused: ['h /a/x'],
    open: ['h /x'],
    notes: [/jwtExtractorField: is missing: header finds no token/],
    isLoss: true,
  },
  {
    title: 'a scheme that is none',
    yaml: site(
      "{ paths: '/a/*' }",
      `[ { jwt: [ { action: { secretOrPublicKeyFile: ./key/pub.pem, checkCredentialExistence: false, jwtExtractor: authScheme, jwtExtractorField: "a b" } } ] }, ${PROXY} ]`,
    ),
    refused: ['h /a/x'],
    open: ['h /x'],
    notes: [/jwtExtractorField: a b is no name of a scheme/],
    isLoss: true,
  },
  {
    title: 'a query parameter that tokenFrom does not take',
    yaml: site(
      "{ paths: '/a/*' }",
      `[ { jwt: [ { action: { secretOrPublicKeyFile: ./key/pub.pem, checkCredentialExistence: false, jwtExtractor: query, jwtExtractorField: "a.b" } } ] }, ${PROXY} ]`,
    ),
    refused: ['h /a/x'],
    open: ['h /x'],
    notes: [/jwtExtractorField: a\.b is no name of a query parameter/],
    isLoss: true,
  },
  {
    title: 'a token in the body',
    yaml: site(
      "{ paths: '/a/*' }",
      `[ { jwt: [ { action: { secretOrPublicKeyFile: ./key/pub.pem, checkCredentialExistence: false, jwtExtractor: body, jwtExtractorField: token } } ] }, ${PROXY} ]`,
    ),
    refused: ['h /a/x'],
    open: ['h /x'],
    notes: [/jwtExtractor: body is unknown to Express Gateway/],
    isLoss: true,
  },
  {
    title: 'consumers: the list of them is written by hand',
    yaml: site(
      "{ paths: '/a/*' }",
      `[ { jwt: [ { action: { secretOrPublicKeyFile: ./key/pub.pem } } ] }, ${PROXY} ]`,
    ),
    refused: ['h /a/x'],
    guarded: ['h /a/x'],
    notes: [
      /jwt\.checkCredentialExistence: looks .* write \.\/consumers\.yaml, an entry - \{ id: SUB \}/,
    ],
    isLoss: true,
  },
  {
    title: 'nothing that could be translated',
    yaml: `apiEndpoints: { api: { paths: /ip } }\npipelines: { a: { apiEndpoints: [nope], policies: [ ${JWT}, ${PROXY} ] } }\n`,
    refused: ['h /ip'],
    notes: [/no apiEndpoint is called nope/, /pipelines: has none that could be translated/],
    isLoss: true,
  },
];

for (const { title, yaml, env, refused = [], open = [], guarded = [], notes = [], isLoss } of CASES)
  test(`Express Gateway: ${title}`, async () => {
    const { files, notes: said } = migrate(yaml, env);
    const [file] = files;
    assert.ok(file !== undefined);
    await using rig = await openRig([{ id: 'user' }]);
    const passes = await rig.open(textOf(file, []));
    const asked = (written: string, token: string | null): Asked => {
      const [path = '/', host = 'h', method = 'GET'] = written.split(' ').toReversed();
      return { method, host, path, token };
    };
    const seen = [
      ...refused.map((one) => ({ one, token: null, expected: false })),
      ...open.map((one) => ({ one, token: null, expected: true })),
      ...guarded.map((one) => ({ one, token: rig.token(), expected: true })),
    ];
    for (const { one, token, expected } of seen)
      assert.equal(await passes(asked(one, token)), expected, `${one}\n${textOf(file, [])}`);
    const lines = said.map(({ where, says }) => `${where}: ${says}`).join('\n');
    for (const note of notes) assert.match(lines, note);
    assert.equal(
      said.some((note) => note.isLoss === true),
      isLoss,
      lines,
    );
  });

test('two secrets get two files, one secret one, and keys of one iss are told apart', () => {
  const secret = (text: string, issuer: string) =>
    `{ jwt: { action: { secretOrPublicKey: ${text}, issuer: '${issuer}', checkCredentialExistence: false } } }`;
  const { files, notes } = migrate(`
apiEndpoints: { a: { paths: '/a' }, b: { paths: '/b' }, c: { paths: '/c' }, d: { paths: '/d' } }
pipelines:
  a: { apiEndpoints: [a], policies: [ ${secret('one', 'https://a/')}, ${PROXY} ] }
  b: { apiEndpoints: [b], policies: [ ${secret('two', 'https://b/')}, ${PROXY} ] }
  c: { apiEndpoints: [c], policies: [ ${secret('one', 'https://c/')}, ${PROXY} ] }
  d: { apiEndpoints: [d], policies: [ ${secret('three', 'https://a/')}, ${PROXY} ] }
`);
  const [file] = files;
  assert.ok(file !== undefined);
  const { issuers } = parse(textOf(file, [])) as {
    issuers: { issuer: string; keys: { secretFile: string } }[];
  };
  assert.deepEqual(
    issuers.map(({ issuer, keys }) => [issuer, keys.secretFile]),
    [
      ['https://a/', './secret'],
      ['https://b/', './secret-2'],
      ['https://c/', './secret'],
      ['https://issuer-2.invalid/', './secret-3'],
    ],
  );
  assert.match(JSON.stringify(notes), /https:\/\/a\/ has another key already/);
  const { config } = readConfigText('watchword.yaml', textOf(file, []));
  assert.deepEqual(crossChecks(config), []);
});

test('what is no configuration of Express Gateway is said, and nothing is written', () => {
  for (const [content, says] of [
    ['', 'is empty'],
    ['hello', 'has no YAML mapping in it'],
    ['a: [', 'Flow sequence'],
    ['kind: Ingress\napiVersion: networking.k8s.io/v1\n', 'is a Kubernetes object (Ingress)'],
    ['http: { port: 8080 }\n', 'has no pipelines and no apiEndpoints'],
    ['pipelines: { a: {} }\n', 'has no apiEndpoints'],
    ['a: 1\n---\nb: 2\n', 'has 2 YAML documents'],
  ] as const)
    assert.throws(
      () => migrate(content),
      (error) => error instanceof ProblemsError && error.message.includes(says),
      says,
    );
});

test('a regular expression has the prefixes that everything begins with that it matches', () => {
  for (const [expression, prefixes] of [
    ['/api(/|$)(.*)', ['/api']],
    ['/api/|/admin', ['/']],
    ['^/(admin|ops)/.*', ['/admin', '/ops']],
    ['/v1/(a|b)', ['/v1/a', '/v1/b']],
    ['/(admin|ops)x', ['/']],
    ['/users/[0-9]+', ['/users']],
    ['/apis?/x', ['/']],
  ] as const)
    assert.deepEqual(literalPrefixes(expression), prefixes, expression);
});

test('Express Gateway: its other file is told apart', () => {
  assert.throws(
    () => migrate('db: { redis: { host: localhost } }\ncrypto: { cipherKey: x }\n'),
    (error: unknown) =>
      error instanceof ProblemsError &&
      error.problems[0]?.hint === 'it looks like system.config.yml; give gateway.config.yml',
  );
});
