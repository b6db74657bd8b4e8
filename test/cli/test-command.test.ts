import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { type Folder, folderWith } from '../server/folder.ts';
import { settings } from '../server/settings.ts';
import { makeSigner } from '../server/signer.ts';
import { type Ended, runProgram } from './program.ts';

const EXAMPLE = fileURLToPath(new URL('../../deploy/policy-tests/', import.meta.url));
const signer = makeSigner();
const URL_OF_ORDERS = 'https://orders.example.com/orders/1';

interface Results {
  readonly passed: number;
  readonly failed: number;
  readonly cases: readonly Readonly<Record<string, unknown>>[];
}

const READS = { aud: 'http://orders', scope: 'read:orders' };

/** A configuration with a token in each kind of place, and one whose keys come over the network. */
const CONFIG = settings({
  issuers: [
    { name: 'main', issuer: 'https://issuer.example/', keys: { file: 'jwks.json' } },
    {
      name: 'remote',
      issuer: 'https://remote.example/',
      keys: { jwks: 'https://remote.example/jwks.json' },
    },
  ],
  routes: { ingressClasses: ['ours'] },
  identityHeaders: ['x-auth-subject'],
  pipelines: [
    {
      name: 'orders',
      match: [{ hosts: ['orders.example.com'], paths: ['/orders/**'] }],
      selectableBy: { namespaces: ['shop'], context: true },
      tokenFrom: [
        { header: 'authorization', scheme: 'Bearer' },
        { header: 'x-token' },
        { cookie: 'access' },
        { query: 'access_token' },
        { websocketProtocol: 'bearer' },
      ],
      require: {
        issuers: ['main', 'remote'],
        audiences: ['http://orders'],
        scopes: { all: ['read:orders'] },
      },
      forward: { headers: { 'x-auth-subject': 'sub' } },
    },
  ],
});

const INGRESS = `
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: { name: web, namespace: shop, annotations: { watchword.dev/pipeline: orders } }
spec:
  ingressClassName: ours
  rules: [{ host: shop.example.com, http: { paths: [{ path: /, pathType: Prefix }] } }]
`;

