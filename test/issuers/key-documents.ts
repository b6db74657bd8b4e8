import type { TestKey } from '../support/keys.ts';
import { certificateOf } from '../support/keys.ts';

/*
 * Key documents as issuers publish them. All carry one key; what differs is what stands around it.
 */

/** The certificate of a key as `x5c` has it: DER in base64 (RFC 7517 section 4.7). */
function x5c(key: TestKey): string {
  return certificateOf(key)
    .replaceAll(/-----[A-Z ]+-----/g, '')
    .replaceAll(/\s/g, '');
}

const SHAPES: Readonly<Record<string, (key: TestKey) => object>> = {
  // A certificate beside each key, and its digest under two names.
  auth0: (key) => ({ keys: [{ ...key.jwk, x5t: key.kid, x5c: [x5c(key)] }] }),
  // No `alg`, and the issuer as a member of its own.
  entra: (key) => {
    const { alg: _, ...jwk } = key.jwk;
    const issuer = 'https://login.microsoftonline.com/{tenantid}/v2.0';
    return { keys: [{ ...jwk, x5t: key.kid, x5c: [x5c(key)], issuer, cloud_instance_name: 'x' }] };
  },
  // Beside the key that signs stands one that encrypts.
  keycloak: (key) => ({
    keys: [
      { ...key.jwk, kid: 'keycloak-enc', alg: 'RSA-OAEP', use: 'enc' },
      { ...key.jwk, x5c: [x5c(key)], 'x5t#S256': key.kid },
    ],
  }),
  // A map from `kid` to certificates.
  firebase: (key) => ({ [key.kid]: certificateOf(key) }),
};

/** The key document of an issuer of docs/issuers; a plain JWK Set where nothing is special about it. */
export function documentOf(issuer: string, key: TestKey): object {
  return SHAPES[issuer.replace(/-v1$/, '')]?.(key) ?? { keys: [key.jwk] };
}
