import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { HostTable, parseHost } from '../../src/policy/host.ts';
import { hostPatternFault } from '../../src/policy/host-pattern-fault.ts';

describe('a host has one reading', () => {
  const label = 'a'.repeat(49);
  const longest = `${label}.${label}.${label}.${label}.${label}.com`;
  for (const [sent, host] of [
    ['a', 'a'],
    ['Orders.EXAMPLE', 'orders.example'],
    ['a.example:1', 'a.example'],
    ['a.example:65535', 'a.example'],
    ['10.0.0.1:80', '10.0.0.1'],
    ['[::1]', '[::1]'],
    ['[2001:DB8::1]:443', '[2001:db8::1]'],
    ['[::ffff:10.0.0.1]', '[::ffff:10.0.0.1]'],
    ['_acme.a_b.example', '_acme.a_b.example'],
    ['xn--zo-nja.example', 'xn--zo-nja.example'],
    ['a--b.example', 'a--b.example'],
    [longest.slice(1), longest.slice(1)],
  ] as const) {
    test(`${shown(sent)} is ${host}`, () => assert.equal(parseHost(sent), host));
  }
});

describe('a host that can be read in two ways, or not at all, is none', () => {
  for (const [sent, why] of [
    ['a.example:', 'an empty port'],
    ['a.example:http', 'a port in letters'],
    ['a.example:123456', 'a port too long'],
    ['a.example:80:80', 'two ports'],
    ['a.example:-1', 'a negative port'],
    [':80', 'a port alone'],
    ['::1', 'an IPv6 address without brackets'],
    ['[::1', 'an open bracket'],
    ['[]', 'empty brackets'],
    ['[::1]x', 'text after a bracket'],
    ['[::1].example', 'a label after a bracket'],
    ['x[::1]', 'text before a bracket'],
    ['[fe80::1%25eth0]', 'a zone'],
    ['.a.example', 'a dot at the start'],
    ['.', 'a dot alone'],
    ['-a.example', 'a dash at the start of a label'],
    ['a-.example', 'a dash at the end of a label'],
    ['a.example/x', 'a path'],
    ['a.example?x', 'a query'],
    ['a.example#x', 'a fragment'],
    ['a.example\\x', 'a backslash'],
    ['http://a.example', 'a URL'],
    ['a.example ', 'a space at the end'],
    ['a.example\t', 'a tab'],
    ['a.example\n', 'a line break'],
    ['a.example\0', 'a NUL'],
    ['a%2eexample', 'percent-encoding'],
    ['*', 'the pattern of every host'],
    ['*.a.example', 'a pattern'],
    ['wor\u212a.example', 'a Kelvin sign, of which toLowerCase makes a k'],
    ['[.]', 'brackets without an address'],
    ['[1:2]', 'brackets with a piece of an address'],
    ['zoë.example', 'a letter outside of ASCII'],
    ['a。example', 'a full stop that IDNA maps to a dot'],
    ['a.example;b.example', 'a semicolon'],
    [`${'a.'.repeat(126)}ab`, '254 characters'],
  ] as const) {
    test(`${why}: ${shown(sent)}`, () => assert.equal(parseHost(sent), null));
  }
});

describe('a host pattern', () => {
  for (const pattern of [
    'a.example',
    '*.a.example',
    '*',
    'localhost',
    '10.0.0.1',
    '[::1]',
    'my_service.example',
    '*.a_b',
  ]) {
    test(`${pattern} is valid`, () => assert.equal(hostPatternFault(pattern), null));
  }
  for (const pattern of [
    '',
    '*.',
    '**.a.example',
    'a.*.example',
    '*a.example',
    'A.example',
    'a.example.',
    'a.example:80',
    'a..example',
    '[1:2]',
    '[2001:DB8::1]',
    'http://a.example',
    '[::1',
  ]) {
    test(`${shown(pattern)} is told what a host pattern is`, () =>
      assert.match(hostPatternFault(pattern) ?? '', /is not a host, '\*\.' and a host, or '\*'/));
  }
});

describe('a host table', () => {
  const table = new HostTable(
    new Map([
      ['a.example', 'exact'],
      ['*.a.example', 'short'],
      ['*.b.a.example', 'long'],
      ['c.b.a.example', 'exact and deep'],
    ]),
  );
  for (const [host, found] of [
    ['a.example', 'exact'],
    ['x.a.example', 'short'],
    ['y.x.a.example', 'short'],
    ['b.a.example', 'short'],
    ['x.b.a.example', 'long'],
    ['c.b.a.example', 'exact and deep'],
    ['x.c.b.a.example', 'long'],
    ['xa.example', null],
    ['example', null],
    ['', null],
  ] as const) {
    test(`gives ${found} for ${shown(host)}`, () => assert.equal(table.find(host), found));
  }

  test('gives the value of * where nothing else covers the host', () => {
    const withAny = new HostTable(
      new Map([
        ['*', 'any'],
        ['*.a.example', 'wildcard'],
      ]),
    );
    assert.equal(withAny.find('b.example'), 'any');
    assert.equal(withAny.find('a.example'), 'any');
    assert.equal(withAny.find('x.a.example'), 'wildcard');
  });

  test('without patterns gives nothing', () => {
    assert.equal(new HostTable(new Map()).find('a.example'), null);
  });
});

function shown(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 20)}… (${text.length})` : text);
}
