/**
 * Decodes base64url without padding (RFC 7515 section 2), or null. Node's decoder ignores characters that do not
 * belong and stray trailing bits, so that one token could have many spellings: only the one spelling that encodes
 * to itself is accepted.
 */
export function decodeBase64url(text: string): Buffer | null {
  const bytes = Buffer.from(text, 'base64url');
  return bytes.toString('base64url') === text ? bytes : null;
}
