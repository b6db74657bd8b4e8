// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the text of a source file
import { type Mutation, row } from '../mutation.ts';

const inFind = row.bind(null, 'check/find-token.ts');
const inParts = row.bind(null, 'request/parts.ts');
const inStrip = row.bind(null, 'answer/strip.ts');

/** Where the token is, and how it is taken out: `check/find-token.ts`, `request/parts.ts`, `answer/strip.ts`. */
export const TOKEN_PLACES: readonly Mutation[] = [
  inFind(
    'a token that cannot be used is one',
    "read.ok || read.reason !== 'token_missing'",
    'read.ok',
    'a subprotocol with nothing behind it is malformed',
  ),
  inFind(
    'no token in any place is said as missing',
    'if (first === undefined) return missing(',
    "if (first === undefined) return refused('token_malformed', ",
    'no token in any place is missing',
  ),
  inFind(
    'which is its own reason',
    "return refused('token_missing', detail);",
    "return refused('token_malformed', detail);",
    'no token in any place is missing',
  ),
  inFind(
    'tokens in two places are refused',
    'if (others.length > 0) { const all',
    'if (others.length > 99) { const all',
    'tokens in two places are refused',
  ),
  inFind(
    'which is said as token_ambiguous',
    "return refused('token_ambiguous', `tokens in ${all}`);",
    "return refused('token_malformed', `tokens in ${all}`);",
    'tokens in two places are refused',
  ),
  inFind(
    'what one place refuses is refused',
    'return refused(reason, `${placeShown(first.place)}: ${detail}`);',
    'return missing(`${placeShown(first.place)}: ${detail}`);',
    'a token that is too long is refused wherever it is',
  ),
  inFind(
    'a refusal has a reason',
    'return { ok: false, reason, detail };',
    'return { ok: true, token: reason + detail };',
    'no token in any place is missing',
  ),
  inFind(
    'a Bearer token is none where another scheme is listed',
    "return word.toLowerCase() === 'bearer' ? `${space}Other${rest}` : part;",
    'return part;',
    'a token behind another scheme than the listed one is none',
  ),
  inFind(
    'an empty value is no token',
    "const values = all.filter((value) => value !== '');",
    'const values = all;',
    'an empty cookie is no token',
  ),
  inFind(
    'one place without a token is none',
    "if (token === undefined) return missing('');",
    "if (token === undefined) return refused('token_malformed', '');",
    'a token in a cookie passes',
  ),
  inFind(
    'two values in one place are refused',
    "if (others.length > 0) return refused('token_ambiguous', `there ${values.length} times`);",
    '',
    'two cookies of one name are refused',
  ),
  inFind(
    'the length of a token is limited wherever it is',
    "return token.length > tokenBytes ? refused('token_oversized',",
    "return token.length < 0 ? refused('token_oversized',",
    'a token that is too long is refused wherever it is',
  ),
  inFind(
    'a cookie has one reading',
    ": refused('token_ambiguous', 'a cookie that some backends read as it');",
    ': only(values, tokenBytes);',
    'so is one within the value of another',
  ),
  inFind(
    'a parameter has one reading',
    ": refused('token_ambiguous', fault);",
    ': only(parts.map(({ value }) => value), tokenBytes);',
    'a parameter that only a semicolon parts is refused',
  ),
  inParts(
    'white space parts cookies to some',
    'partsCookies(code) || code === QUOTE || code <= 0x20 ||',
    'partsCookies(code) ||',
    'so is one within the value of another',
  ),
  inParts(
    'a parameter is there once',
    'if (parts.length > 1) return `there ${parts.length} times`;',
    '',
    'nor the first of two',
  ),
  inParts(
    'and spelled in one way',
    "if (only.name !== name) return 'spelled in another way';",
    'if (only.name !== name) return null;',
    'a parameter that some backend reads as the same is refused',
  ),
  inParts(
    'letter case of names is another spelling',
    'if (PLAIN_NAME.test(name)) return name.toLowerCase();',
    'if (PLAIN_NAME.test(name)) return name;',
    'a parameter in another letter case is refused',
  ),
  inParts(
    'what a semicolon parts is not what every backend reads',
    'return only.isBySemicolon ?',
    "return only.name === '' ?",
    'a parameter that only a semicolon parts is refused',
  ),
  inFind(
    'a request without the subprotocol has no token there',
    "if (at === -1) return missing('');",
    "if (at === -1) return refused('token_malformed', '');",
    'a token in a cookie passes',
  ),
  inFind(
    'a subprotocol stands before one token',
    "if (items.indexOf(marker, at + 1) !== -1) return refused('token_ambiguous', `${marker} is there twice`);",
    '',
    'two tokens behind a subprotocol are refused',
  ),
  inFind(
    'and before one at all',
    "? refused('token_malformed', `nothing follows ${marker}`)",
    "? missing('')",
    'a subprotocol with nothing behind it is malformed',
  ),
  inParts(
    'a comma parts cookies',
    'code === SEMICOLON || code === COMMA;',
    'code === SEMICOLON;',
    'a cookie behind a comma is one too',
  ),
  inParts(
    'a semicolon parts parameters',
    'code === AMPERSAND || code === SEMICOLON;',
    'code === AMPERSAND;',
    'a parameter that only a semicolon parts is refused',
  ),
  inParts(
    'a cookie is taken out',
    'partOf(text.trim())?.name !== name);',
    "partOf(text.trim())?.name !== '');",
    'one cookie out of several is stripped',
  ),
  inParts(
    'a subprotocol is taken out with its token',
    '.filter((item, index) => item !== marker && items[index - 1] !== marker)',
    '.filter((item) => item !== marker)',
    'one subprotocol out of the list is stripped',
  ),
  inStrip(
    'a header without what is left is removed',
    "removeHeaders: told.flatMap(([name, value]) => (value === '' ? [name] : [])),",
    'removeHeaders: [],',
    'the only cookie is stripped with its header',
  ),
  inStrip(
    'the gateway is told of parameters',
    'parameters.push(name);',
    '',
    'a query parameter is stripped',
  ),
  row(
    'policy/header-removals.ts',
    'headers of a token are removed',
    "return [...new Set(places === null ? ['authorization'] : named)];",
    "return ['authorization', ...named.slice(0, 0)];",
    'a header of its own is stripped',
  ),
  row(
    'check/require-all.ts',
    'what any of the pipelines strips is stripped',
    'stripsFrom: all.flatMap(({ stripsFrom }) => stripsFrom),',
    '',
    'a token is taken out wherever one of them looks for it',
  ),
].map((one) =>
  one.file === 'check/require-all.ts' ? { ...one, suite: 'requireAll' as const } : one,
);
