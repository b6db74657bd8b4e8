import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { removalsOf, underscoreNamesOf } from '../../src/policy/header-removals.ts';

/** As the configuration accepts them: lower case, at most four dashes. */
const header = fc
  .array(fc.stringMatching(/^[a-z0-9]{0,6}$/), { minLength: 1, maxLength: 5 })
  .map((parts) => `x${parts.join('-')}`);

/** What CGI, WSGI and PHP make of a name (RFC 3875 section 4.1.18). */
const cgi = (name: string): string => name.toUpperCase().replaceAll('-', '_');

test('the twins of a header are all names that a backend may take for it, and not itself', () => {
  fc.assert(
    fc.property(header, (name) => {
      const twins = underscoreNamesOf(name);
      const dashes = name.split('-').length - 1;
      assert.equal(twins.length, 2 ** dashes - 1);
      assert.equal(new Set(twins).size, twins.length, 'each once');
      assert.ok(!twins.includes(name));
      for (const twin of twins) assert.equal(cgi(twin), cgi(name));
    }),
  );
});

test('whatever a client writes in place of a header, it is removed or overwritten', () => {
  const forward = { token: 'keep', overrideHeaders: 'strip' } as const;
  fc.assert(
    fc.property(
      fc.uniqueArray(header, { minLength: 1, maxLength: 4 }),
      fc.nat(),
      fc.array(fc.boolean(), { minLength: 5, maxLength: 5 }),
      (names, at, underscores) => {
        const removes = removalsOf(
          { identityHeaders: names, tokenFrom: null, conditions: [] },
          forward,
        );
        const name = names[at % names.length] ?? '';
        let dash = 0;
        const spoofed = name.replace(/-/g, () => (underscores[dash++] ? '_' : '-'));
        assert.ok([...removes.always, ...removes.unlessSet].includes(spoofed), spoofed);
        assert.ok(!removes.always.includes(name), 'what may be set is not always removed');
      },
    ),
  );
});

test('another spelling of a header that was judged does not pass beside it', () => {
  const spelled = fc.stringMatching(/^x[a-z0-9]{0,3}(?:[-_][a-z0-9]{0,3}){0,6}$/);
  fc.assert(
    fc.property(spelled, spelled, fc.boolean(), (token, read, strips) => {
      const { always } = removalsOf(
        {
          identityHeaders: ['x-user'],
          tokenFrom: [{ in: 'header', name: token, scheme: null }],
          conditions: [read],
        },
        { token: strips ? 'strip' : 'keep', overrideHeaders: 'keep' },
      );
      const judged = ['x-user', token, read];
      for (const name of [token, read]) {
        const twin = name.replace(/[-_]/, (one) => (one === '-' ? '_' : '-'));
        assert.ok(judged.includes(twin) || always.includes(twin), twin);
      }
      assert.equal(always.includes(token), strips && token !== 'x-user');
      assert.ok(!always.includes('x-user'), 'what may be set is removed where it is not set');
    }),
  );
});
