import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { answerTo } from '../../src/answer/answer.ts';
import { refuse } from '../../src/check/decision.ts';
import { REASON_NAMES, REASONS, type RefusalReason } from '../../src/decision/reason.ts';
import { NO_PROOF, ProbeProof } from '../../src/probe/proof.ts';
import { proven } from '../../src/probe/proven.ts';
import type { Request } from '../../src/request/request.ts';

const OURS = new ProbeProof('issuers and probes');
const REPLICA = new ProbeProof('issuers and probes');
const OTHER = new ProbeProof('other issuers');
const URL_ASKED = new URL('https://orders.example.com/orders/1?page=2');

/** The request that a gateway asks about when a URL was asked for. */
const request = (url: URL, own: Partial<Request> = {}): Request => ({
  method: 'GET',
  host: url.host,
  path: `${url.pathname}${url.search}`,
  authorization: null,
  preflightFor: null,
  protocol: 'http',
  context: [],
  route: null,
  id: '',
  ...own,
});

describe('the proof of a probe', () => {
  test('is what any replica of the same configuration answers', () => {
    const { url, expected } = OURS.marked(URL_ASKED);
    assert.equal(REPLICA.answer(request(url)), expected);
  });

  test('keeps the query of the URL in front of its mark', () => {
    const { url, id } = OURS.marked(URL_ASKED);
    assert.match(url.search, new RegExp(`^\\?page=2&watchword-probe=${id}\\.[\\w-]{43}$`));
  });

  test('is another one each time', () => {
    assert.notEqual(OURS.marked(URL_ASKED).expected, OURS.marked(URL_ASKED).expected);
  });

  test('counts whatever letter case and port of the host the gateway tells', () => {
    const { url, expected } = OURS.marked(URL_ASKED);
    assert.equal(REPLICA.answer(request(url, { host: 'Orders.Example.COM:443' })), expected);
  });

  const { url } = OURS.marked(URL_ASKED);
  const path = request(url).path;
  const wrong: Readonly<Record<string, Partial<Request>>> = {
    'another host, where the answer of a guarded route could be borrowed': { host: 'open.example' },
    'another path': { path: path.replace('/orders/1', '/orders/2') },
    'another number': { path: path.replace(/probe=./, 'probe=~') },
    'a code that is changed': { path: path.replace(/.$/, (last) => (last === 'A' ? 'E' : 'A')) },
    'a code that is cut': { path: path.slice(0, -1) },
    'a mark that is not at the end': { path: `${path}&x=1` },
    'no mark': { path: '/orders/1?page=2' },
  };
  for (const [what, own] of Object.entries(wrong)) {
    test(`is not given for ${what}`, () => {
      assert.equal(REPLICA.answer(request(url, own)), null);
    });
  }

  test('is not given by a Watchword with other issuers or probes', () => {
    assert.equal(OTHER.answer(request(url)), null);
  });

  test('is not given to anybody who does not know the configuration', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[\w-]{22}\.[\w-]{43}$/), (mark) => {
        const path = `/orders/1?watchword-probe=${mark}`;
        assert.equal(REPLICA.answer(request(url, { path })), null);
      }),
    );
  });

  test('is sought in linear time', () => {
    const path = `/?${'watchword-probe=&'.repeat(4_000)}`;
    const started = process.cpuUsage();
    for (let round = 0; round < 10; round += 1)
      assert.equal(OURS.answer(request(url, { path })), null);
    const { user } = process.cpuUsage(started);
    // A search that began anew at each of the 40,000 would take minutes.
    assert.ok(user < 5_000_000, `${user} µs`);
  });
});

describe('an answer with a proof', () => {
  const { url, expected } = OURS.marked(URL_ASKED);
  const refusals = REASON_NAMES.filter((reason) => REASONS[reason].http !== 200) as RefusalReason[];

  for (const reason of refusals) {
    test(`${reason}: status, body and whether it passes are what they were`, () => {
      const answer = answerTo(refuse(reason), null);
      const { headers: _before, ...before } = { headers: null, ...answer };
      const after = proven(answer, request(url), REPLICA.answer);
      const { headers: _after, ...rest } = { headers: null, ...after };
      assert.deepEqual(rest, before);
      if (reason !== 'token_missing') assert.equal(after, answer);
    });
  }

  test('is the bare challenge and one parameter more', () => {
    const answer = proven(answerTo(refuse('token_missing'), null), request(url), REPLICA.answer);
    assert.ok(!answer.passes);
    const challenge = answer.headers.find(({ name }) => name === 'www-authenticate');
    assert.equal(challenge?.value, `Bearer realm="watchword", probe="${expected}"`);
  });

  test('is the answer itself where nothing is to be proven', () => {
    const answer = answerTo(refuse('token_missing'), null);
    assert.equal(proven(answer, request(url), NO_PROOF), answer);
    assert.equal(proven(answer, null, REPLICA.answer), answer);
    assert.equal(proven(answer, request(URL_ASKED), REPLICA.answer), answer);
  });
});
