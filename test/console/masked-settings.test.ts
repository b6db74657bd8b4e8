import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { maskedSettings } from '../../src/console/masked-settings.ts';

test('what may be a secret is masked, and what is none is shown', () => {
  const token = 'eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0.c2ln';
  assert.deepEqual(
    maskedSettings({
      jwks: 'https://user:password@issuer.example:8443/keys?api_key=s3cret#fragment',
      issuer: 'https://issuer.example/realms/a',
      secretFile: '/etc/keys/secret',
      clientSecret: 's3cret',
      forward: { token: 'keep' },
      list: ['redis://:s3cret@redis.example', 3, null, true],
      note: `a ${token}`,
    }),
    {
      jwks: 'https://(masked)@issuer.example:8443/keys?(masked)#(masked)',
      issuer: 'https://issuer.example/realms/a',
      secretFile: '/etc/keys/secret',
      clientSecret: '(masked)',
      forward: { token: 'keep' },
      list: ['redis://(masked)@redis.example', 3, null, true],
      note: 'a (token)',
    },
  );
});

test('no password and no query of a URL is shown, whatever they are made of', () => {
  const word = fc.stringMatching(/^[A-Za-z0-9%:!$&*+,;=._~-]{8,30}$/);
  fc.assert(
    fc.property(word, word, (password, query) => {
      const shown = String(maskedSettings(`https://user:Q${password}@h.example/p?k=Z${query}`));
      assert.ok(!shown.includes(`Q${password}`) && !shown.includes(`Z${query}`), shown);
    }),
  );
});
