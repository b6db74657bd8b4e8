// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the text of a source file
import type { Mutation } from '../mutation.ts';

const OVERRIDES = 'override headers are removed';

/** What is taken from every request: `policy/header-removals.ts`. */
const REMOVALS: readonly Mutation[] = [
  {
    check: 'twins of identity headers are removed',
    file: 'policy/header-removals.ts',
    find: '...identityHeaders.flatMap(underscoreNamesOf),',
    replace: '',
    red: 'an anonymous route removes identity headers',
  },
  {
    check: 'a twin has an underscore in place of any dash',
    file: 'policy/header-removals.ts',
    find: 'prefixes.flatMap((p) => [`${p}-${part}`, `${p}_${part}`]),',
    replace: 'prefixes.flatMap((p) => [`${p}-${part}`]),',
    red: 'an anonymous route removes identity headers',
  },
  {
    check: 'identity headers that the answer does not set are removed',
    file: 'policy/header-removals.ts',
    find: 'unlessSet: identityHeaders,',
    replace: 'unlessSet: [],',
    red: 'an identity header that this token does not set is removed',
  },
  {
    check: 'other spellings of headers with tokens are removed',
    file: 'policy/header-removals.ts',
    find: 'const judged = [...tokenHeaders(tokenFrom), ...conditions];',
    replace: 'const judged = conditions;',
    red: 'another spelling of a header that has the token is removed',
  },
  {
    check: 'other spellings of headers that conditions read are removed',
    file: 'policy/header-removals.ts',
    find: 'const judged = [...tokenHeaders(tokenFrom), ...conditions];',
    replace: 'const judged = tokenHeaders(tokenFrom);',
    red: 'another spelling of a header that a condition reads is removed',
  },
  {
    check: 'override headers are removed',
    file: 'policy/header-removals.ts',
    find: '...overrides.flatMap((name) => [name, ...underscoreNamesOf(name)]),',
    replace: '',
    red: OVERRIDES,
  },
  {
    check: 'twins of override headers are removed',
    file: 'policy/header-removals.ts',
    find: '[name, ...underscoreNamesOf(name)]',
    replace: '[name]',
    red: OVERRIDES,
  },
  ...[
    'x-original-url',
    'x-rewrite-url',
    'x-http-method',
    'x-http-method-override',
    'x-method-override',
  ].map(
    (name): Mutation => ({
      check: `${name} is one of them`,
      file: 'policy/header-removals.ts',
      find: `'${name}',`,
      replace: '',
      red: OVERRIDES,
    }),
  ),
  {
    check: 'the token is removed where the pipeline says so',
    file: 'policy/header-removals.ts',
    find: "...(forward.token === 'strip' ? tokenHeaders(tokenFrom) : []).filter( (name) => !identityHeaders.includes(name), ),",
    replace: '',
    red: 'the token is stripped where the pipeline says so',
  },
];

/** What a gateway is told: `answer/answer.ts` and `challenge.ts`. */
const ANSWER: readonly Mutation[] = [
  {
    check: 'a refusal passes only in shadow mode',
    file: 'answer/answer.ts',
    find: "if (pipeline?.mode === 'shadow') return",
    replace: 'if (pipeline !== null) return',
    red: 'an expired token is refused',
  },
  {
    check: 'in shadow mode it passes',
    file: 'answer/answer.ts',
    find: "if (pipeline?.mode === 'shadow') return",
    replace: 'if (pipeline?.mode === undefined) return',
    red: 'a shadow pass without a token removes identity headers',
  },
  {
    check: 'the identity of a verified token is told in shadow mode',
    file: 'answer/answer.ts',
    find: "if (pipeline?.mode === 'shadow') return pass(pipeline, identity, request, metadata);",
    replace: "if (pipeline?.mode === 'shadow') return pass(pipeline, [], request, metadata);",
    red: 'a shadow pass of a verified token carries its identity',
  },
  {
    check: 'the identity of a foreign issuer is told to nobody',
    file: 'check/identity.ts',
    find: "|| reason === 'issuer_untrusted') return [];",
    replace: ') return [];',
    red: 'a shadow pass of a token of an issuer that the pipeline does not accept carries no identity',
  },
  {
    check: 'a refusal has its challenge',
    file: 'answer/refusal.ts',
    find: "if (challenge !== null) headers.push({ name: 'www-authenticate', value: challenge });",
    replace: '',
    red: 'no Authorization header gets a challenge without error',
  },
  {
    check: 'a refusal that no token could change has none',
    file: 'answer/challenge.ts',
    find: "case 'none': return null;",
    replace: "case 'none': return `Bearer ${REALM}`;",
    red: 'a host that nobody has is refused',
  },
];

