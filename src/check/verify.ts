import { type Eventually, whenReady } from '../base/deferred.ts';
import { nearMiss } from '../base/near-miss.ts';
import { shown } from '../base/shown.ts';
import type { Principal } from '../decision/principal.ts';
import type { RefusalReason } from '../decision/reason.ts';
import { type Algorithm, isAlgorithm } from '../keys/algorithm.ts';
import { DEV_KEY_PREFIX } from '../keys/key-set.ts';
import type { KeysFound } from '../keys/key-store.ts';
import type { Issuer } from '../policy/issuer.ts';
import type { Policy } from '../policy/policy.ts';
import { readClaims, scopesOf } from '../token/claims.ts';
import type { JsonObject } from '../token/json-object.ts';
import { type JoseHeader, type Jws, readJws, signingInput } from '../token/jws.ts';
import { internedScopes } from './scopes.ts';
import { SignatureWork } from './signature-work.ts';
import type { Verified } from './token-cache.ts';
import type { Trace } from './trace.ts';

/** What became of a token: verified, or why not. */
export type Verification =
  | { readonly ok: true; readonly verified: Verified }
  | {
      readonly ok: false;
      readonly reason: RefusalReason;
      /** The configured name of the issuer that the token names, or null. */
      readonly issuer: string | null;
      readonly detail: string;
    };

type Refused = Extract<Verification, { ok: false }>;

const UNLIMITED = new SignatureWork(Number.POSITIVE_INFINITY);

/**
 * Verifies a token that was not seen before: form, issuer, header, key, signature, registered claims, in this order; at once where the
 * keys are there and the signature is checked in this thread. Whether it may be used at this moment and for this pipeline is
 * judged elsewhere, on every use.
 */
export function verify(
  token: string,
  policy: Policy,
  extraClaims: readonly string[] = [],
  signatures = UNLIMITED,
  trace?: Trace,
): Eventually<Verification> {
  trace?.enter('form', '');
  const read = readJws(token);
  if (!read.ok) return { ...read, issuer: null };
  trace?.enter('form', 'a signed JWT');
  const { jws } = read;
  const issuer = trustedIssuer(jws, policy);
  trace?.enter('issuer', issuerShown(jws, policy, issuer));
  if (issuer === null) return refused(null, 'issuer_untrusted', issuerShown(jws, policy, issuer));
  const headerRefusal = refuseHeader(jws.header, issuer, trace);
  if (headerRefusal !== null) return headerRefusal;
  // Read before the keys: if they change meanwhile, the cached entry counts for nothing, which is safe.
  const { generation } = issuer.keys;
  const { alg, kid } = jws.header;
  const found = issuer.keys.find({ algorithm: alg as Algorithm, kid });
  return whenReady(found, (keys) => {
    if (!keys.ok) return refused(issuer, keys.reason, keys.detail);
    trace?.enter('signature', '');
    const signed = { input: signingInput(token), signature: jws.signature };
    return whenReady(signatures.isSignedByAny(keys.keys, signed, issuer.name), (isSigned) => {
      const refusal = refuseSignature(isSigned, jws.header, issuer, keys, signatures.limit);
      return refusal ?? verified(jws, issuer, generation, extraClaims, trace);
    });
  });
}

/** Says why a token does not verify by the keys that were found; `isSigned` is null where nobody has looked. */
function refuseSignature(
  isSigned: boolean | null,
  header: JoseHeader,
  issuer: Issuer,
  found: Extract<KeysFound, { ok: true }>,
  limit: number,
): Refused | null {
  if (isSigned === null) {
    const detail = `limits.pendingVerifications is ${limit}, and so many are under way`;
    return refused(issuer, 'overloaded', detail);
  }
  if (isSigned) return null;
  issuer.keys.signatureFailed();
  return refused(issuer, 'signature_invalid', signatureShown(header, found));
}

/** What a token says whose signature verified, or why it is no usable token. */
function verified(
  jws: Jws,
  issuer: Issuer,
  generation: number,
  extraClaims: readonly string[],
  trace: Trace | undefined,
): Verification {
  trace?.enter('claims', '');
  const claims = readClaims(jws.claims, issuer);
  if (!claims.ok) return refused(issuer, claims.reason, claims.detail);
  const principal: Principal = {
    issuer: issuer.name,
    ...claims.claims,
    scopes: internedScopes(scopesOf(jws.claims, issuer.scopeClaims)),
    claims: readByPolicy(jws.claims, issuer.claimNames, extraClaims),
  };
  return { ok: true, verified: { principal, issuer, generation } };
}

