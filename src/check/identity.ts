import { shown } from '../base/shown.ts';
import type { Principal } from '../decision/principal.ts';
import type { RefusalReason } from '../decision/reason.ts';
import { type Consumer, consumerRefusal } from '../policy/consumer.ts';
import type { ClaimPath, ForwardRule, Pipeline } from '../policy/pipeline.ts';
import { claimAt } from '../token/claim-at.ts';
import { consumerValue } from './consumer.ts';
import type { Header } from './decision.ts';
import type { Trace } from './trace.ts';

export type Identity =
  | { readonly ok: true; readonly headers: readonly Header[] }
  | { readonly ok: false; readonly detail: string };

/**
 * What no header may carry (RFC 9110 section 5.5): a line break in a claim would be a header of its own, or an error of the gateway;
 * white space at an end is taken off on the way, which would make another identity of it.
 */
const NO_HEADER_VALUE = /(?!\t)\p{Cc}|^[\t ]|[\t ]$/u;

/** Whether a header carries a text as it is. */
export function isHeaderValue(text: string): boolean {
  return !NO_HEADER_VALUE.test(text) && text.isWellFormed();
}

/**
 * The headers that tell the backend who calls. A value that is absent, null or empty sets no header; one that a header
 * cannot carry is a fault, since a backend that misses an identity must not guess one.
 */
export function identityOf(
  rules: readonly ForwardRule[],
  principal: Principal,
  consumer: Consumer | null,
  token: string,
  headerBytes: number,
  trace?: Trace,
): Identity {
  const headers: Header[] = [];
  for (const rule of rules) {
    const { name } = rule;
    const found = forwarded(rule, principal, consumer, token);
    const value = written(rule, found);
    if (value === null || !isHeaderValue(value)) {
      return {
        ok: false,
        detail: `${sourceShown(rule)} cannot be a header value: ${name} would be set from ${faultShown(found)}`,
      };
    }
    const bytes = Buffer.byteLength(value);
    if (bytes > headerBytes) {
      return {
        ok: false,
        detail: `${sourceShown(rule)} is too long for a header: ${name} would have ${bytes} bytes, limits.headerBytes is ${headerBytes}`,
      };
    }
    if (value !== '') headers.push({ name, value });
    else trace?.unset(name, unsetShown(rule, found));
  }
  return { ok: true, headers };
}

/** The text of a header; empty where there is nothing to say, null where no header can say it. */
function written(rule: ForwardRule, found: unknown): string | null {
  if (found === undefined || found === null) return '';
  return rule.from === 'claim' && rule.as === 'json' ? asciiJson(found) : text(found);
}

function forwarded(
  rule: ForwardRule,
  principal: Principal,
  consumer: Consumer | null,
  token: string,
): unknown {
  switch (rule.from) {
    case 'claim':
      return claimAt(principal.claims, rule.path);
    case 'consumer':
      return consumerValue(rule.attribute, principal, consumer);
    case 'payload':
      return payloadOf(token);
  }
}

/** The second of three parts (RFC 7515 section 7.1): what the signature is over, so what was verified. */
function payloadOf(token: string): string {
  return token.slice(token.indexOf('.') + 1, token.lastIndexOf('.'));
}

/**
 * Who calls, where a refusal passes in shadow mode. Nobody is told of a token whose issuer the pipeline does not accept: its subject
 * is a name in somebody else's world. Nor is a consumer that may not come here.
 */
export function shadowIdentity(
  { name, mode, forward }: Pipeline,
  principal: Principal,
  consumer: Consumer | null,
  token: string,
  headerBytes: number,
  reason: RefusalReason,
): readonly Header[] {
  if (mode !== 'shadow' || reason === 'issuer_untrusted') return [];
  const admitted = consumerRefusal(consumer, name) === null ? consumer : null;
  const identity = identityOf(forward, principal, admitted, token, headerBytes);
  return identity.ok ? identity.headers : [];
}

function sourceShown(rule: ForwardRule): string {
  switch (rule.from) {
    case 'claim':
      return `claim ${shown(rule.path)}`;
    case 'consumer':
      return `attribute ${rule.attribute} of the consumer`;
    case 'payload':
      return 'the payload of the token';
  }
}

/** A name with dots that is no URL was meant as a path. */
const DOTTED = /^[\w-]+(?:\.[\w-]+)+$/;

function unsetShown(rule: ForwardRule, found: unknown): string {
  if (found !== undefined && found !== null) return `${sourceShown(rule)} is empty`;
  switch (rule.from) {
    case 'claim':
      return absentClaimShown(rule.path);
    case 'consumer':
      return `the consumer has no attribute ${rule.attribute}`;
    case 'payload':
      return 'the token has no payload';
  }
}

function absentClaimShown(path: ClaimPath): string {
  const absent = `the token has no claim ${shown(path)}`;
  return path.length === 1 && DOTTED.test(path[0])
    ? `${absent}: ${path[0]} is one name; for what is nested write claim: [${path[0].split('.').join(', ')}]`
    : absent;
}

/** What a header cannot carry, and what would. */
function faultShown(claim: unknown): string {
  const json = 'as: json writes it in ASCII';
  if (typeof claim === 'string')
    return `a text with a control character, a space at an end, or half a character; ${json}`;
  if (!Array.isArray(claim)) return `an object; ${json}`;
  return claim.some((one) => typeof one === 'string' && one.includes(','))
    ? `a list whose members have commas, which would read as more members; ${json}`
    : `a list with a member that no header carries; ${json}`;
}

function text(claim: unknown): string | null {
  if (!Array.isArray(claim)) return scalar(claim);
  const texts = claim.map(scalar);
  // A member with a comma would read as two.
  return texts.every((one) => one !== null && !one.includes(',')) ? texts.join(',') : null;
}

function scalar(claim: unknown): string | null {
  if (typeof claim === 'string') return claim;
  return typeof claim === 'number' || typeof claim === 'boolean' ? String(claim) : null;
}

/** JSON with everything but ASCII escaped: the same bytes over every protocol. */
function asciiJson(claim: unknown): string {
  return JSON.stringify(claim).replace(
    /[^ -~]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
