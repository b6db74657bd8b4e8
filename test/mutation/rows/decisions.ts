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
    find: 'if (!extracted.ok) return withoutToken(pipeline, rule, extracted);',
    replace: 'if (!extracted.ok) return anonymous(pipeline);',
    red: NO_TOKEN,
  },
  {
    check: 'a missing token passes only where tokens are optional',
    file: 'check/check.ts',
    find: "const passes = reason === 'token_missing' && isOptional;",
    replace: "const passes = reason === 'token_missing';",
    red: NO_TOKEN,
  },
  {
    check: 'where tokens are optional, only a missing one passes',
    file: 'check/check.ts',
    find: "const passes = reason === 'token_missing' && isOptional;",
    replace: 'const passes = isOptional;',
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
    replace:
      "return insufficient(pipeline, rule, principal, shadowIdentity(pipeline, principal, null, token, gate.headerBytes, untimely), { reason: untimely, detail, step: 'time' });",
    red: 'a shadow pass with an expired token carries no identity',
  },
  {
    check: 'the rules of the pipeline are judged',
    file: 'check/check.ts',
    find: 'return insufficient(pipeline, rule, principal, told, shortfall);',
    replace: '',
    red: 'a token for another audience is refused',
  },
  {
    check: 'a rule that is not met refuses',
    file: 'check/check.ts',
    find: '(rule === null ? null : authorize(rule.require, principal, earliest, request, consumer, trace));',
    replace: 'null;',
    red: 'a rule that is not met is refused, with all scopes that are asked',
  },
  {
    check: 'what is asked of the pipeline is asked beside a rule',
    file: 'check/check.ts',
    find: '(pipeline.require === null ? null :',
    replace: '(pipeline.require === null || rule !== null ? null :',
    red: 'a rule does not stand in for the pipeline',
  },
  {
    check: 'a rule that asks for something needs a token',
    file: 'check/check.ts',
    find: '&& (rule === null || rule.addsNothing);',
    replace: ';',
    red: 'a rule that asks for a scope needs a token, however optional',
  },
  {
    check: 'a request that no rule covers is refused',
    file: 'check/check.ts',
    find: 'return refuse(reason, unclear ? { detail } : { pipeline, detail });',
    replace: 'return anonymous(pipeline);',
    red: 'what no rule fits is refused',
  },
  {
    check: 'what could not be read in one way is said of no pipeline',
    file: 'check/check.ts',
    find: 'unclear ? { detail } : { pipeline, detail }',
    replace: '{ pipeline, detail }',
    red: 'a path whose readings fall under different rules is refused',
  },
  {
    check: 'a challenge names all that was asked',
    file: 'check/check.ts',
    find: 'return refuse(reason, { pipeline, principal, detail, asked, identity });',
    replace: 'return refuse(reason, { pipeline, principal, detail });',
    red: 'a rule that is not met is refused, with all scopes that are asked',
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

/** What the backend is told: `check/identity.ts`. */
const IDENTITY: readonly Mutation[] = [
  {
    check: 'a header has no control byte',
    file: 'check/identity.ts',
    find: 'if (value === null || !isHeaderValue(value)) { return { ok: false,',
    replace: 'if (value === null) { return { ok: false,',
    red: 'a claim with a line break is refused',
  },
  {
    check: 'a header has no half character',
    file: 'check/identity.ts',
    find: ' && text.isWellFormed()',
    replace: '',
    red: 'a claim with half a character is refused',
  },
  {
    check: 'a header is no longer than its limit',
    file: 'check/identity.ts',
    find: 'if (bytes > headerBytes) { return { ok: false,',
    replace: 'if (bytes < 0) { return { ok: false,',
    red: 'a value that is too long for a header is refused',
  },
  {
    check: 'the payload is that of this token',
    file: 'check/identity.ts',
    find: "token.slice(token.indexOf('.') + 1, token.lastIndexOf('.'))",
    replace: "Buffer.from(token).toString('base64url')",
    red: 'the payload is forwarded as it was signed, where the token itself is stripped too',
  },
  {
    check: 'an object is no text',
    file: 'check/identity.ts',
    find: "rule.as === 'json' ? asciiJson(found) : text(found);",
    replace: "rule.as === 'json' ? asciiJson(found) : (text(found) ?? String(found));",
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
    replace: 'if (value !== null) headers.push({ name, value });',
    red: 'an empty claim sets no header',
  },
];

export const DECISIONS: readonly Mutation[] = [...CHECK, ...IDENTITY];