function refused(issuer: Issuer | null, reason: RefusalReason, detail: string): Refused {
  return { ok: false, reason, issuer: issuer?.name ?? null, detail };
}

/** Exact comparison (RFC 7519 section 4.1.1): a slash more or less is another issuer. */
function trustedIssuer(jws: Jws, policy: Policy): Issuer | null {
  const { iss } = jws.claims;
  return typeof iss === 'string' ? (policy.issuers.get(iss) ?? null) : null;
}

function refuseHeader(header: JoseHeader, issuer: Issuer, trace?: Trace): Refused | null {
  trace?.enter('type', typeShown(header, issuer));
  // RFC 8725 section 3.11: an ID token or a logout token is no access token.
  const typeAccepted = header.typ === null ? issuer.typeOptional : issuer.types.has(header.typ);
  if (!typeAccepted) return refused(issuer, 'type_wrong', typeShown(header, issuer));
  trace?.enter('algorithm', algorithmShown(header, issuer));
  // RFC 8725 section 3.1. `none`, HS256 with a public key as secret, and every algorithm the issuer does not use end here.
  if (!isAlgorithm(header.alg) || !issuer.algorithms.has(header.alg)) {
    return refused(issuer, 'algorithm_refused', algorithmShown(header, issuer));
  }
  trace?.enter('key', `kid ${quoted(header.kid)}`);
  // Anyone can start a dev-issuer under any `iss`; its keys count only where the configuration says so.
  if (!issuer.allowDevIssuer && header.kid?.startsWith(DEV_KEY_PREFIX)) {
    return refused(
      issuer,
      'key_unknown',
      'a key of watchword dev-issuer; the issuer has no allowDevIssuer',
    );
  }
  return null;
}

function typeShown({ typ }: JoseHeader, { types, typeOptional }: Issuer): string {
  const accepted = [...types, ...(typeOptional ? ['none'] : [])].join(', ');
  return `typ ${quoted(typ)}, accepted: ${accepted}`;
}

function algorithmShown({ alg }: JoseHeader, { algorithms }: Issuer): string {
  return `alg ${quoted(alg)}, accepted: ${[...algorithms].join(' ') || 'none'}`;
}

/** Microsoft Graph changes the header of its tokens after they are signed; only Graph can put it back. */
function signatureShown(
  { alg, hasNonce }: JoseHeader,
  { keys: tried, untried = 0 }: Extract<KeysFound, { ok: true }>,
): string {
  const limit = untried === 0 ? '' : ` of ${tried.length + untried} that fit, which is the limit,`;
  const keys = `${alg}, ${tried.length} key(s)${limit} tried`;
  return hasNonce
    ? `${keys}; the header has a nonce, as tokens for Microsoft Graph have, which nobody but Graph can verify: ask the issuer for a token with the audience of this API`
    : keys;
}

function issuerShown({ claims: { iss } }: Jws, { issuers }: Policy, issuer: Issuer | null): string {
  if (issuer !== null) return `iss ${shown(iss)} is issuer ${issuer.name}`;
  const found = iss === undefined ? 'no iss' : `iss ${shown(iss)} is not configured`;
  return `${found}; configured: ${configuredNear(issuers, iss)}`;
}

/** The configured issuer that differs by next to nothing, which is the usual mistake; else all of them. */
function configuredNear(issuers: Policy['issuers'], iss: unknown): string {
  const near = typeof iss === 'string' ? nearMiss(iss, issuers.keys()) : null;
  return near ?? ([...issuers.keys()].map(shown).join(' ').slice(0, 512) || 'none');
}

function quoted(text: string | null): string {
  return text === null ? 'absent' : JSON.stringify(text.slice(0, 64));
}

/** Only what some pipeline reads is kept, so that a cache of many tokens stays small. */
function readByPolicy(
  claims: JsonObject,
  names: ReadonlySet<string>,
  extra: readonly string[],
): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(claims).filter(([name]) => names.has(name) || extra.includes(name)),
  );
}
