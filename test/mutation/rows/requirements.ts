// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the text of a source file
import { type Mutation, row } from '../mutation.ts';

const inAuthorize = row.bind(null, 'check/authorize.ts');
const inClaimRule = row.bind(null, 'check/claim-rule.ts');
const inRules = row.bind(null, 'policy/request-rule.ts');
const inClaims = row.bind(null, 'token/claims.ts');

const STRONG = 'a weak sign-in says which would do';

/** What is required of a token: `check/authorize.ts`. */
const AUTHORIZE: readonly Mutation[] = [
  inAuthorize(
    'the pipeline accepts the issuer',
    "return { reason: 'issuer_untrusted', detail, step: 'audience' };",
    'return null;',
    'a token of an issuer that the pipeline does not accept is refused',
  ),
  inAuthorize(
    'the token is for this audience',
    "return { reason: 'audience_wrong', detail, step: 'audience' };",
    'return null;',
    'a token for another audience is refused',
  ),
  inAuthorize(
    'an audience is compared exactly',
    'audiences.has(audience)',
    '[...audiences].some((one) => audience.startsWith(one))',
    'an aud that only begins like ours is refused',
  ),
  inAuthorize(
    'a registered claim that is required is there',
    "return missing === null ? null : { reason: 'claim_missing',",
    "return missing !== undefined ? null : { reason: 'claim_missing',",
    'a missing registered claim is another token to ask for',
  ),
  inAuthorize(
    'only a registered claim is one that a new token may have',
    'path.length === 1 && REGISTERED.has(path[0]) && ',
    '',
    'a missing claim is refused, since no new token would help',
  ),
  inAuthorize(
    'a token without iat has no age that could be right',
    "(maxAge !== null && issuedAt === null ? ['iat'] : null)",
    'null',
    'a token without iat has no age',
  ),
  inAuthorize(
    'a token is young enough',
    'if (earliest - issuedAt <= maxAge) return null;',
    'return null;',
    'a token older than maxAge is refused',
  ),
  inAuthorize(
    'which is said as token_expired',
    "return { reason: 'token_expired', detail, step: 'token age' };",
    "return { reason: 'claim_refused', detail, step: 'token age' };",
    'a token older than maxAge is refused',
  ),
  inAuthorize(
    'a sign-in is recent',
    "maxAge === null || (typeof at === 'number' && earliest - at <= maxAge);",
    'maxAge !== undefined;',
    'a sign-in too long ago asks for another',
  ),
  inAuthorize(
    'auth_time is a number',
    "(typeof at === 'number' && earliest - at <= maxAge)",
    '(earliest - Number(at) <= maxAge)',
    'an auth_time that is text is none',
  ),
  inAuthorize(
    'a sign-in is strong',
    "acr.length === 0 || (typeof context === 'string' && acr.includes(context));",
    'acr.length >= 0;',
    STRONG,
  ),
  inAuthorize(
    'a weak sign-in is refused with a challenge of its own',
    "{ reason: 'authentication_insufficient', detail, step: 'authentication' };",
    "{ reason: 'claim_refused', detail, step: 'authentication' };",
    STRONG,
  ),
  inAuthorize(
    'every scope of a list is there',
    "if (missing !== undefined) { const detail = `scope ${missing} is missing; ${grantedShown(granted)}${nearScope(missing, granted)}`; return { reason: 'scope_insufficient', detail, step: 'scopes' }; }",
    '',
    'a token without the scope is refused and told which it lacks',
  ),
  inAuthorize(
    'one scope of each group is there',
    "const detail = `none of the scopes ${unmet.join(' ')}; ${grantedShown(granted)}`; return { reason: 'scope_insufficient', detail, step: 'scopes' };",
    'return null;',
    'none of a group of scopes is not enough',
  ),
  inAuthorize(
    'an application may come',
    "return accepted ? null : { reason: 'client_refused', detail, step: 'clients' };",
    'return accepted ? null : null;',
    'an application that may not come is refused',
  ),
  inAuthorize(
    'a token names its application',
    'named.length > 0 && named.every(',
    'named.every(',
    'a token that names no application is refused',
  ),
  inAuthorize(
    'every claim names one that may come',
    'named.length > 0 && named.every(',
    'named.length > 0 && named.some(',
    'a token that names two applications, one refused, is refused',
  ),
  inAuthorize(
    'a claim satisfies its rule',
    "return { reason: 'claim_refused', detail, step: 'claim values' };",
    'return null;',
    'a claim with another value is refused',
  ),
  inAuthorize(
    'one of the alternatives holds',
    'return furthest; }',
    'return null; }',
    'parts of two alternatives are none',
  ),
  inAuthorize(
    'what stands beside alternatives holds',
    'shortfallOf(requirement, principal, earliest, trace, request, consumer) ?? (requirement.anyOf.length === 0',
    '(requirement.anyOf.length > 0 ? null : shortfallOf(requirement, principal, earliest, trace, request, consumer)) ?? (requirement.anyOf.length === 0',
    'what stands beside the alternatives holds for all',
  ),
  inAuthorize(
    'the answer is that of the alternative that came furthest',
    'progressOf(shortfall) > progressOf(furthest)',
    'progressOf(shortfall) < progressOf(furthest)',
    'no alternative: the answer is that of the one that came furthest',
  ),
  inAuthorize(
    'another issuer is further away than another audience',
    "return reason === 'issuer_untrusted' ? -1 : STEPS.indexOf(step);",
    "return reason === 'internal' ? -1 : STEPS.indexOf(step);",
    'an audience of another alternative is refused',
  ),
  row(
    'token/claim-at.ts',
    'a claim is what the token says, not what JavaScript adds',
    'if (!Object.hasOwn(value, name)) return undefined;',
    '',
    'a claim called constructor is no claim',
  ),
];

