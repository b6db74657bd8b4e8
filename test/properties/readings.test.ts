import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { readings } from '../../src/policy/path.ts';

/** Pieces of which hostile paths are made, and a few harmless ones. */
const piece = fc.constantFrom(
  ...['/', '//', '.', '..', '/..', '/../', '/./', '\\', ';', ';a=b', '#', ' ', '\0', '\t', '\x85'],
  ...['%2f', '%5C', '%2e', '%2E%2e', '%252e', '%25', '%3b', '%3f', '%23', '%00', '%20', '%61', '%'],
  ...['a', 'b', 'admin', 'public', '\u00e9'],
);
const path = fc.array(piece, { maxLength: 8 }).map((pieces) => `/${pieces.join('')}`);

/*
 * What the field's proxies, frameworks and file systems do to a path, written again and otherwise than in the program, so that
 * a mistake there is not repeated here.
 */
const REREADINGS: Readonly<Record<string, (path: string) => string>> = {
  'decodes percent-encoding': (text) => {
    let read = '';
    for (let at = 0; at < text.length; at += 1) {
      const code = /^%([0-9a-f]{2})$/i.exec(text.slice(at, at + 3))?.[1];
      read += code === undefined ? text[at] : Buffer.from(code, 'hex').toString('latin1');
      if (code !== undefined) at += 2;
    }
    return read;
  },
  'takes a backslash for a slash': (text) => text.split('\\').join('/'),
  'drops parameters': (text) =>
    text
      .split('/')
      .map((segment) => segment.split(';', 1)[0])
      .join('/'),
  'merges slashes': (text) => {
    let read = text;
    while (read.includes('//')) read = read.replace('//', '/');
    return read;
  },
  'takes off an authority': (text) => {
    if (!text.startsWith('//')) return text;
    const end = text.indexOf('/', 2);
    return end === -1 ? '/' : text.slice(end);
  },
  'takes off an authority as browsers do': (text) => {
    const slashes = [...text].findIndex((character) => character !== '/' && character !== '\\');
    if (slashes === 1 || text.length < 2) return text;
    const rest = slashes === -1 ? '' : text.slice(slashes);
    const end = [...rest].findIndex((character) => character === '/' || character === '\\');
    return end === -1 ? '/' : `/${rest.slice(end + 1)}`;
  },
  'resolves dot segments': (text) => {
    // RFC 3986 section 5.2.4, as it is written there.
    let input = text;
    let output = '';
    while (input !== '') {
      if (input.startsWith('/./')) input = input.slice(2);
      else if (input === '/.') input = '/';
      else if (input.startsWith('/../') || input === '/..') {
        input = `/${input.slice(4)}`;
        output = output.slice(0, Math.max(0, output.lastIndexOf('/')));
      } else {
        const end = input.indexOf('/', 1);
        output += end === -1 ? input : input.slice(0, end);
        input = end === -1 ? '' : input.slice(end);
      }
    }
    return output;
  },
  'ends at a question mark': (text) => text.split('?', 1)[0] ?? '',
  'ends at a number sign': (text) => text.split('#', 1)[0] ?? '',
  'ends at a NUL': (text) => before(text, isNul),
  'ends at a control byte': (text) => before(text, isControl),
  'ends at a space or a control byte': (text) => before(text, isOdd),
  'leaves out NULs': (text) => without(text, isNul),
  'leaves out control bytes': (text) => without(text, isControl),
  'leaves out spaces and control bytes': (text) => without(text, isOdd),
};

const isNul = (character: string): boolean => character === '\0';
const isControl = (character: string): boolean => {
  const code = character.charCodeAt(0);
  return code < 0x20 || (code >= 0x7f && code <= 0x9f);
};
const isOdd = (character: string): boolean => character === ' ' || isControl(character);

function before(text: string, ends: (character: string) => boolean): string {
  const at = [...text].findIndex(ends);
  return at === -1 ? text : text.slice(0, at);
}

function without(text: string, leftOut: (character: string) => boolean): string {
  return [...text].filter((character) => !leftOut(character)).join('');
}

describe('the readings of a path', () => {
  const step = fc.constantFrom(...Object.keys(REREADINGS));

  test('have whatever comes of any re-readings in any order', () => {
    let several = 0;
    fc.assert(
      fc.property(path, fc.array(step, { minLength: 1, maxLength: 6 }), (sent, steps) => {
        const all = readings(sent);
        if (all === null) return;
        several += all.length > 1 ? 1 : 0;
        const read = steps.reduce((text, name) => REREADINGS[name]?.(text) ?? text, sent);
        assert.ok(all.includes(read), `${JSON.stringify(read)} is not in ${JSON.stringify(all)}`);
      }),
      { numRuns: 10_000 },
    );
    assert.ok(several > 1_000, `${several} paths had several readings: too few to mean anything`);
  });

  test('are closed: a reading has no reading that the path has not', () => {
    fc.assert(
      fc.property(path, (sent) => {
        const all = readings(sent);
        for (const one of all ?? [])
          for (const again of readings(one) ?? [])
            assert.ok(all?.includes(again), `${JSON.stringify(again)} of ${JSON.stringify(one)}`);
      }),
      { numRuns: 1_000 },
    );
  });

  test("have what Node's own URL parser makes of the path, with a base and without", () => {
    // Without what the parser encodes itself.
    const plain = fc.constantFrom(
      '/',
      '//',
      '\\',
      '.',
      '..',
      '/../',
      'a',
      'admin',
      ':80',
      '@',
      ';',
    );
    const sent = fc.array(plain, { maxLength: 8 }).map((pieces) => `/${pieces.join('')}`);
    let authorities = 0;
    fc.assert(
      fc.property(sent, (one) => {
        const all = readings(one);
        const parsed = [
          URL.parse(one, 'http://base.example'),
          URL.parse(`http://base.example${one}`),
        ];
        if (all === null) return;
        for (const url of parsed) {
          if (url === null) continue;
          authorities += url.host === 'base.example' ? 0 : 1;
          assert.ok(all.includes(url.pathname), `${url.pathname} is not in ${JSON.stringify(all)}`);
        }
      }),
      { numRuns: 10_000 },
    );
    assert.ok(authorities > 500, `${authorities} had an authority: too few to mean anything`);
  });

  test('are each another one', () => {
    fc.assert(
      fc.property(path, (sent) => {
        const all = readings(sent) ?? [];
        assert.equal(new Set(all).size, all.length);
      }),
    );
  });

  test('are one where nothing in the path means anything to anybody', () => {
    const segment = fc.stringMatching(
      /^[A-Za-z0-9_~!$&'()*+,=:@-][A-Za-z0-9._~!$&'()*+,=:@-]{0,8}$/,
    );
    const harmless = fc
      .tuple(fc.array(segment, { maxLength: 5 }), fc.constantFrom('', '/'))
      .map(([segments, end]) => `/${segments.join('/')}${segments.length === 0 ? '' : end}`);
    fc.assert(
      fc.property(harmless, (sent) => assert.deepEqual(readings(sent), [sent])),
      { numRuns: 1_000 },
    );
  });
});
