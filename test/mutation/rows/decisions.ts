// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the text of a source file
import type { Mutation } from '../mutation.ts';

const NO_TOKEN = 'no Authorization header gets a challenge without error';

/** The request path: `check/check.ts`. */
const CHECK: readonly Mutation[] = [
  {
    check: 'a request that could not be read is refused',
    file: 'check/check.ts',
    find: "if (request === null) return refuse('request_malformed', { detail: 'it does not parse' });",
    replace: 'if (request === null) return anonymous(gate.policy.current.fallback);',
    red: 'a request that could not be read is refused without a pipeline',
    suite: 'check',
  },
  {
    check: 'what no pipeline was found for is refused',
    file: 'check/check.ts',
    find: 'if (!selection.ok) return at(route, refuse(selection.reason, { detail: selection.detail }));',
    replace: 'if (!selection.ok) return anonymous([...policy.pipelines.values()][1]);',
    red: 'a host that nobody has is refused',
  },
  {
    check: 'a preflight passes only where the pipeline says so',
    file: 'check/check.ts',
    find: "request.preflightFor !== null && pipeline.preflight === 'pass';",
    replace: 'request.preflightFor !== null;',
    red: 'a preflight is refused by default',
  },
  {
    check: 'only a preflight passes as one',
    file: 'check/check.ts',
    find: "request.preflightFor !== null && pipeline.preflight === 'pass';",
    replace: "pipeline.preflight === 'pass';",
    red: 'a preflight header on another method makes no preflight',
  },
  {
    check: 'a request without a usable token is refused',
    file: 'check/check.ts',
    find: 'if (!extracted.ok) return withoutToken(pipeline, extracted.reason, extracted.detail);',
    replace: 'if (!extracted.ok) return anonymous(pipeline);',
    red: NO_TOKEN,
  },
  {
    check: 'a missing token passes only where tokens are optional',
    file: 'check/check.ts',
    find: "reason === 'token_missing' && pipeline.require?.optional === true;",
    replace: "reason === 'token_missing';",
    red: NO_TOKEN,
  },
  {
    check: 'where tokens are optional, only a missing one passes',
    file: 'check/check.ts',
    find: "reason === 'token_missing' && pipeline.require?.optional === true;",
    replace: 'pipeline.require?.optional === true;',
    red: 'an optional pipeline refuses two tokens',
  },
  {
    check: 'the reason of a refusal is that of the token',
    file: 'check/check.ts',
    find: 'return passes ? anonymous(pipeline) : refuse(reason, { pipeline, detail });',
    replace: "return passes ? anonymous(pipeline) : refuse('token_missing', { pipeline });",
    red: 'two Authorization headers are refused',
  },
  {
    check: 'a token that did not verify is refused',
    file: 'check/check.ts',
    find: 'if (!verification.ok) { const { reason, issuer, detail } = verification; return refuse(reason, { pipeline, detail, ...(issuer === null ? {} : { issuer }) }); }',
    replace: 'if (!verification.ok) return anonymous(pipeline);',
    red: 'a token of a stranger is refused',
  },
  {
    check: 'the time is judged on every use',
    file: 'check/check.ts',
    find: 'if (untimely !== null) { const detail = timeShown(principal, issuer.leeway, now); return refuse(untimely, { pipeline, issuer: issuer.name, detail }); }',
    replace: '',
    red: 'an expired token is refused',
  },
  {
    check: 'a token out of its time lends no identity',
    file: 'check/check.ts',
    find: 'return refuse(untimely, { pipeline, issuer: issuer.name, detail });',
    replace: 'return refuse(untimely, { pipeline, principal, detail });',
    red: 'a shadow pass with an expired token carries no identity',
  },
  {
    check: 'the rules of the pipeline are judged',
    file: 'check/check.ts',
    find: 'if (shortfall !== null) { return refuse(shortfall.reason, { pipeline, principal, detail: shortfall.detail }); }',
    replace: '',
    red: 'a token for another audience is refused',
  },
  {
    check: 'an identity that no header can carry is refused',
    file: 'check/check.ts',
    find: "if (!identity.ok) return refuse('claim_refused', { pipeline, principal, detail: identity.detail });",
    replace:
      "if (!identity.ok) return { outcome: 'allow', reason: 'verified', pipeline, principal, identity: [] };",
    red: 'a claim with a line break is refused',
  },
];

