import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { until } from '../../deploy/support/until.ts';
import { folderWith } from './folder.ts';
import { startIssuer } from './issuer.ts';
import { type Running, run } from './running.ts';
import { samplesOf } from './series.ts';
import { ORDERS, PUBLIC, settings } from './settings.ts';
import { ISS, makeSigner } from './signer.ts';

const signer = makeSigner();
const STRICT = {
  ...ORDERS,
  require: { audiences: ['http://orders'], scopes: { all: ['admin:orders'] } },
};
const FORWARDS = { ...ORDERS, forward: { headers: { 'x-auth-subject': 'sub' } } };
const files = (candidate: object | string) => ({
  'watchword.yaml': settings({ identityHeaders: ['x-auth-subject'] }),
  'candidate.yaml': candidate,
  'jwks.json': { keys: [signer.jwk] },
});
const DIFFERS = 'the candidate decides otherwise';

const samples = async (watchword: Running, metric: string) =>
  samplesOf(await watchword.metrics(), metric);

/** Waits until so many requests have come to this end beside. */
function judged(watchword: Running, result: string, count: number): Promise<true> {
  return until(`${count} ${result}`, async () => {
    const found = await samples(watchword, 'watchword_candidate_checks_total');
    return found[`{result="${result}"}`] === count ? true : undefined;
  });
}

interface Check {
  readonly name: string;
  readonly ready: boolean;
  readonly detail?: string;
}

async function readiness(watchword: Running, name: string): Promise<Check | undefined> {
  const { body } = await watchword.get('/readyz');
  return (JSON.parse(body) as { checks: readonly Check[] }).checks.find((one) => one.name === name);
}

