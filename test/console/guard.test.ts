import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { guardRefusal } from '../../src/console/guard.ts';

/** Method, path, headers, and the status that refuses; null where the request is served. */
const CASES: readonly (readonly [
  string,
  string,
  Readonly<Record<string, string>>,
  number | null,
])[] = [
  ['GET', '/', { host: 'localhost:9189' }, null],
  ['GET', '/', { host: '127.0.0.1:40123' }, null],
  ['GET', '/', { host: '[::1]:9189' }, null],
  ['HEAD', '/api/overview', { host: 'localhost' }, null],
  ['GET', '/', { host: 'localhost', 'sec-fetch-site': 'cross-site' }, null],
  ['GET', '/', {}, 421],
  ['GET', '/', { host: 'rebound.example:9189' }, 421],
  ['GET', '/', { host: '127.0.0.1.rebound.example' }, 421],
  ['GET', '/', { host: 'localhost.rebound.example' }, 421],
  ['GET', '/', { host: '10.0.0.7:9189' }, 421],
  ['GET', '/', { host: 'user@localhost' }, 421],
  ['GET', '/api/refusals', { host: 'localhost:9189', origin: 'https://evil.example' }, 403],
  ['GET', '/api/refusals', { host: 'localhost:9189', origin: 'null' }, 403],
  ['GET', '/api/refusals', { host: 'localhost:9189', origin: 'http://localhost:3000' }, 403],
  ['GET', '/api/refusals', { host: 'localhost:9189', origin: 'http://localhost:9189' }, null],
  ['GET', '/api/refusals', { host: 'localhost', 'sec-fetch-site': 'same-site' }, 403],
  ['GET', '/api/refusals', { host: 'localhost', 'sec-fetch-site': 'cross-site' }, 403],
  ['GET', '/api/refusals', { host: 'localhost', 'sec-fetch-site': 'same-origin' }, null],
  ['POST', '/api/refusals', { host: 'localhost' }, 405],
  ['DELETE', '/', { host: 'localhost' }, 405],
  ['GET', '/api/explain', { host: 'localhost' }, 405],
  ['POST', '/api/explain', { host: 'localhost', 'content-type': 'application/json' }, 403],
  ['POST', '/api/explain', { host: 'localhost', 'x-watchword-console': 'explain' }, 415],
  [
    'POST',
    '/api/explain',
    { host: 'localhost', 'x-watchword-console': 'explain', 'content-type': 'text/plain' },
    415,
  ],
  [
    'POST',
    '/api/explain',
    {
      host: 'localhost',
      'x-watchword-console': 'explain',
      'content-type': 'application/json; charset=utf-8',
    },
    null,
  ],
];

describe('the console serves its own page and programs of this machine', () => {
  for (const [method, path, headers, status] of CASES) {
    test(`${method} ${path} ${JSON.stringify(headers)}: ${status ?? 'served'}`, () => {
      assert.equal(guardRefusal({ method, path, headers })?.status ?? null, status);
    });
  }
});