/** What Envoy says and is told: `transport/ext-authz`. The engine alone does not see it. */
const WIRE: readonly Mutation[] = [
  {
    check: 'a second Authorization header is seen',
    file: 'transport/ext-authz/decode.ts',
    find: 'draft.authorization === null ? value : `${draft.authorization},${value}`;',
    replace: 'value;',
    red: 'two Authorization headers are refused (raw headers)',
    suite: 'grpc',
  },
  {
    check: 'only OPTIONS is a preflight',
    file: 'policy/method.ts',
    find: "origin !== null && (otherReading(method) ?? method) === 'OPTIONS' ? requestMethod : null;",
    replace: 'origin !== null ? requestMethod : null;',
    red: 'a preflight header on another method makes no preflight',
    suite: 'grpc',
  },
  {
    check: 'OPTIONS in another case is a preflight, to be refused',
    file: 'policy/method.ts',
    find: "(otherReading(method) ?? method) === 'OPTIONS'",
    replace: "method === 'OPTIONS'",
    red: 'a preflight in lower case is refused',
    suite: 'grpc',
  },
  {
    check: 'a preflight has an origin',
    file: 'policy/method.ts',
    find: "origin !== null && (otherReading(method) ?? method) === 'OPTIONS' ? requestMethod : null;",
    replace: "method === 'OPTIONS' ? requestMethod : null;",
    red: 'OPTIONS without an origin is no preflight',
    suite: 'grpc',
  },
  {
    check: 'a refusal has a code that refuses',
    file: 'transport/ext-authz/encode.ts',
    find: 'writeStatus(answer.http === 401 ? UNAUTHENTICATED : PERMISSION_DENIED);',
    replace: 'writeStatus(OK);',
    red: 'an expired token is refused',
    suite: 'grpc',
  },
  {
    check: 'a code is written',
    file: 'transport/ext-authz/encode.ts',
    find: 'if (code !== OK) writer.varint(STATUS_CODE, code);',
    replace: '',
    red: 'an expired token is refused',
    suite: 'grpc',
  },
  {
    check: 'what is always removed is said',
    file: 'transport/ext-authz/encode.ts',
    find: 'writer.raw(encodedRemovals(removeHeaders));',
    replace: '',
    red: OVERRIDES,
    suite: 'grpc',
  },
  {
    check: 'an identity header that is not set is removed',
    file: 'answer/removals.ts',
    find: '[...always, ...unlessSet.filter((name) => !set.some((header) => header.name === name))];',
    replace: 'set.length < 0 ? unlessSet : always;',
    red: 'an identity header that this token does not set is removed',
  },
  {
    check: 'an identity header that is set is not removed',
    file: 'answer/removals.ts',
    find: '...unlessSet.filter((name) => !set.some((header) => header.name === name))];',
    replace: '...unlessSet, ...set.slice(0, 0).map(({ name }) => name)];',
    red: 'a good RS256 token passes',
  },
  {
    check: 'removals are those of the headers that this answer sets',
    file: 'answer/removals.ts',
    find: 'if (index !== -1) bits |= 1 << index;',
    replace: '',
    red: 'what is removed depends on what each answer sets',
    suite: 'answer',
  },
  {
    check: 'a field ends in its message',
    file: 'wire/reader.ts',
    find: 'if (this.#at > this.#limit || this.tag >>> 3 === 0) this.failed = true;',
    replace: 'if (this.tag >>> 3 === 0) this.failed = true;',
    red: 'a length beyond the end',
    suite: 'reader',
  },
  {
    check: 'a field has a number',
    file: 'wire/reader.ts',
    find: 'if (this.#at > this.#limit || this.tag >>> 3 === 0) this.failed = true;',
    replace: 'if (this.#at > this.#limit) this.failed = true;',
    red: 'field number zero',
    suite: 'reader',
  },
  {
    check: 'a group is refused',
    file: 'wire/reader.ts',
    find: 'default: this.failed = true;',
    replace: 'default:',
    red: 'the start of a group',
    suite: 'reader',
  },
  {
    check: 'a message is read to its end',
    file: 'wire/reader.ts',
    find: 'if (this.#at !== this.#limit) this.failed = true;',
    replace: '',
    red: 'that was left before its end is a failure',
    suite: 'reader',
  },
];

export const ANSWERS: readonly Mutation[] = [...REMOVALS, ...ANSWER, ...WIRE];
