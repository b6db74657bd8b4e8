import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type Folder, folderWith } from '../server/folder.ts';
import { startIssuer } from '../server/issuer.ts';
import { ORDERS, PUBLIC, settings } from '../server/settings.ts';
import { ISS, makeSigner } from '../server/signer.ts';
import { type Ended, PROGRAM, runProgram } from './program.ts';

const signer = makeSigner();
const GOOD = signer.token();
const FEW = signer.token({ scope: 'write:orders' });

const OTHER = signer.token({ aud: 'http://other' });
const SLASH = signer.token({ iss: ISS.replace(/\/$/, '') });
const TWICE = signer.token({ scope: 'read:orders', permissions: ['read:orders'] });

const NAMED = { name: 'named', selectableBy: { context: true }, require: 'none' };
const SHADOW = {
  ...ORDERS,
  name: 'shadow',
  mode: 'shadow',
  match: [{ hosts: ['orders.example.com'], paths: ['/shadow'] }],
};
const FORWARDS = {
  ...ORDERS,
  forward: { headers: { 'x-auth-subject': 'sub' } },
  preflight: 'pass',
};
const NEAR = {
  ...ORDERS,
  name: 'near',
  match: [{ hosts: ['orders.example.com'], paths: ['/near'] }],
  require: { ...ORDERS.require, when: "request.source.address == '10.0.0.7'" },
};
const FALLBACK = { name: 'rest', require: 'none' };

interface Json {
  readonly decision: Readonly<Record<'outcome' | 'reason' | 'says' | 'pipeline' | 'mode', string>>;
  readonly answer: {
    readonly passes: boolean;
    readonly status?: number;
    readonly headers: readonly { readonly name: string; readonly value: string }[];
  };
  readonly sources: readonly {
    readonly source: string;
    readonly says: string;
    readonly chose: boolean;
  }[];
  readonly steps: readonly {
    readonly step: string;
    readonly result: string;
    readonly detail: string;
  }[];
}

const URL_OF_ORDERS = 'https://orders.example.com/orders/1';

