import { type Mutation, row } from '../mutation.ts';

/** One way to read a path is no longer known. */
function unread(check: string, find: string, red: string, suite?: Mutation['suite']): Mutation {
  return {
    check: `a path may be read by somebody who ${check}`,
    file: 'policy/path.ts',
    find,
    replace: '(path) => path,',
    red,
    ...(suite === undefined ? {} : { suite }),
  };
}

const edge = (what: string) => `a path with ${what} has several readings`;

/** What a path may mean: `policy/path.ts`. */
export const PATHS: readonly Mutation[] = [
  row(
    'policy/path.ts',
    'a path may be read by somebody who decodes it',
    '[decoded, ...REREADINGS',
    '[...REREADINGS',
    '/public/%2e%2e/orders/1 has several readings',
  ),
  unread(
    'takes a backslash for a slash',
    "(path) => path.replaceAll('\\\\', '/'),",
    '/public/..\\orders/1 has several readings',
  ),
  unread(
    'drops parameters',
    "(path) => path.replace(/;[^/]*/g, ''),",
    '/public/..;/orders/1 has several readings',
  ),
  unread(
    'merges slashes',
    "(path) => path.replace(/\\/{2,}/g, '/'),",
    '//orders/1 leads to a pipeline in some readings only',
  ),
  unread(
    'takes off an authority',
    "(path) => path.replace(/^\\/\\/[^/]*\\/?/, '/'),",
    '//x\\y/admin/users has a host in it for some readers',
  ),
  unread(
    'takes off an authority as browsers do',
    "(path) => path.replace(/^[/\\\\]{2,}[^/\\\\]*[/\\\\]?/, '/'),",
    '/\\\\x\\admin/users has a host in it for some readers',
  ),
  unread('resolves dot segments', 'resolveDots,', '/public/../orders/1 has several readings'),
  unread(
    'ends it at a question mark',
    "(path) => path.replace(/\\?.*$/s, ''),",
    edge('an encoded question mark'),
    'edges',
  ),
  unread(
    'ends it at a number sign',
    "(path) => path.replace(/#.*$/s, ''),",
    edge('an encoded number sign'),
    'edges',
  ),
  unread(
    'ends it at a NUL',
    "(path) => path.replace(/\\0.*$/s, ''),",
    edge('a NUL at which it may end while another control byte stays'),
    'edges',
  ),
  unread(
    'ends it at a control byte',
    "(path) => path.replace(/\\p{Cc}.*$/su, ''),",
    edge('a control byte at which it may end while a space stays'),
    'edges',
  ),
  unread(
    'ends it at a space',
    "(path) => path.replace(/[\\p{Cc} ].*$/su, ''),",
    edge('an encoded space at which it may end'),
    'edges',
  ),
  unread(
    'leaves out NULs',
    "(path) => path.replaceAll('\\0', ''),",
    edge('a NUL that may be left out while another control byte stays'),
    'edges',
  ),
  unread(
    'leaves out control bytes',
    "(path) => path.replace(/\\p{Cc}/gu, ''),",
    edge('a control byte that may be left out while a space stays'),
    'edges',
  ),
  unread(
    'leaves out spaces',
    "(path) => path.replace(/[\\p{Cc} ]/gu, ''),",
    edge('an encoded space that may be left out'),
    'edges',
  ),

  unread(
    'takes compatible characters for one',
    'foldCompatible,',
    '/public/%EF%BC%8E%EF%BC%8E/orders/1 has several readings',
  ),
  {
    check: 'a path with bytes that are characters to some readers only has no readings',
    file: 'policy/path.ts',
    find: 'return isMisencoded ? MISENCODED : found;',
    replace: 'return found;',
    red: '/public/%u002e%u002e/x has bytes that only some readers take for characters',
  },
  {
    check: 'what is decoded of a path is UTF-8',
    file: 'policy/path.ts',
    find: 'return decoded !== reading && !isUtf8Text(decoded) && isUtf8Text(reading);',
    replace: "return reading === '';",
    red: '/public/%c0%ae%c0%ae/x has bytes that only some readers take for characters',
  },
  {
    check: 'a path with an odd byte has several readings',
    file: 'policy/path.ts',
    find: '/[^!-~]|[%',
    replace: '/[%',
    red: edge('a raw space'),
    suite: 'edges',
  },
  {
    check: 'a path with a percent sign, backslash, semicolon or number sign has several readings',
    file: 'policy/path.ts',
    find: '[^!-~]|[%\\\\;#]|',
    replace: '[^!-~]|',
    red: '/public/%2e%2e/orders/1 has several readings',
  },
  {
    check: 'a path with an empty segment has several readings',
    file: 'policy/path.ts',
    find: '|\\/\\/|\\/\\.\\.?(?:\\/|$)/;',
    replace: '|\\/\\.\\.?(?:\\/|$)/;',
    red: '//orders/1 leads to a pipeline in some readings only',
  },
  {
    check: 'a path with a dot segment has several readings',
    file: 'policy/path.ts',
    find: '|\\/\\/|\\/\\.\\.?(?:\\/|$)/;',
    replace: '|\\/\\//;',
    red: '/public/../orders/1 has several readings',
  },
  {
    check: 'a path with several readings has them all',
    file: 'policy/path.ts',
    find: 'if (!SEVERAL_READINGS.test(path)) return [path];',
    replace: "if (path !== '') return [path];",
    red: '/public/../orders/1 has several readings',
  },
  {
    check: 'a reading is read again',
    file: 'policy/path.ts',
    find: 'next < found.length;',
    replace: 'next < 1;',
    red: '/public/%252e%252e/orders/1 has several readings',
  },
  {
    check: 'the length of a path with several readings is limited',
    file: 'policy/path.ts',
    find: 'if (path.length > MAX_PATH_LENGTH) return TOO_MANY;',
    replace: '',
    red: 'a path of more than 1,024 bytes with two readings is refused',
    suite: 'edges',
  },
  {
    check: 'the number of readings is limited',
    file: 'policy/path.ts',
    find: 'if (found.length > MAX_READINGS || scanned > MAX_SCANNED) return TOO_MANY;',
    replace: 'if (found.length > MAX_READINGS || scanned > MAX_SCANNED) return found;',
    red: 'a path with more readings than are worth telling apart is refused',
  },
  {
    check: 'the query is no part of the path',
    file: 'policy/path.ts',
    find: 'return mark === -1 ? target : target.slice(0, mark);',
    replace: 'return mark === -1 ? target : target;',
    red: 'the query is no part of the path',
  },
  {
    check: 'the rest of a path includes the path itself',
    file: 'policy/path-table.ts',
    find: 'if (segment === undefined) return node.exact ?? node.rest;',
    replace: 'if (segment === undefined) return node.exact;',
    red: 'the rest of a path includes the path itself',
  },
  {
    check: 'a table that ignores case finds a path in any letter case',
    file: 'policy/path-table.ts',
    find: 'return this.#ignoresCase ? lowerCase(path) : path;',
    replace: 'return path;',
    red: 'that ignores case finds a path in any letter case, and no other byte is folded',
    suite: 'pathTable',
  },
  {
    check: 'a literal wins over a star',
    file: 'policy/path-table.ts',
    find: 'if (byLiteral !== null) return byLiteral;',
    replace: 'if (byLiteral !== null && node.one === null) return byLiteral;',
    red: 'a literal segment wins over a star',
  },
];