describe('watchword test', () => {
  let folder: Folder;
  before(async () => {
    folder = await folderWith({ 'watchword.yaml': CONFIG, 'jwks.json': { keys: [signer.jwk] } });
  });
  after(() => folder[Symbol.asyncDispose]());

  const run = (...args: string[]): Promise<Ended> =>
    runProgram(['test', '--config', folder.at('watchword.yaml'), ...args]);
  const judge = async (one: object, ...args: string[]): Promise<Ended> => {
    await folder.write('cases.yaml', {
      cases: [{ name: 'one', request: { url: URL_OF_ORDERS }, ...one }],
    });
    return run(folder.at('cases.yaml'), ...args);
  };

  test('the example of the repository passes', async () => {
    const args = ['test', '--config', `${EXAMPLE}watchword.yaml`, `${EXAMPLE}cases.yaml`];
    const { code, stdout, stderr } = await runProgram(args);
    assert.deepEqual([code, stderr], [0, '']);
    assert.match(stdout, /^ok {3}a reader reads$/m);
    assert.match(stdout, /^6 of 6 as expected$/m);
  });

  test('docs/policy-tests.md shows the example as it is', async () => {
    const page = await readFile(new URL('../../docs/policy-tests.md', import.meta.url), 'utf8');
    for (const name of ['watchword.yaml', 'cases.yaml'])
      assert.ok(page.includes(await readFile(`${EXAMPLE}${name}`, 'utf8')), name);
  });

  const main = { iss: 'https://issuer.example/', sub: 'alice', ...READS };
  const PLACES: readonly object[] = [
    {},
    { tokenIn: { header: 'x-token' } },
    { tokenIn: { cookie: 'access' } },
    { tokenIn: { query: 'access_token' } },
    { tokenIn: { websocketProtocol: 'bearer' } },
  ];
  for (const place of PLACES) {
    test(`claims pass as a token that verified: ${JSON.stringify(place)}`, async () => {
      const expect = { reason: 'verified', headers: { 'x-auth-subject': 'alice' } };
      const { code, stdout } = await judge({ claims: main, ...place, expect });
      assert.equal(code, 0, stdout);
    });
  }

  test('claims need no keys: an issuer whose keys come over the network is as good', async () => {
    const claims = { ...main, iss: 'https://remote.example/' };
    const { code, stdout } = await judge({ claims, expect: { reason: 'verified' } });
    assert.equal(code, 0, stdout);
  });

  test('claims of an issuer that is not configured are refused', async () => {
    const claims = { ...main, iss: 'https://other.example/' };
    const { code, stdout } = await judge({ claims, expect: { reason: 'issuer_untrusted' } });
    assert.equal(code, 0, stdout);
  });

  test('null leaves out a claim that is there by default', async () => {
    const claims = { ...main, exp: null };
    const { code, stdout } = await judge({ claims, expect: { reason: 'token_unbounded' } });
    assert.equal(code, 0, stdout);
  });

  test('a token is verified by the keys in files, at the time of the case', async () => {
    const exp = 1_769_860_800;
    const token = signer.token({ iat: exp - 600, exp });
    const early = { token, now: '2026-01-31T11:59:00Z', expect: { reason: 'verified' } };
    const late = { token, now: exp + 31, expect: { reason: 'token_expired' } };
    assert.equal((await judge(early)).code, 0);
    assert.equal((await judge(late)).code, 0);
    const [head, body] = token.split('.');
    const forged = `${head}.${body}.${'A'.repeat(86)}`;
    const refused = { ...early, token: forged, expect: { reason: 'signature_invalid' } };
    assert.equal((await judge(refused)).code, 0);
  });

  test('a token whose keys come over the network is not verified, and nothing is fetched', async () => {
    const token = signer.token({ iss: 'https://remote.example/' });
    const { code, stdout } = await judge({ token, expect: { reason: 'verified' } });
    assert.equal(code, 1);
    assert.match(stdout, /found keys_unavailable$/m);
    assert.match(stdout, /decided at +key: .*write claims in place of the token/);
    assert.ok(!stdout.includes(token.split('.')[1] ?? token), 'no part of the token is printed');
  });

  test('a difference is told with what was expected, what was found, and where it was decided', async () => {
    const claims = { ...main, scope: 'write:orders' };
    const { code, stdout, stderr } = await judge({
      claims,
      expect: { outcome: 'allow', step: 'time', headers: { 'x-auth-subject': 'alice' } },
    });
    assert.deepEqual([code, stderr], [1, '']);
    assert.match(stdout, /^FAIL one$/m);
    assert.match(stdout, /^ {7}outcome +expected allow, found deny$/m);
    assert.match(stdout, /^ {7}step +expected time, found scopes$/m);
    assert.match(stdout, /^ {7}headers\.x-auth-subject +expected alice, found none$/m);
    assert.match(stdout, /^ {7}decided at +scopes: .*write:orders/m);
    assert.match(stdout, /^0 of 1 as expected$/m);
  });

  test('--json has the same facts', async () => {
    const { code, stdout } = await judge({ expect: { outcome: 'allow' } }, '--json');
    assert.equal(code, 1);
    const { passed, failed, cases } = JSON.parse(stdout) as Results;
    assert.deepEqual([passed, failed], [0, 1]);
    const { file, ...rest } = cases[0] ?? {};
    assert.equal(file, folder.at('cases.yaml'));
    assert.deepEqual(Object.keys(rest).sort(), [
      ...['detail', 'differences', 'name', 'outcome', 'passed', 'pipeline', 'reason', 'step'],
    ]);
    assert.deepEqual(rest['differences'], [{ path: 'outcome', expected: 'allow', found: 'deny' }]);
  });

  test('--junit writes a suite for each file, and names in it are escaped', async () => {
    const junit = folder.at('junit.xml');
    const name = '<"a" & b>';
    const { code } = await judge({ name, expect: { status: 200 } }, '--junit', junit);
    assert.equal(code, 1);
    const xml = await readFile(junit, 'utf8');
    assert.match(xml, /<testsuite name="[^"]+" tests="1" failures="1" errors="0">/);
    assert.match(xml, /name="&lt;&quot;a&quot; &amp; b&gt;">/);
    assert.match(xml, /<failure message="status expected 200, found 401">/);
  });

  test('route objects choose the pipeline by --objects, and context extensions by `context`', async () => {
    await folder.write('routes.yaml', INGRESS);
    const request = { url: 'https://shop.example.com/x' };
    const expect = { reason: 'token_missing', pipeline: 'orders' };
    const objects = ['--objects', folder.at('routes.yaml')];
    assert.equal((await judge({ request, expect })).code, 1);
    const routed = await judge({ request, expect }, ...objects);
    assert.equal(routed.code, 0, routed.stdout);
    const named = { ...request, context: { pipeline: 'orders' } };
    assert.equal((await judge({ request: named, expect })).code, 0);
    const overHttp = { ...request, via: 'nginx', pipeline: 'orders' };
    assert.equal((await judge({ request: overHttp, expect })).code, 0);
  });

  const WRONG: readonly (readonly [what: string, one: object, line: RegExp])[] = [
    [
      'an unknown name',
      { request: { url: URL_OF_ORDERS, header: {} }, expect: { outcome: 'deny' } },
      /^cases\.yaml:1:\d+ cases\[0\]\.request\.header: unknown setting \(did you mean 'headers'\?\)$/m,
    ],
    [
      'a reason that there is not',
      { expect: { reason: 'verifed' } },
      /cases\[0\]\.expect\.reason: must be one of .*, not 'verifed' \(did you mean 'verified'\?\)/,
    ],
    [
      'an outcome that the reason does not have',
      { expect: { reason: 'verified', outcome: 'deny' } },
      /cases\[0\]\.expect\.outcome: is 'deny', and the outcome of verified is 'allow'/,
    ],
    ['nothing expected', { expect: {} }, /cases\[0\]\.expect: must say something/],
    [
      'claims and a token',
      { claims: {}, token: 'x', expect: { outcome: 'deny' } },
      /cases\[0\]: has claims and token: one of them is enough/,
    ],
    [
      'a time that is none',
      { now: 'yesterday', expect: { outcome: 'deny' } },
      /cases\[0\]\.now: must be a time such as 2026-01-31T12:00:00Z, .* not 'yesterday'/,
    ],
    [
      'a gateway that there is not',
      { request: { url: URL_OF_ORDERS, via: 'ngin' }, expect: { outcome: 'deny' } },
      /cases\[0\]\.request\.via: ngin is not one of grpc, nginx/,
    ],
    [
      'a file of a token that is not there',
      { tokenFile: 'gone.jwt', expect: { outcome: 'deny' } },
      /cases\[0\]\.tokenFile: cannot be read: ENOENT/,
    ],
  ];
  for (const [what, one, line] of WRONG) {
    test(`${what} is told with its place, and exit 2`, async () => {
      const { code, stdout, stderr } = await judge(one);
      assert.deepEqual([code, stdout], [2, '']);
      assert.match(stderr, line);
    });
  }

  test('a configuration that is wrong, or no file at all, is exit 2 too', async () => {
    assert.equal((await run(folder.at('gone.yaml'))).code, 2);
    await folder.write('wrong.yaml', { pipelines: 1 });
    await judge({ expect: { outcome: 'deny' } });
    const args = ['test', '--config', folder.at('wrong.yaml'), folder.at('cases.yaml')];
    const { code, stderr } = await runProgram(args);
    assert.equal(code, 2);
    assert.match(stderr, /^wrong\.yaml:1:\d+ pipelines: must be a list, not 1/m);
  });

  test('`schema --cases` prints the schema of the file', async () => {
    const { code, stdout } = await runProgram(['schema', '--cases']);
    assert.equal(code, 0);
    const schema = JSON.parse(stdout) as { properties: object; title: string };
    assert.deepEqual(Object.keys(schema.properties), ['cases']);
    assert.equal(schema.title, 'Cases of watchword test');
  });
});