describe('explain', () => {
  let folder: Folder;
  before(async () => {
    const pipelines = [FORWARDS, PUBLIC, NAMED, SHADOW, NEAR, FALLBACK];
    folder = await folderWith({
      'watchword.yaml': settings({ pipelines, default: 'rest' }),
      'jwks.json': { keys: [signer.jwk] },
      'good.jwt': `${GOOD}\n`,
      'few.jwt': FEW,
      'other.jwt': OTHER,
      'slash.jwt': SLASH,
      'twice.jwt': TWICE,
      'bearer.jwt': `Bearer ${GOOD}`,
      'empty.jwt': '\n',
    });
  });
  after(() => folder[Symbol.asyncDispose]());

  const explain = async (...args: string[]): Promise<Ended> => {
    const config = ['--config', folder.at('watchword.yaml')];
    const url = args.includes('--url') ? [] : ['--url', URL_OF_ORDERS];
    const ended = await runProgram(['explain', ...config, ...url, ...args]);
    for (const token of [GOOD, FEW, OTHER, SLASH, TWICE]) {
      for (const part of token.split('.')) {
        assert.ok(
          !`${ended.stdout}${ended.stderr}`.includes(part),
          'no part of the token is printed',
        );
      }
    }
    return ended;
  };
  const json = async (...args: string[]): Promise<Json & { readonly code: number | null }> => {
    const { code, stdout, stderr } = await explain(...args, '--json');
    assert.equal(stderr, '');
    return { code, ...(JSON.parse(stdout) as Json) };
  };
  const token = (name: string): string[] => ['--token-file', folder.at(name)];

  test('an allowed request: every step is passed, exit 0', async () => {
    const { code, stdout, stderr } = await explain(...token('good.jwt'));
    assert.deepEqual([code, stderr], [0, '']);
    const lines = stdout.trimEnd().split('\n');
    assert.match(stdout, /^ok {2}request {9}GET orders\.example\.com\/orders\/1$/m);
    assert.match(stdout, /^ok {2}issuer .*"https:\/\/issuer\.example\/" is issuer main$/m);
    assert.match(stdout, /^ok {2}scopes .*read:orders$/m);
    assert.ok(!/^(NO|- )/m.test(stdout), 'nothing is refused, nothing is left out');
    assert.deepEqual(lines.slice(-4), [
      'decision allow verified: the token satisfies the pipeline',
      'pipeline orders',
      'answers  pass',
      '         x-auth-subject: client-1',
    ]);
  });

  test('a token from the standard input is read as one from a file', async () => {
    const asked = ['--config', folder.at('watchword.yaml'), '--url', URL_OF_ORDERS];
    const script = `"$0" "$1" explain "\${@:3}" --token-file - < "$2"`;
    const args = [process.execPath, PROGRAM, folder.at('good.jwt'), ...asked];
    const { code, stdout, stderr } = await runProgram(['-c', script, ...args], 'bash');
    assert.deepEqual([code, stderr], [0, '']);
    assert.match(stdout, /^decision allow verified/m);
  });

  test('a condition over the connection is judged by what is said of it', async () => {
    const near = ['--url', 'https://orders.example.com/near', ...token('good.jwt')];
    assert.match((await explain(...near)).stdout, /^NO {2}condition .*No such key: address$/m);
    assert.equal((await explain(...near, '--address', '10.0.0.7')).code, 0);
    const { stderr } = await explain(...near, '--address', '10.0.0.7', '--via', 'nginx');
    assert.match(stderr, /--address cannot be said over HTTP/);
  });

  test('a refused request: the step that refused and those that were not reached, exit 3', async () => {
    const { code, stdout } = await explain(...token('few.jwt'));
    assert.equal(code, 3);
    assert.match(stdout, /^NO {2}scopes {10}scope read:orders is missing; granted: write:orders$/m);
    assert.match(stdout, /^- {3}not reached: claim values$/m);
    assert.match(stdout, /^decision deny scope_insufficient: /m);
    assert.match(stdout, /^answers {2}403$/m);
    assert.match(stdout, /www-authenticate: Bearer .*scope="read:orders"/);
  });

  test('a refusal says what was expected', async () => {
    const audience = await explain(...token('other.jwt'));
    assert.match(
      audience.stdout,
      /^NO {2}audience .*aud is \["http:\/\/other"\], accepted: \["http/m,
    );
    const issuer = await explain(...token('slash.jwt'));
    assert.match(issuer.stdout, /configured: "https:.*\/" \(differs by the last slash\)$/m);
    const basic = await explain('--header', 'authorization: Basic c2VjcmV0');
    assert.match(basic.stdout, /^NO {2}token .*the scheme is Basic, not Bearer$/m);
    assert.doesNotMatch(basic.stdout, /c2VjcmV0/);
    const twice = await explain(...token('twice.jwt'));
    assert.match(twice.stdout, /granted: read:orders$/m);
  });

  test('a token file that holds no token alone is wrong usage, exit 2', async () => {
    for (const [name, says] of [
      ['empty.jwt', /empty\.jwt is empty/],
      ['bearer.jwt', /begins with 'Bearer '/],
    ] as const) {
      const { code, stderr } = await explain(...token(name));
      assert.equal(code, 2);
      assert.match(stderr, says);
    }
  });

  test('keys that cannot be had are an error, exit 4', async () => {
    await using issuer = await startIssuer('down');
    const issuers = [{ name: 'main', issuer: ISS, keys: { jwks: issuer.url, allowHttp: true } }];
    await using other = await folderWith({ 'watchword.yaml': settings({ issuers }) });
    const args = ['--config', other.at('watchword.yaml'), '--url', URL_OF_ORDERS];
    const { code, stdout } = await runProgram(['explain', ...args, ...token('good.jwt')]);
    assert.equal(code, 4, stdout);
    assert.match(stdout, /^NO {2}key .*the last one failed: \S/m);
    assert.match(stdout, /^decision error keys_unavailable/m);
  });

  test('remote keys are fetched', async () => {
    await using issuer = await startIssuer({ keys: [signer.jwk] });
    const issuers = [{ name: 'main', issuer: ISS, keys: { jwks: issuer.url, allowHttp: true } }];
    await using other = await folderWith({ 'watchword.yaml': settings({ issuers }) });
    const args = ['--config', other.at('watchword.yaml'), '--url', URL_OF_ORDERS];
    const { code } = await runProgram(['explain', ...args, ...token('good.jwt')]);
    assert.equal(code, 0);
  });

  test('a configuration that is wrong is said as validate says it, exit 1', async () => {
    await using other = await folderWith({ 'watchword.yaml': 'pipelnes: []' });
    const args = ['--config', other.at('watchword.yaml'), '--url', URL_OF_ORDERS];
    const { code, stderr } = await runProgram(['explain', ...args]);
    assert.equal(code, 1);
    assert.match(stderr, /^watchword\.yaml:1:11 pipelnes: unknown setting/);
  });

  test('the source that chose the pipeline is marked, and what the others said is shown', async () => {
    const args = [
      '--context',
      'watchword.dev/pipeline=named',
      '--context',
      'default-pipeline=public',
    ];
    const { code, stdout } = await explain(...args);
    assert.equal(code, 0);
    const from = stdout.indexOf('pipeline');
    const said = stdout.slice(from).split('\n').slice(1, 5);
    assert.deepEqual(said, [
      '      > context         named',
      '        match           orders',
      '        default-context public',
      '        default         rest',
    ]);
  });

  test('each source chooses where the ones before it say nothing', async () => {
    const chosen = async (...args: string[]): Promise<string | undefined> => {
      const { sources } = await json(...args);
      assert.equal(sources.length, 4);
      return sources.find(({ chose }) => chose)?.source;
    };
    const elsewhere = ['--url', 'https://orders.example.com/else'];
    assert.equal(await chosen('--context', 'pipeline=named'), 'context');
    assert.equal(await chosen('--context', 'default-pipeline=named'), 'match');
    assert.equal(
      await chosen(...elsewhere, '--context', 'default-pipeline=named'),
      'default-context',
    );
    assert.equal(await chosen(...elsewhere), 'default');
    assert.equal(await chosen('--context', 'pipeline=nobody'), undefined);
  });

  test('--json has the decision, the answer, the sources and the steps', async () => {
    const { code, decision, answer, steps } = await json(...token('few.jwt'));
    assert.equal(code, 3);
    assert.deepEqual(decision, {
      outcome: 'deny',
      reason: 'scope_insufficient',
      says: 'the token lacks a scope that is required here',
      pipeline: 'orders',
      mode: 'enforce',
    });
    assert.deepEqual([answer.passes, answer.status], [false, 403]);
    assert.deepEqual(
      steps.filter(({ result }) => result !== 'passed').map(({ step, result }) => [step, result]),
      [
        ['scopes', 'refused'],
        ['claim values', 'not reached'],
      ],
    );
  });

  test('--header takes several, and two of one name are joined as a gateway joins them', async () => {
    const bearer = `Authorization: Bearer ${GOOD}`;
    assert.equal((await json('--header', bearer)).decision.reason, 'verified');
    const twice = await json('--header', bearer, '--header', bearer);
    assert.deepEqual([twice.code, twice.decision.reason], [3, 'token_ambiguous']);
  });

  test('--method and the headers of a preflight count', async () => {
    const origin = ['--header', 'Origin: https://app.example'];
    const asks = ['--header', 'Access-Control-Request-Method: GET'];
    const preflight = await json('--method', 'OPTIONS', ...origin, ...asks);
    assert.deepEqual([preflight.code, preflight.decision.reason], [0, 'anonymous']);
    assert.equal((await json('--method', 'OPTIONS', ...origin)).decision.reason, 'token_missing');
  });

  test('the URL is taken as it is written', async () => {
    const path = (url: string) => json('--url', url);
    const dots = await path('https://orders.example.com/public/../orders/1');
    assert.equal(dots.decision.reason, 'path_ambiguous');
    assert.equal(
      (await path('https://user@orders.example.com/')).decision.reason,
      'host_ambiguous',
    );
    assert.equal(
      (await path('https://ORDERS.example.com:8443/public/?q=1')).decision.pipeline,
      'public',
    );
  });

  test('a shadow pipeline passes and says what it would have refused', async () => {
    const { code, stdout } = await explain('--url', 'https://orders.example.com/shadow');
    assert.equal(code, 3);
    assert.match(stdout, /^decision deny token_missing/m);
    assert.match(stdout, /^pipeline shadow \(shadow: refusals pass\)$/m);
    assert.match(stdout, /^answers {2}pass$/m);
  });

  test('a token that is no token is explained, never echoed', async () => {
    await folder.write('opaque.jwt', 'opaque-secret-of-somebody');
    const { code, stdout } = await explain(...token('opaque.jwt'));
    assert.equal(code, 3);
    assert.match(stdout, /token_malformed/);
    assert.ok(!stdout.includes('opaque-secret'));
    await folder.write('hostile.jwt', signer.token({ iss: { toString: 1 }, aud: 7 }));
    assert.match((await explain(...token('hostile.jwt'))).stdout, /issuer_untrusted/);
  });
});