/** What a pipeline requires: `check/authorize.ts` and `claim.ts`. */
const AUTHORIZE: readonly Mutation[] = [
  {
    check: 'the pipeline accepts the issuer',
    file: 'check/authorize.ts',
    find: "if (audiences === undefined) { const detail = `issuer ${issuer} is not accepted by this pipeline, accepted: ${[...audiencesByIssuer.keys()].join(' ')}`; return { reason: 'issuer_untrusted', detail }; }",
    replace: 'if (audiences === undefined) return null;',
    red: 'a token of an issuer that the pipeline does not accept is refused',
  },
  {
    check: 'the token is for this audience',
    file: 'check/authorize.ts',
    find: "if (audiences !== 'any' && !named.some((audience) => audiences.has(audience))) return { reason: 'audience_wrong', detail: audienceShown(named, audiences) };",
    replace: '',
    red: 'a token for another audience is refused',
  },
  {
    check: 'an audience is compared exactly',
    file: 'check/authorize.ts',
    find: 'audiences.has(audience)',
    replace: '[...audiences].some((one) => audience.startsWith(one))',
    red: 'an aud that only begins like ours is refused',
  },
  {
    check: 'a registered claim that is required is there',
    file: 'check/authorize.ts',
    find: "return rule === undefined ? null : { reason: 'claim_missing', detail: `claim ${shown(rule.path)} is absent` };",
    replace: 'return rule === null ? rule : null;',
    red: 'a missing registered claim is another token to ask for',
  },
  {
    check: 'a claim that is null is missing',
    file: 'check/authorize.ts',
    find: 'return (value ?? null) === null;',
    replace: 'return value === undefined;',
    red: 'a claim that is null is missing',
  },
  {
    check: 'only a registered claim is one that a new token may have',
    file: 'check/authorize.ts',
    find: 'path.length === 1 && REGISTERED.has(path[0]) && ',
    replace: '',
    red: 'a missing claim is refused, since no new token would help',
  },
  {
    check: 'a claim that is required is there',
    file: 'check/authorize.ts',
    find: 'if (isAbsent(value)) return false;',
    replace: 'if (isAbsent(value)) return true;',
    red: 'a claim called constructor is no claim',
  },
  {
    check: 'every scope of a list is there',
    file: 'check/authorize.ts',
    find: "if (missing !== undefined) return { reason: 'scope_insufficient', detail: `scope ${missing} is missing; ${grantedShown(granted)}`, };",
    replace: '',
    red: 'a token without the scope is refused and told which it lacks',
  },
  {
    check: 'one scope of each group is there',
    file: 'check/authorize.ts',
    find: "return unmet === undefined ? null : { reason: 'scope_insufficient', detail: `none of the scopes ${unmet.join(' ')}; ${grantedShown(granted)}`, };",
    replace: 'return missing ?? null;',
    red: 'none of a group of scopes is not enough',
  },
  {
    check: 'a claim has an accepted value',
    file: 'check/authorize.ts',
    find: "return rule === undefined ? null : { reason: 'claim_refused', detail: ruleShown(rule, principal) };",
    replace: 'return rule === null ? rule : null;',
    red: 'a claim with another value is refused',
  },
  {
    check: 'a value is compared with its type',
    file: 'check/authorize.ts',
    find: 'values.some((one) => accepted.has(one as string | number | boolean));',
    replace: 'values.some((one) => [...accepted].map(String).includes(String(one)));',
    red: 'a number as text is another value',
  },
  {
    check: 'a claim is what the token says, not what JavaScript adds',
    file: 'check/claim.ts',
    find: 'if (!Object.hasOwn(value, name)) return undefined;',
    replace: '',
    red: 'a claim called constructor is no claim',
  },
];

/** What the backend is told: `check/identity.ts`. */
const IDENTITY: readonly Mutation[] = [
  {
    check: 'a header has no control byte',
    file: 'check/identity.ts',
    find: 'if (value === null || NO_HEADER_VALUE.test(value) || !value.isWellFormed()) { return { ok: false,',
    replace: 'if (value === null || !value.isWellFormed()) { return { ok: false,',
    red: 'a claim with a line break is refused',
  },
  {
    check: 'a header has no half character',
    file: 'check/identity.ts',
    find: '|| !value.isWellFormed()) {',
    replace: ') {',
    red: 'a claim with half a character is refused',
  },
  {
    check: 'an object is no text',
    file: 'check/identity.ts',
    find: "const value = as === 'json' ? asciiJson(claim) : text(claim);",
    replace: "const value = as === 'json' ? asciiJson(claim) : (text(claim) ?? String(claim));",
    red: 'an object as text is refused',
  },
  {
    check: 'a member of a list has no comma',
    file: 'check/identity.ts',
    find: "one !== null && !one.includes(',')",
    replace: 'one !== null',
    red: 'a list with a comma in a member is refused',
  },
  {
    check: 'JSON is ASCII',
    file: 'check/identity.ts',
    find: '/[^ -~]/g,',
    replace: '/[\\0]/g,',
    red: 'an object as JSON arrives in ASCII',
  },
  {
    check: 'an empty claim sets no header',
    file: 'check/identity.ts',
    find: "if (value !== '') headers.push({ name, value });",
    replace: 'headers.push({ name, value });',
    red: 'an empty claim sets no header',
  },
];

export const DECISIONS: readonly Mutation[] = [...CHECK, ...AUTHORIZE, ...IDENTITY];
