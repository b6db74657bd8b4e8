import assert from 'node:assert/strict';
import { generateKeyPairSync, X509Certificate } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { REASONS, type Reason } from '../../src/decision/reason.ts';
import { VERSION } from '../../src/server/version.ts';
import { METRICS } from '../../src/telemetry/metrics.ts';
import { certificateFor } from '../support/certificate.ts';
import { makeIdentity } from '../support/identity.ts';
import { checkMetrics } from '../support/promtool.ts';
import { folderWith } from './folder.ts';
import { startIssuer } from './issuer.ts';
import type { HttpCheck } from './question.ts';
import { type Running, run } from './running.ts';
import { samplesOf } from './series.ts';
import { ORDERS, PUBLIC, settings } from './settings.ts';
import { ISS, makeSigner } from './signer.ts';

const signer = makeSigner();
const stranger = makeSigner();

const SHADOW = {
  ...ORDERS,
  name: 'shadow',
  mode: 'shadow',
  match: [{ hosts: ['orders.example.com'], paths: ['/shadow/**'] }],
};

const CERTIFICATE = certificateFor(
  generateKeyPairSync('rsa', { modulusLength: 2048 }),
  'certified',
);

const REMOTE_ISS = 'https://remote.example/';

/** A server with an issuer from a file and a remote one, and three pipelines. */
async function start(stack: AsyncDisposableStack): Promise<Running> {
  const issuer = stack.use(await startIssuer({ keys: [makeSigner('remote-1').jwk] }));
  const both = (pipeline: typeof ORDERS) => ({
    ...pipeline,
    require: { ...pipeline.require, issuers: ['main', 'remote'] },
  });
  const tls = makeIdentity('listener');
  const httpTls = { cert: 'tls.crt', key: 'tls.key' };
  const configuration = settings({
    listen: { grpc: '127.0.0.1:0', admin: '127.0.0.1:0', http: '127.0.0.1:0', httpTls },
    issuers: [
      { name: 'main', issuer: ISS, keys: { file: 'jwks.json' } },
      { name: 'remote', issuer: REMOTE_ISS, keys: { jwks: issuer.url, allowHttp: true } },
      { name: 'certified', issuer: 'https://certified.example/', keys: { file: 'cert.pem' } },
    ],
    pipelines: [both(ORDERS), PUBLIC, both(SHADOW)],
  });
  const folder = stack.use(
    await folderWith({
      'watchword.yaml': configuration,
      'jwks.json': { keys: [signer.jwk] },
      'cert.pem': CERTIFICATE,
      'tls.crt': tls.cert,
      'tls.key': tls.key,
    }),
  );
  return stack.use(await run(folder.at('watchword.yaml')));
}

/** What is asked, how often, and how it is counted. */
const ASKED: readonly (readonly [times: number, pipeline: string, reason: Reason, HttpCheck])[] = [
  [1, 'orders', 'verified', { token: signer.token() }],
  [4, 'orders', 'verified', { token: signer.token({ sub: 'client-2' }) }],
  [3, 'orders', 'token_missing', {}],
  [2, 'orders', 'scope_insufficient', { token: signer.token({ scope: 'write:orders' }) }],
  [2, 'orders', 'token_expired', { token: signer.token({ exp: 1_000 }) }],
  [1, 'orders', 'signature_invalid', { token: stranger.token() }],
  [1, 'orders', 'key_unknown', { token: signer.token({}, { kid: 'other' }) }],
  [1, 'orders', 'issuer_untrusted', { token: signer.token({ iss: 'https://else.example/' }) }],
  [2, 'public', 'anonymous', { path: '/public/a' }],
  [3, 'shadow', 'token_missing', { path: '/shadow/a' }],
  [2, '-', 'pipeline_missing', { host: 'else.example' }],
  [1, '-', 'host_ambiguous', { host: 'a@b' }],
];

