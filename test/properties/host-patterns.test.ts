import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { parseHost } from '../../src/policy/host.ts';
import { hostPatternFault } from '../../src/policy/host-pattern-fault.ts';

const piece = fc.constantFrom(
  'a',
  'Z',
  '0',
  '-',
  '_',
  '.',
  ':',
  '[',
  ']',
  '@',
  '*',
  ' ',
  'ü',
  '//',
  '80',
);
const sent = fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(''));

describe('hosts and their patterns', () => {
  test('a host that a request may have can be named', () => {
    fc.assert(
      fc.property(sent, (text) => {
        const host = parseHost(text);
        if (host !== null) assert.equal(hostPatternFault(host), null);
      }),
      { numRuns: 2000 },
    );
  });

  test('a pattern without a star is a host that a request may have, letter by letter', () => {
    fc.assert(
      fc.property(sent, (text) => {
        if (!text.includes('*') && hostPatternFault(text) === null)
          assert.equal(parseHost(text), text);
      }),
      { numRuns: 2000 },
    );
  });

  test('what a fault says to write is a pattern', () => {
    fc.assert(
      fc.property(sent, (text) => {
        const meant = /: write '([^']*)'$/.exec(hostPatternFault(text) ?? '')?.[1];
        if (meant !== undefined) assert.equal(hostPatternFault(meant), null);
      }),
      { numRuns: 2000 },
    );
  });
});
