import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { signInUrl } from '../../src/answer/sign-in.ts';
import { HostTable } from '../../src/policy/host.ts';
import { prefersHtml } from '../../src/request/accept.ts';
import { sampleRequest } from '../policy/samples.ts';

const HEADERS = new Map([['accept', 'text/html']]);
const SIGN_IN = {
  url: new URL('https://login.example.com/start'),
  returnTo: 'rd',
  hosts: new HostTable(new Map([['*.shop.example', true as const]])),
};

const hosts = fc.oneof(
  fc.constantFrom('a.shop.example', 'A.Shop.Example:8443', 'shop.example', 'evil.example'),
  fc
    .tuple(fc.string(), fc.constantFrom('a.shop.example', '.shop.example'))
    .map((all) => all.join('')),
  fc.string({ unit: 'binary' }),
);
const targets = fc
  .oneof(
    fc.constantFrom('//evil.example', '/\\\\evil.example', '/@evil.example', '/x#y', '/\r\nx: y'),
    fc.string({ unit: 'binary' }),
  )
  .map((text) => `/${text}`);

test('whatever is asked for, a browser comes back to a host that is named, or nowhere', () => {
  fc.assert(
    fc.property(hosts, targets, (host, path) => {
      const request = sampleRequest({ host, path, headers: HEADERS });
      const location = signInUrl(SIGN_IN, 'token_missing', request, null);
      if (location === null) return;
      assert.match(location, /^https:\/\/login\.example\.com\/start[!-~]*$/);
      const back = new URL(location).searchParams.get('rd');
      if (back === null) return;
      const { protocol, hostname, username } = new URL(back);
      assert.equal(protocol, 'https:');
      assert.match(hostname, /\.shop\.example$/);
      assert.equal(username, '');
    }),
  );
});

test('HTML is preferred where it is named and weighs more than JSON', () => {
  for (const accept of [
    'text/html',
    'TEXT/HTML',
    'text/html;q=0.9, application/json;q=0.8',
    'a/b, text/html ; level=1;q=0.4',
  ])
    assert.equal(prefersHtml(accept), true, accept);
  for (const accept of [
    '',
    '*/*',
    'text/*',
    'application/json',
    'text/html;q=0',
    'text/html, application/json',
    'text/htmlx',
    ',',
  ])
    assert.equal(prefersHtml(accept), false, accept);
});

test('no Accept makes it throw', () => {
  fc.assert(fc.property(fc.string(), (accept) => typeof prefersHtml(accept) === 'boolean'));
});