/** Those of route objects are there only where these are watched: test/kube/server.test.ts. */
const HERE = Object.entries(METRICS).filter(
  ([name]) => !/^watchword_(?:route|candidate)/.test(name),
);
/** Those of probes have samples only where there are probes (test/probe), that of lines left out only in a flood. */
const SAMPLED = HERE.filter(([name]) => !/^watchword_(probe_|log_lines_suppressed)/.test(name));

describe('the metrics', () => {
  const stack = new AsyncDisposableStack();
  let watchword: Running;
  before(async () => {
    watchword = await start(stack);
    for (const [times, , , httpCheck] of ASKED) {
      for (let n = 0; n < times; n += 1) await watchword.check(httpCheck);
    }
    // The first is what a fetch is made for, the second is known by it.
    for (let n = 0; n < 2; n += 1)
      await watchword.reason({ token: signer.token({ iss: REMOTE_ISS }, { kid: 'not-there' }) });
  });
  after(() => stack.disposeAsync());

  test('promtool finds nothing wrong', async () => {
    assert.deepEqual(await checkMetrics((await watchword.get('/metrics')).body), []);
  });

  test('each metric of the table is there with its type and help, and no other', async () => {
    const { body } = await watchword.get('/metrics');
    const described = body.matchAll(/^# TYPE ((?:watchword|grpc)_\S+) (\S+)$/gm);
    const types = Object.fromEntries([...described].map(([, name, type]) => [name, type]));
    const table = HERE.map(([name, { type }]) => [name, type]);
    assert.deepEqual(types, Object.fromEntries(table));
    for (const [name, { help }] of HERE) {
      assert.ok(body.includes(`# HELP ${name} ${help}\n`), name);
    }
  });

  test('the end of a certificate among the keys is a gauge, of that issuer only', async () => {
    const { body } = await watchword.get('/metrics');
    const lines = body.match(/^watchword_key_not_after_timestamp_seconds\{.*$/gm);
    const end = new X509Certificate(CERTIFICATE).validToDate.getTime() / 1000;
    assert.deepEqual(lines, [
      `watchword_key_not_after_timestamp_seconds{issuer="certified"} ${end}`,
    ]);
  });

  test('each metric has a sample, with the labels of the table', async () => {
    const series = await watchword.metrics();
    for (const [name, { type, labels }] of SAMPLED) {
      const samples = Object.keys(samplesOf(series, type === 'histogram' ? `${name}_count` : name));
      assert.ok(samples.length > 0, `${name} has a sample`);
      for (const sample of samples) {
        const names = [...sample.matchAll(/(\w+)="/g)].map(([, label]) => label);
        assert.deepEqual(names.toSorted(), labels.toSorted(), `${name}${sample}`);
      }
    }
  });

  test('decisions are counted by pipeline, outcome, reason and mode', async () => {
    const expected: Record<string, number> = { ...AT_START };
    for (const [times, pipeline, reason] of ASKED) {
      const series = decision(pipeline, reason);
      expected[series] = (expected[series] ?? 0) + times;
    }
    const unknown = decision('orders', 'key_unknown');
    expected[unknown] = (expected[unknown] ?? 0) + 2;
    assert.deepEqual(samplesOf(await watchword.metrics(), 'watchword_decisions_total'), expected);
  });

  test('durations are counted by outcome', async () => {
    const counts = samplesOf(
      await watchword.metrics(),
      'watchword_decision_duration_seconds_count',
    );
    const of = (outcome: string) =>
      ASKED.filter(([, , reason]) => REASONS[reason].outcome === outcome).reduce(
        (sum, [times]) => sum + times,
        0,
      );
    assert.deepEqual(counts, {
      '{outcome="allow"}': of('allow'),
      '{outcome="deny"}': of('deny') + 2,
    });
  });

  test('a token is counted once, however often it comes', async () => {
    const series = await watchword.metrics();
    assert.deepEqual(samplesOf(series, 'watchword_tokens_total'), {
      // Two good ones, one for another scope and one that is expired: their signatures verify.
      '{issuer="main",result="verified"}': 4,
      '{issuer="main",result="signature_invalid"}': 1,
      '{issuer="main",result="key_unknown"}': 1,
      '{issuer="-",result="issuer_untrusted"}': 1,
      '{issuer="remote",result="key_unknown"}': 2,
    });
    assert.deepEqual(samplesOf(series, 'watchword_token_cache_lookups_total'), {
      '{result="miss"}': 9,
      '{result="hit"}': 5,
    });
    assert.equal(series.get('watchword_token_cache_entries'), 4);
  });

  test('keys are gauged by issuer, and the program names itself', async () => {
    const series = await watchword.metrics();
    assert.deepEqual(samplesOf(series, 'watchword_jwks_keys'), {
      '{issuer="certified"}': 1,
      '{issuer="main"}': 1,
      '{issuer="remote"}': 1,
    });
    assert.equal(
      series.get(`watchword_build_info{version="${VERSION}",node="${process.version}"}`),
      1,
    );
  });
});

function decision(pipeline: string, reason: Reason): string {
  const mode = pipeline === 'shadow' ? 'shadow' : 'enforce';
  const { outcome } = REASONS[reason];
  return `{pipeline="${pipeline}",outcome="${outcome}",reason="${reason}",mode="${mode}"}`;
}

/** What exists before anything was asked. */
const AT_START = {
  [decision('orders', 'verified')]: 0,
  [decision('public', 'anonymous')]: 0,
  [decision('shadow', 'verified')]: 0,
};

test("at start each pipeline's allow series exists with 0, and no other", async () => {
  await using stack = new AsyncDisposableStack();
  const watchword = await start(stack);
  const series = await watchword.metrics();
  assert.deepEqual(samplesOf(series, 'watchword_decisions_total'), AT_START);
  assert.deepEqual(samplesOf(series, 'watchword_config_reloads_total'), {
    '{result="success"}': 0,
    '{result="failure"}': 0,
  });
  assert.deepEqual(samplesOf(series, 'grpc_server_handled_total'), {});
});

/** Everything a client or an issuer could try to put into a label, a new value each time. */
function hostile(n: number): readonly HttpCheck[] {
  const odd = `"}\n${n}{evil="`;
  return [
    { host: `h${n}.example` },
    { host: odd },
    { path: `/orders/${n}` },
    { path: `/nothing/${odd}` },
    { method: `M${n}` },
    { token: signer.token({ iss: `https://iss-${n}.example/` }) },
    { token: signer.token({ sub: `sub-${n}`, aud: `aud-${n}`, scope: `scope-${n}` }) },
    { token: signer.token({}, { kid: `kid-${n}` }) },
    { token: signer.token({ iss: REMOTE_ISS }, { kid: `kid-${n}` }) },
    { token: signer.token({}, { alg: `alg-${n}` }) },
    { token: signer.token({}, { typ: `typ-${n}` }) },
    { context: { [`watchword.dev/${n}`]: odd } },
    { context: { 'watchword.dev/pipeline': `pipeline-${n}` } },
    { headers: { authorization: `Bearer ${odd}` } },
  ];
}

test('no client can make the metrics grow', async () => {
  await using stack = new AsyncDisposableStack();
  const watchword = await start(stack);
  const names = async () =>
    [...(await watchword.metrics()).keys()].filter((name) => !/^(nodejs|process)_/.test(name));
  for (const httpCheck of hostile(0)) await watchword.check(httpCheck);
  for (const httpCheck of hostile(1)) await watchword.check(httpCheck);
  const before = await names();
  for (let n = 2; n < 100; n += 1) {
    for (const httpCheck of hostile(n)) await watchword.check(httpCheck);
  }
  const after = await names();
  // Whether a fetch for an unknown kid is made or suppressed, and why, hangs on the time that has passed.
  const closed = (list: readonly string[]) =>
    list.filter((name) => !/_fetches_|_lines_suppressed_|unavailable|outcome="error"/.test(name));
  assert.deepEqual(closed(after), closed(before));
  assert.ok(after.length <= before.length + 12, `${before.length} series became ${after.length}`);
  assert.deepEqual(
    after.filter((name) => /evil|\d\d\.example|(iss|sub|aud|kid|alg|typ|pipeline)-\d/.test(name)),
    [],
  );
});