/** Conditions: `policy/condition.ts`. */
const CONDITIONS: readonly Mutation[] = [
  inAuthorize(
    'a condition holds',
    "return { reason: 'condition_refused', detail, step: 'condition' };",
    'return null;',
    'a condition that does not hold is refused',
  ),
  row(
    'policy/condition.ts',
    'only true is true',
    'return result === true ? null :',
    'return result ? null :',
    'a condition that is a text is refused',
  ),
  row(
    'policy/condition.ts',
    'an error refuses',
    'return `cannot be told: ${faultOf(error).message}`;',
    'return null;',
    'a condition that reads an absent claim is refused',
  ),
  row(
    'policy/condition.ts',
    'the address of the connection is that of the gateway',
    'source: request.source ?? NO_SOURCE,',
    "source: { address: '192.0.2.1', principal: 'x' },",
    'a condition refuses another address, whatever headers say',
  ),
  row(
    'policy/condition.ts',
    'every reading of the path counts',
    "const paths = path ? pathsOf(request.path, ignoreCase) : [''];",
    'const paths = [withoutQuery(request.path)];',
    'a condition holds in every reading of the path',
  ),
  row(
    'policy/condition.ts',
    'a parameter with several readings refuses',
    "if (typeof queries === 'string') return `cannot be told: ${queries}`;",
    "if (typeof queries === 'string') return [];",
    'a condition reads no parameter that is there twice',
  ),
  row(
    'policy/query-facts.ts',
    'parameters are looked at for other readings',
    'if (fault !== null) return `query parameter ${name} is ${fault}`;',
    '',
    'nor the first of two',
  ),
  row(
    'policy/query-facts.ts',
    'a parameter is decoded',
    'const bytes = sent.replace(/%(..)/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)), );',
    'const bytes = sent;',
    'a condition reads the query decoded',
  ),
];