describe('serve --candidate', () => {
  test('a difference is counted and logged, and the answer is that of the live configuration', async () => {
    await using folder = await folderWith(files(settings({ pipelines: [STRICT, PUBLIC] })));
    await using watchword = await run(folder.at('watchword.yaml'), folder.at('candidate.yaml'));
    const token = signer.token();
    assert.equal(await watchword.reason({ token }), 'verified');
    assert.equal(await watchword.reason({ path: '/public/a' }), 'anonymous');
    await judged(watchword, 'different', 1);
    await judged(watchword, 'same', 1);
    assert.deepEqual(await samples(watchword, 'watchword_candidate_decisions_total'), {
      '{pipeline="orders",live="verified",candidate="scope_insufficient"}': 1,
    });
    const { candidate, differences, reason, host, path } = await watchword.said(DIFFERS);
    assert.deepEqual([reason, host, path], ['verified', 'orders.example.com', '/orders/1']);
    assert.deepEqual(differences, ['reason', 'passes']);
    const said = candidate as Readonly<Record<string, string>>;
    assert.deepEqual([said['reason'], said['pipeline']], ['scope_insufficient', 'orders']);
    assert.match(said['detail'] ?? '', /admin:orders/);
    const lines = JSON.stringify(watchword.log);
    for (const part of token.split('.')) assert.ok(!lines.includes(part), 'no token is logged');
    const decided = await samples(watchword, 'watchword_decisions_total');
    const all = Object.values(decided).reduce((sum, one) => sum + one, 0);
    assert.equal(all, 2, 'the candidate adds nothing to the decisions');
  });

  test('other identity headers are a difference with equal reasons', async () => {
    await using folder = await folderWith(files(settings({ pipelines: [FORWARDS, PUBLIC] })));
    await using watchword = await run(folder.at('watchword.yaml'), folder.at('candidate.yaml'));
    assert.equal(await watchword.reason({ token: signer.token() }), 'verified');
    const { differences } = await watchword.said(DIFFERS);
    assert.deepEqual(differences, ['headers']);
  });

  test('a header that only the candidate reads is there for it', async () => {
    const elsewhere = { ...ORDERS, tokenFrom: [{ header: 'x-token' }] };
    await using folder = await folderWith(files(settings({ pipelines: [elsewhere, PUBLIC] })));
    await using watchword = await run(folder.at('watchword.yaml'), folder.at('candidate.yaml'));
    const headers = { 'x-token': signer.token() };
    assert.equal(await watchword.reason({ headers }), 'token_missing');
    await judged(watchword, 'different', 1);
    assert.deepEqual(await samples(watchword, 'watchword_candidate_decisions_total'), {
      '{pipeline="orders",live="token_missing",candidate="verified"}': 1,
    });
  });

  test('one that is wrong harms nothing, is told, and is taken over once it is right', async () => {
    await using folder = await folderWith(files('pipelines: 1\n'));
    await using watchword = await run(folder.at('watchword.yaml'), folder.at('candidate.yaml'));
    assert.equal(await watchword.reason({ token: signer.token() }), 'verified');
    const metric = 'watchword_candidate_config_last_reload_successful';
    assert.equal((await watchword.metrics()).get(metric), 0);
    const { problem } = await watchword.said(
      'the candidate configuration is wrong; the live one is not concerned',
    );
    assert.match(String(problem), /^candidate\.yaml:1:\d+ pipelines: must be a list/);
    const check = await readiness(watchword, 'candidate');
    assert.equal(check?.ready, true);
    assert.match(check?.detail ?? '', /its files are wrong: candidate\.yaml:1/);
    assert.deepEqual(await samples(watchword, 'watchword_candidate_config_info'), {});

    await folder.write('candidate.yaml', settings({ pipelines: [STRICT, PUBLIC] }));
    await watchword.said('the candidate configuration judges beside the live one');
    assert.equal((await watchword.metrics()).get(metric), 1);
    assert.equal(await watchword.reason({ token: signer.token() }), 'verified');
    await judged(watchword, 'different', 1);

    await folder.write('candidate.yaml', 'default: allow\n');
    await until('the fault', async () =>
      (await watchword.metrics()).get(metric) === 0 ? true : undefined,
    );
    assert.equal(await watchword.reason({ token: signer.token() }), 'verified');
    await judged(watchword, 'different', 2);
  });

  test('keys of an issuer with equal settings are fetched once, and others are told', async () => {
    await using issuer = await startIssuer({ keys: [signer.jwk] });
    const remote = (more: object) => [
      { name: 'main', issuer: ISS, keys: { jwks: issuer.url, allowHttp: true, ...more } },
    ];
    await using folder = await folderWith({
      'watchword.yaml': settings({ issuers: remote({}) }),
      'candidate.yaml': settings({ issuers: remote({}), pipelines: [STRICT, PUBLIC] }),
    });
    await using watchword = await run(folder.at('watchword.yaml'), folder.at('candidate.yaml'));
    await until('the keys', async () =>
      (await watchword.reason({ token: signer.token() })) === 'verified' ? true : undefined,
    );
    await until('a difference', async () => {
      const found = await samples(watchword, 'watchword_candidate_decisions_total');
      const name = '{pipeline="orders",live="verified",candidate="scope_insufficient"}';
      return (found[name] ?? 0) > 0 ? true : undefined;
    });
    assert.equal(issuer.asked, 1);
    assert.equal((await readiness(watchword, 'candidate'))?.detail, undefined);

    const other = remote({ maxStale: '3h' });
    await folder.write('candidate.yaml', settings({ issuers: other, pipelines: [STRICT, PUBLIC] }));
    const { issuers } = await watchword.said(
      'the candidate configuration fetches keys of its own: the settings of these issuers are not those of the live one',
    );
    assert.deepEqual(issuers, ['main']);
    await until('the second fetch', () => (issuer.asked === 2 ? true : undefined));
    const check = await readiness(watchword, 'candidate');
    assert.equal(check?.detail, 'fetches keys of its own: main');
    const fetches = await samples(watchword, 'watchword_jwks_fetches_total');
    assert.equal(
      Object.values(fetches).reduce((sum, one) => sum + one, 0),
      1,
    );
  });

  test('keys that the live configuration gives back are fetched by the candidate from then on', async () => {
    await using issuer = await startIssuer({ keys: [signer.jwk] });
    const keys = { jwks: issuer.url, allowHttp: true };
    const both = settings({ issuers: [{ name: 'main', issuer: ISS, keys }] });
    await using folder = await folderWith({ 'watchword.yaml': both, 'candidate.yaml': both });
    await using watchword = await run(folder.at('watchword.yaml'), folder.at('candidate.yaml'));
    await until('the first fetch', () => (issuer.asked === 1 ? true : undefined));
    const without = settings({ issuers: [], pipelines: [PUBLIC] });
    await folder.write('watchword.yaml', without);
    await until('the second fetch', () => (issuer.asked === 2 ? true : undefined));
    const check = await readiness(watchword, 'candidate');
    assert.equal(check?.detail, 'fetches keys of its own: main');
    await folder.write('watchword.yaml', both);
    await until('the keys are shared again', async () =>
      (await readiness(watchword, 'candidate'))?.detail === undefined ? true : undefined,
    );
  });

  test('without --candidate there is none: no series and no readiness line', async () => {
    await using folder = await folderWith(files('{}'));
    await using watchword = await run(folder.at('watchword.yaml'));
    await watchword.reason({ path: '/public/a' });
    const series = [...(await watchword.metrics()).keys()];
    assert.ok(!series.some((name) => name.includes('candidate')));
    assert.equal(await readiness(watchword, 'candidate'), undefined);
  });
});
