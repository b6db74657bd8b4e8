import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { pino } from 'pino';
import { startWatchword } from '../../src/server/watchword.ts';
import {
  CONVENTION_NAMES,
  CONVENTIONS,
  type ConventionName,
  statusFor,
} from '../../src/transport/forward-auth/convention.ts';
import { ask as askHttp, type HttpResponse } from '../support/http-client.ts';
import type { Case } from './case.ts';
import { type Asked, ask, joined } from './cases.ts';
import { FIXTURE_NAMES, makeFixture } from './fixtures.ts';
import { HTTP_CASES, questionFor, segmentFor } from './http-cases.ts';
import { judge, type Verdict } from './verdict.ts';

/** What the gateway would make of the answer: its headers are set, and what `removal` names is removed. */
function verdictOf(convention: ConventionName, asked: Asked, answer: HttpResponse): Verdict {
  const reason = answer.headers['watchword-reason'] ?? 'no reason';
  const seen = { reason, pipeline: answer.headers['watchword-pipeline'] ?? null, grpcStatus: null };
  if (answer.status !== 200) {
    const http = Number(answer.headers['watchword-status'] ?? answer.status);
    assert.equal(answer.status, statusFor(CONVENTIONS[convention], http));
    assert.equal(seen.pipeline, null, 'the name of a pipeline is not for the client');
    const challenge = answer.headers['www-authenticate'] ?? null;
    return { ...seen, passes: false, http, challenge, backendHeaders: null, answered: answer };
  }
  const backendHeaders: Record<string, string> = { ...joined(asked.headers) };
  for (const [name, value] of Object.entries(answer.headers))
    backendHeaders[name] = Buffer.from(value, 'latin1').toString('utf8');
  const { removal } = CONVENTIONS[convention];
  const removed = removal === null ? [] : (answer.headers[removal] ?? '').split(',');
  for (const name of removed) {
    assert.equal(answer.headers[name], undefined, `${name} is both set and removed`);
    delete backendHeaders[name];
  }
  return { ...seen, passes: true, http: 200, challenge: null, backendHeaders };
}

/** Where the gateway removes by its own configuration, the answer must only not bring the header back. */
function judgedCase(convention: ConventionName, one: Case, answer: HttpResponse): Case {
  if (CONVENTIONS[convention].removal !== null) return one;
  const { removes = [], keeps: _, ...expect } = one.expect;
  for (const name of removes) assert.equal(answer.headers[name], undefined, `${name} is set`);
  return { ...one, expect };
}

/** What no gateway of the convention can write: the target is part of a URL there, or the method that of the check. */
function canAsk(convention: ConventionName, { path = '/', method = 'GET' }: Case): boolean {
  const { from } = CONVENTIONS[convention].source;
  // The parser of `node:http` answers a method that it does not know itself.
  const isKnown = method === method.toUpperCase() || from !== 'request';
  return isKnown && (path.startsWith('/') || from === 'headers');
}

for (const fixture of FIXTURE_NAMES) {
  describe(`HTTP, ${fixture} fixture`, () => {
    const stack = new AsyncDisposableStack();
    let port = 0;
    before(async () => {
      const { path } = stack.use(await makeFixture(fixture, { http: '127.0.0.1:0' }));
      const { httpPort } = stack.use(await startWatchword(path, pino({ level: 'silent' })));
      port = httpPort ?? 0;
    });
    after(() => stack.disposeAsync());
    for (const convention of CONVENTION_NAMES) {
      const cases = HTTP_CASES.filter((c) => (c.fixture ?? 'default') === fixture);
      for (const one of cases.filter((c) => canAsk(convention, c))) {
        test(`${one.title} (${convention})`, async () => {
          const asked = ask(one);
          const httpCheck = questionFor(convention, segmentFor(one) ?? '-', asked);
          const answer = await askHttp({ port, ...httpCheck, body: '' });
          judge(judgedCase(convention, one, answer), verdictOf(convention, asked, answer));
        });
      }
    }
  });
}