/** What a claim must be: `check/claim-rule.ts`. */
const CLAIM_RULES: readonly Mutation[] = [
  inClaimRule(
    'a claim that is null is missing',
    'return (value ?? null) === null;',
    'return value === undefined;',
    'a claim that is null is missing',
  ),
  inClaimRule(
    'a claim that is required is there',
    'if (isAbsent(value)) return false;',
    'if (isAbsent(value)) return true;',
    'a claim called constructor is no claim',
  ),
  inClaimRule(
    'a value is compared with its type',
    'values.some((one) => accepted.has(one as ClaimValue));',
    'values.some((one) => [...accepted].map(String).includes(String(one)));',
    'a number as text is another value',
  ),
  inClaimRule(
    'a list has all members',
    'contains.every((one) => words.includes(one))',
    '(contains.length === 0 || contains.some((one) => words.includes(one)))',
    'a list that lacks a member is refused',
  ),
  inClaimRule(
    'a word is a whole word',
    "value.split(' ') : [value];",
    '(value.match(/ops|dev|[^ ]/g) ?? []) : [value];',
    'a word that only contains the member is another one',
  ),
  inClaimRule(
    'a list has one of the members',
    'containsAny.length === 0 || containsAny.some((one) => words.includes(one))',
    'containsAny.length >= 0',
    'a list with none of the members is refused',
  ),
  inClaimRule(
    'a text matches',
    'matches === null || textsOf(value).some((text) => matches.matches(text))',
    'matches === null || textsOf(value).length > 0',
    'a text that matches in part is refused',
  ),
  row(
    'policy/pattern.ts',
    'it matches as a whole',
    'compiled.matches(text) };',
    'compiled.matcher(text).find() };',
    'a text that matches in part is refused',
  ),
  inClaimRule(
    'a rule may be turned round',
    'return holds(rule, value) !== rule.not;',
    'return holds(rule, value) || rule.not;',
    'a value that must not be is refused',
  ),
  {
    ...inClaimRule(
      'a text too long to look at is not what must not match',
      'if (rule.matches !== null && textsOf(value).some((text) => text.length > MAX_MATCHED)) return false;',
      '',
      'a text too long to look at is refused, also where it must not match',
    ),
    suite: 'claimRules',
  },
];

/** Rules within a pipeline: `policy/request-rule.ts`. */
const RULES: readonly Mutation[] = [
  inRules(
    'what no rule fits is refused',
    "return { ok: false, reason: 'rule_missing', detail, unclear: false };",
    'return NO_RULE;',
    'what no rule fits is refused',
  ),
  inRules(
    'all readings of the path fall under one rule',
    "if (rule === 'ambiguous') return unclear('path_ambiguous', pathFault(request.path, DIFFERENT_RULES));",
    "if (rule === 'ambiguous') return NO_RULE;",
    'a path whose readings fall under different rules is refused',
  ),
  inRules(
    'both readings of the method fall under one rule',
    "return unclear('method_refused', 'letter case of the method decides which rule covers it');",
    'return NO_RULE;',
    'a method whose letter case chooses the rule is refused',
  ),
  inRules(
    'a refusal that could not be read in one way is marked so',
    'return { ok: false, reason, detail, unclear: true };',
    'return NO_RULE;',
    'a path whose readings fall under different rules is refused',
  ),
  inRules(
    'a rule is for its methods',
    '(methods === null || methods.has(method)) &&',
    '',
    'a method that no rule names is refused',
  ),
  inRules(
    'a rule is for its paths',
    '(paths === null || paths.find(path) === true),',
    'paths !== undefined,',
    'what no rule fits is refused',
  ),
];

/** What an issuer says of its tokens: `token/claims.ts`. */
const PROFILES: readonly Mutation[] = [
  inClaims(
    'the audience is read where the issuer writes it',
    'const audience = claimAt(claims, audienceClaim) as string | readonly string[] | undefined;',
    "const audience = claims['aud'] as string | readonly string[] | undefined;",
    'aud is no audience where the issuer writes another claim',
  ),
  inClaims(
    'scopes are read where the issuer writes them',
    'return places.flatMap((place) => {',
    "return [['scope'] as ClaimPath].flatMap((place) => {",
    'scope is no scope where the issuer writes another claim',
  ),
  {
    ...inClaims(
      'an audience has a type wherever it is',
      'return audience === undefined || isTextOrTexts(audience) ? null :',
      'return audience !== null ? null :',
      'of an issuer with another claim for the audience have its type checked there',
    ),
    suite: 'claims',
  },
  inClaims(
    'a claim of a wrong type is malformed',
    "if (malformed !== null) return { ok: false, reason: 'claim_malformed', detail: malformed };",
    '',
    'a sub that is a number is refused',
  ),
  inClaims(
    'a token does not live too long',
    "maxLifetime is ${maxLifetime} s`; return { ok: false, reason: 'token_unbounded', detail };",
    'maxLifetime is ${maxLifetime} s`; return detail === null ? null : null;',
    'a token that lives longer than maxLifetime is refused',
  ),
  inClaims(
    'a token whose life is bounded has an iat',
    "return { ok: false, reason: 'claim_missing', detail };",
    'return null;',
    'a maxLifetime needs iat',
  ),
];

export const REQUIREMENTS: readonly Mutation[] = [
  ...AUTHORIZE,
  ...CONDITIONS,
  ...CLAIM_RULES,
  ...RULES,
  ...PROFILES,
];
