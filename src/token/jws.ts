import type { RefusalReason } from '../decision/reason.ts';
import { decodeBase64url } from './base64url.ts';
import { type JsonObject, readJsonObject } from './json-object.ts';

/** A signed JWT in compact form (RFC 7515 section 3.1), read but not yet verified. */
export interface Jws {
  readonly header: JoseHeader;
  readonly claims: JsonObject;
  readonly signature: Buffer;
}

/** The header parameters that decide something. `jwk`, `jku`, `x5u` and `x5c` are never read: a token cannot bring its key. */
export interface JoseHeader {
  readonly alg: string;
  readonly kid: string | null;
  /** Lower case, without the `application/` that RFC 7515 section 4.1.9 lets a sender leave out. */
  readonly typ: string | null;
  /** Whether there is a `nonce`, by which Microsoft marks tokens that only its own services can verify. */
  readonly hasNonce: boolean;
}

export interface TokenFault {
  readonly ok: false;
  readonly reason: RefusalReason;
  /** For the log; never a part of the token but for names of claims and header parameters. */
  readonly detail: string;
}

export type JwsRead = { readonly ok: true; readonly jws: Jws } | TokenFault;

const MAX_KID_LENGTH = 256;
/** More parts than any token has are not counted. */
const MAX_PARTS = 7;
/** RFC 6750 section 2.1. */
const B64TOKEN = /^[A-Za-z0-9._~+/-]+=*$/;

/** Reads a token's header and claims strictly, without trusting either. */
export function readJws(token: string): JwsRead {
  if (!B64TOKEN.test(token)) return fault('token_malformed', strangeCharacter(token));
  const parts = token.split('.', MAX_PARTS);
  // Five parts are a JWE (RFC 7516 section 3.1): never decrypted, so that no decompression can be forced on us.
  if (parts.length === 5) return fault('token_encrypted', 'five parts, a signed JWT has 3');
  const [protectedHeader, payload, signature] = parts;
  if (parts.length !== 3 || !protectedHeader || !payload || signature === undefined) {
    return fault(
      'token_malformed',
      `${parts.length} ${parts.length === 1 ? 'part' : 'parts'}, a signed JWT has 3`,
    );
  }
  const signatureBytes = decodeBase64url(signature);
  if (signatureBytes === null) return fault('token_malformed', 'signature is not base64url');
  const header = objectOf(protectedHeader);
  if (header === null)
    return fault('token_malformed', 'header is not one JSON object in base64url');
  const claims = objectOf(payload);
  if (claims === null)
    return fault('token_malformed', 'claims are not one JSON object in base64url');
  const read = readHeader(header);
  return typeof read === 'string'
    ? fault('token_malformed', read)
    : { ok: true, jws: { header: read, claims, signature: signatureBytes } };
}

/** What a text that is no token has in it, by what clients send: no more of it is shown than one character. */
function strangeCharacter(text: string): string {
  if (/^Bearer /i.test(text)) return 'the scheme Bearer stands twice';
  if (/^["'“]/.test(text)) return 'the token is in quotes';
  if (text.startsWith('{')) return 'JSON: the token is the value of its access_token alone';
  const strange = /[^A-Za-z0-9._~+/=-]/.exec(text);
  return strange === null
    ? "'=' inside of the token"
    : `a character that no token has: ${JSON.stringify(strange[0])}`;
}

/** What the signature of a compact token is of (RFC 7515 section 5.2): header and claims as they came. */
export function signingInput(token: string): Buffer {
  return Buffer.from(token.slice(0, token.lastIndexOf('.')), 'latin1');
}

function fault(reason: RefusalReason, detail: string): TokenFault {
  return { ok: false, reason, detail };
}

function objectOf(part: string): JsonObject | null {
  const bytes = decodeBase64url(part);
  return bytes === null ? null : readJsonObject(bytes);
}

function readHeader(header: JsonObject): JoseHeader | string {
  const { alg, kid, typ } = header;
  if (typeof alg !== 'string') return 'header has no alg';
  // RFC 7515 section 4.1.11: an extension that must be understood. We understand none.
  if (Object.hasOwn(header, 'crit')) return 'header has crit, and no extension is understood';
  // RFC 7797 changes what is signed; section 6 wants it in crit, and a sender that leaves crit out is not read in two ways.
  if (Object.hasOwn(header, 'b64')) return 'header has b64';
  if (kid !== undefined && (typeof kid !== 'string' || kid.length > MAX_KID_LENGTH))
    return 'kid is not a short string';
  if (typ !== undefined && typeof typ !== 'string') return 'typ is not a string';
  return {
    alg,
    kid: kid ?? null,
    typ: typ === undefined ? null : mediaType(typ),
    hasNonce: Object.hasOwn(header, 'nonce'),
  };
}

function mediaType(typ: string): string {
  const lower = typ.toLowerCase();
  return lower.startsWith('application/') ? lower.slice('application/'.length) : lower;
}
