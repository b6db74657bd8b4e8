import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { checkRequest, reasonOf } from '../server/question.ts';
import { type Running, run } from '../server/running.ts';
import type { CheckResponse } from '../support/check-client.ts';
import type { Case } from './case.ts';
import { type Asked, ask, CASES, joined } from './cases.ts';
import { FIXTURE_NAMES, makeFixture } from './fixtures.ts';

/*
 * The verified-token cache changes no answer: every case is asked cold, then warm, and before a server that can remember a
 * single token, with another token in between.
 */

/** A good token that no case has. */
function another(): Case {
  const claims = { jti: randomUUID() };
  return { title: 'another token', token: { claims }, expect: { reason: 'verified' } };
}

function requestOf({ method, host, path, headers, context }: Asked): object {
  return checkRequest({ method, host, path, headers: joined(headers), context });
}

for (const fixture of FIXTURE_NAMES) {
  describe(`asked twice, ${fixture} fixture`, () => {
    const stack = new AsyncDisposableStack();
    let remembering: Running;
    let forgetting: Running;
    before(async () => {
      const { path } = stack.use(await makeFixture(fixture));
      const one = join(dirname(path), 'one.json');
      const settings = JSON.parse(await readFile(path, 'utf8')) as object;
      await writeFile(one, JSON.stringify({ ...settings, tokenCache: { entries: 1 } }));
      remembering = stack.use(await run(path));
      forgetting = stack.use(await run(one));
    });
    after(() => stack.disposeAsync());

    for (const one of CASES.filter((some) => (some.fixture ?? 'default') === fixture)) {
      test(one.title, async () => {
        const request = requestOf(ask(one));
        const cold = await remembering.client.check(request);
        assert.equal(reasonOf(cold), one.expect.reason);
        const answers: CheckResponse[] = [];
        answers.push(await remembering.client.check(request));
        for (let time = 0; time < 2; time += 1) {
          await forgetting.client.check(requestOf(ask(another())));
          answers.push(await forgetting.client.check(request));
        }
        for (const answer of answers) assert.deepEqual(answer, cold);
      });
    }

    test('the first server remembered, the second one a single token', async () => {
      const [many, one] = [await remembering.metrics(), await forgetting.metrics()];
      const [hits, entries] = [
        'watchword_token_cache_lookups_total{result="hit"}',
        'watchword_token_cache_entries',
      ];
      if (fixture === 'default') {
        assert.ok((many.get(hits) ?? 0) > 50, `${many.get(hits)} hits`);
        assert.equal(one.get(hits) ?? 0, 0);
      }
      assert.ok((one.get(entries) ?? 0) <= 1);
    });
  });
}
