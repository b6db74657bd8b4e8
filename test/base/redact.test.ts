import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { redactTokens } from '../../src/base/redact.ts';

const HEADER = 'eyJhbGciOiJSUzI1NiJ9';
const SPACED = 'ewogICJhbGciOiAiUlMyNTYifQ';

describe('what looks like a token is taken out of a text', () => {
  for (const [text, shown] of [
    [`/a/${HEADER}.eyJzdWIiOiJhIn0.c2ln/b`, '/a/(token)'],
    [`id=${HEADER}.e30.c2ln&x y`, 'id=(token) y'],
    [`/a/${HEADER}%2eeyJzdWIiOiJhIn0%2Ec2ln`, '/a/(token)'],
    [`/a/${SPACED}%2Ee30%2ec2ln`, '/a/(token)'],
    [`/a/${HEADER}/eyJzdWIiOiJhIn0/c2ln`, '/a/(token)'],
    [`/a/${HEADER}%252eeyJzdWIiOiJhIn0%252ec2ln`, '/a/(token)'],
    [`glued${HEADER}.e30.c2ln`, 'glued(token)'],
    [`${SPACED}.e30.c2ln.more.`, '(token)'],
    [HEADER, '(token)'],
    [`${HEADER}.`, '(token)'],
    [`${HEADER}.e30.c2ln ${SPACED}.e30`, '(token) (token)'],
  ] as const) {
    test(text, () => assert.equal(redactTokens(text), shown));
  }
});

describe('and nothing else is', () => {
  for (const text of ['', '/orders/1', 'eyJ', 'ewer', 'newsletters', '/a.b.c/..;/x', SPACED]) {
    test(JSON.stringify(text), () => assert.equal(redactTokens(text), text));
  }
});

test('nothing that is left of any text with a token in it has two parts of the token', () => {
  const noise = fc.string({ unit: fc.constantFrom(...'ewyJ.-_/ab') });
  fc.assert(
    fc.property(noise, noise, (before, after) => {
      const left = redactTokens(`${before}${HEADER}.eyJzdWIiOiJhIn0.c2lnbmF0dXJl${after}`);
      assert.ok(!left.includes(HEADER) && !left.includes('c2lnbmF0dXJl'), left);
    }),
  );
});

for (const unit of ['ew', 'ey', 'eyJ', 'ew.', 'e']) {
  test(`the work grows with the length of the text, not with its square: ${unit}`, () => {
    const text = unit.repeat(400_000 / unit.length);
    const start = process.cpuUsage();
    redactTokens(text);
    const { user } = process.cpuUsage(start);
    // Quadratic, 60 KB took five seconds; this is seven times as long.
    assert.ok(user < 2_000_000, `${user} µs`);
  });
}
