import { createHmac, timingSafeEqual, verify } from 'node:crypto';
import type { VerificationKey } from '../keys/verification-key.ts';

/** A signature and what it is of, in bytes (RFC 7515 section 5.2). */
export interface Signed {
  readonly input: Buffer;
  readonly signature: Buffer;
}

/** Whether a key made a signature. A signature that is wrong in any way is false; nothing that a token says throws. */
export function isSignedBy(key: VerificationKey, { input, signature }: Signed): boolean {
  if (!hasLength(key, signature)) return false;
  if (key.kind === 'public') return verify(key.hash, input, key.parameters, signature);
  const mac = createHmac(key.hash, key.secret).update(input).digest();
  return timingSafeEqual(mac, signature);
}

/** The same in another thread. */
export function isSignedByElsewhere(key: VerificationKey, signed: Signed): Promise<boolean> {
  const { input, signature } = signed;
  // An HMAC costs less than the way there.
  if (key.kind === 'secret' || !hasLength(key, signature))
    return Promise.resolve(isSignedBy(key, signed));
  return new Promise((resolve, reject) => {
    verify(key.hash, input, key.parameters, signature, (error, isSigned) => {
      if (error === null) resolve(isSigned);
      else reject(error);
    });
  });
}

/** RFC 8017 sections 8.1.2 and 8.2.2, RFC 7518 section 3.4. OpenSSL takes a PSS signature that has lost its leading zeros. */
function hasLength({ signatureBytes }: VerificationKey, { length }: Buffer): boolean {
  return length === signatureBytes;
}