describe('explain --save', () => {
  let folder: Folder;
  before(async () => {
    folder = await folderWith({
      'watchword.yaml': CONFIG,
      'jwks.json': { keys: [signer.jwk] },
      'token.jwt': signer.token(),
      'few.jwt': signer.token({ scope: 'write:orders' }),
      'old.jwt': signer.token({ exp: 1_000_000_000, iat: 999_999_000 }),
    });
  });
  after(() => folder[Symbol.asyncDispose]());

  const save = (url: string, ...args: string[]): Promise<Ended> =>
    runProgram([
      ...['explain', '--config', folder.at('watchword.yaml'), '--url', url],
      ...['--save', folder.at('saved.yaml'), ...args],
    ]);

  test('cases that were saved are as expected when they run, and hold no token', async () => {
    const tokens = await Promise.all(
      ['token.jwt', 'few.jwt', 'old.jwt'].map((name) => readFile(folder.at(name), 'utf8')),
    );
    const [token = ''] = tokens;
    const asked: readonly (readonly [code: number, args: readonly string[]])[] = [
      [0, ['--token-file', folder.at('token.jwt')]],
      [3, ['--token-file', folder.at('few.jwt')]],
      [3, ['--token-file', folder.at('old.jwt'), '--via', 'nginx']],
      [3, []],
      [0, ['--header', `x-token: ${token}`, '--header', 'accept: text/html']],
      [0, ['--header', `cookie: a=secret; access=${token}`, '--method', 'POST']],
      [0, ['--header', `sec-websocket-protocol: bearer, ${token}`]],
    ];
    for (const [code, args] of asked) {
      const ended = await save(URL_OF_ORDERS, ...args);
      assert.equal(ended.code, code, ended.stderr);
      assert.match(
        ended.stderr,
        /^a case was added to .*; it holds (the claims of the token, not the token|no token)/,
      );
    }
    assert.equal((await save(`${URL_OF_ORDERS}?a=b&access_token=${token}`)).code, 0);
    const saved = await readFile(folder.at('saved.yaml'), 'utf8');
    for (const one of tokens)
      for (const part of one.split('.')) assert.ok(!saved.includes(part), 'no part of a token');
    assert.ok(!saved.includes('secret'), 'no other cookie');
    assert.match(saved, /accept: text\/html/);
    const args = ['test', '--config', folder.at('watchword.yaml'), folder.at('saved.yaml')];
    const { code, stdout, stderr } = await runProgram(args);
    assert.equal(code, 0, `${stdout}${stderr}`);
    assert.match(stdout, /^8 of 8 as expected$/m);
  });

  test('what is in the file stays, comments too', async () => {
    const kept =
      '# ours\ncases:\n  # first\n  - name: a\n    request: { url: http://a/ }\n    expect: { outcome: deny }\n';
    await folder.write('saved.yaml', kept);
    assert.equal((await save(URL_OF_ORDERS)).code, 3);
    const saved = await readFile(folder.at('saved.yaml'), 'utf8');
    assert.match(saved, /^# ours$/m);
    assert.match(saved, /^ {2}# first$/m);
    assert.match(saved, /reason: token_missing/);
  });

  test('a token that did not verify makes no case, and that is said', async () => {
    const [head, body] = signer.token().split('.');
    await folder.write('saved.yaml', 'cases: []\n');
    await folder.write('forged.jwt', `${head}.${body}.${'A'.repeat(86)}`);
    const { code, stderr } = await save(URL_OF_ORDERS, '--token-file', folder.at('forged.jwt'));
    assert.equal(code, 2);
    assert.match(
      stderr,
      /no case was written to .*: the token did not verify \(signature_invalid\)/,
    );
    assert.equal(await readFile(folder.at('saved.yaml'), 'utf8'), 'cases: []\n');
  });

  test('a file that holds no cases is not written to', async () => {
    await folder.write('saved.yaml', 'other: 1\n');
    const { code, stderr } = await save(URL_OF_ORDERS);
    assert.equal(code, 2);
    assert.match(stderr, /is not a file of cases: it must have the list 'cases'/);
    assert.equal(await readFile(folder.at('saved.yaml'), 'utf8'), 'other: 1\n');
  });
});
