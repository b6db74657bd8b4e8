import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { identifierFault, metadataUrlOf, placeOf } from '../../src/policy/resource.ts';

describe('the metadata of a resource is at', () => {
  for (const [identifier, url] of [
    // RFC 9728 section 3.1.
    [
      'https://resource.example.com',
      'https://resource.example.com/.well-known/oauth-protected-resource',
    ],
    [
      'https://resource.example.com/',
      'https://resource.example.com/.well-known/oauth-protected-resource',
    ],
    [
      'https://resource.example.com/resource1',
      'https://resource.example.com/.well-known/oauth-protected-resource/resource1',
    ],
    ['https://a.example:8443/x/', 'https://a.example:8443/.well-known/oauth-protected-resource/x/'],
  ] as const) {
    test(`${url} for ${identifier}`, () => {
      assert.equal(metadataUrlOf(identifier).href, url);
      assert.equal(identifierFault(identifier), null);
    });
  }

  test('a host without its port', () =>
    assert.equal(
      placeOf(metadataUrlOf('https://a.example:8443/x')).startsWith('a.example/'),
      true,
    ));
});

describe('an identifier is wrong that', () => {
  for (const [title, text, fault] of [
    ['is no URL', 'orders', 'must be a URL'],
    ['is not https', 'http://orders.example.com/mcp', 'must be https'],
    ['is no http at all', 'urn:orders', 'must be a URL'],
    ['has a fragment', 'https://a.example/mcp#x', 'no fragment'],
    ['has an empty fragment', 'https://a.example/mcp#', 'no fragment'],
    ['has a query', 'https://a.example/mcp?x', 'no query'],
    ['has a user', 'https://me@a.example/mcp', 'no user'],
    ['has capitals in its host', 'https://A.example/mcp', 'write it so'],
    ['has the port of its scheme', 'https://a.example:443/mcp', 'write it so'],
    ['has dot segments', 'https://a.example/x/../mcp', 'https://a.example/mcp: write it so'],
    ['has a dot behind its host', 'https://a.example./mcp', 'more than one reading'],
  ] as const) {
    test(title, () =>
      assert.ok(identifierFault(text)?.includes(fault), identifierFault(text) ?? ''),
    );
  }
});

test('http is for the machine that one works at', () => {
  for (const host of ['localhost:8080', '127.0.0.1:8080', '[::1]:8080'])
    assert.equal(identifierFault(`http://${host}/mcp`), null, host);
});

test('an identifier that is taken needs no quotes in a challenge, and its place is read as it is', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.webUrl(),
        fc.string().map((text) => `https://a.example/${text}`),
      ),
      (text) => {
        if (identifierFault(text) !== null) return true;
        const { href } = metadataUrlOf(text);
        return /^[!#-[\]-~]+$/.test(href) && placeOf(new URL(href)).includes('/.well-known/');
      },
    ),
  );
});
