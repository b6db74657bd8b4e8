import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { readCheckUrl } from '../../../src/transport/forward-auth/check-url.ts';
import { CONVENTION_NAMES, CONVENTIONS } from '../../../src/transport/forward-auth/convention.ts';
import { decode } from '../../../src/transport/forward-auth/decode.ts';

const names = fc.constantFrom(
  ...['x-original-uri', 'x-original-url', 'x-original-method', 'x-forwarded-uri', 'host'],
  ...['x-forwarded-method', 'x-forwarded-host', 'authorization', 'Origin', 'x-request-id'],
);
const headers = fc.array(fc.tuple(names, fc.string({ unit: 'binary', maxLength: 40 })));

test('whatever the headers are, decoding gives a request or a fault and never throws', () => {
  fc.assert(
    fc.property(fc.constantFrom(...CONVENTION_NAMES), headers, fc.string(), (name, sent, rest) => {
      const url = { name, convention: CONVENTIONS[name], pipeline: null, rest };
      const decoded = decode(url, { method: 'GET', rawHeaders: sent.flat() });
      if (!decoded.ok) return decoded.fault !== '';
      return decoded.request.method !== '' && decoded.request.context.length === 0;
    }),
  );
});

test('a URL selects only what it is exactly', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (tail) => {
      const read = readCheckUrl(`/auth/nginx/${tail}`);
      if (read === null) return true;
      const segment = tail.split('?', 1)[0] ?? '';
      return read.pipeline === (segment === '-' ? null : segment);
    }),
  );
});

test("every convention's sources are lower case and its own", () => {
  for (const { source } of Object.values(CONVENTIONS)) {
    if (source.from === 'request') continue;
    const { from: _, ...read } = source;
    const used = Object.values(read);
    assert.deepEqual(
      used,
      used.map((one) => one.toLowerCase()),
    );
    assert.equal(new Set(used).size, used.length);
    const families = new Set(
      used.map((one) => one.split('-')[1]).filter((one) => one !== undefined),
    );
    assert.equal(families.size, 1, `${used.join(', ')} are of one family`);
  }
});
