import { generateKeyPairSync, sign } from 'node:crypto';
import { fixedKeys } from '../keys/fixed-keys.ts';
import { readKeySet } from '../keys/key-set.ts';
import { type KeyStore, newGeneration } from '../keys/key-store.ts';
import { RemoteKeys } from '../keys/remote-keys.ts';
import type { Issuer } from '../policy/issuer.ts';
import type { Policy } from '../policy/policy.ts';

/** A policy by which cases with claims are judged, and what makes tokens of claims for it. */
export interface ClaimsPolicy {
  readonly policy: Policy;
  /** A token with these claims that verifies. */
  readonly tokenOf: (claims: Readonly<Record<string, unknown>>) => string;
}

const ALGORITHM = 'ES256';

/**
 * The same policy with a key of our own in place of each issuer's, so that claims are judged by the whole decision path without
 * the issuer's keys. The key is made for one run and kept nowhere. Only `watchword test` has this: no server can be
 * started with such a policy.
 */
export async function claimsPolicy(policy: Policy): Promise<ClaimsPolicy> {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const jwk = { ...publicKey.export({ format: 'jwk' }), alg: ALGORITHM };
  const wanted = { algorithms: [ALGORITHM], allowDevKeys: false } as const;
  const read = await readKeySet({ keys: [jwk] }, wanted);
  if (!read.ok) throw new Error(read.fault);
  const keys = fixedKeys(read.set, Date.now(), null);
  const algorithms = new Set([ALGORITHM] as const);
  const tokenOf: ClaimsPolicy['tokenOf'] = (claims) => {
    const issuer = policy.issuers.get(String(claims['iss']));
    const [typ = 'JWT'] = issuer?.types ?? [];
    const input = [{ alg: ALGORITHM, typ }, claims].map(encoded).join('.');
    const key = { key: privateKey, dsaEncoding: 'ieee-p1363' } as const;
    return `${input}.${sign('sha256', Buffer.from(input), key).toString('base64url')}`;
  };
  return { policy: withIssuers(policy, (issuer) => ({ ...issuer, keys, algorithms })), tokenOf };
}

function encoded(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url');
}

/** The same policy, in which issuers whose keys come over the network have none: nothing is fetched. */
export function offlinePolicy(policy: Policy): Policy {
  return withIssuers(policy, (issuer) =>
    issuer.keys instanceof RemoteKeys ? { ...issuer, keys: withoutNetwork(issuer) } : issuer,
  );
}

function withoutNetwork({ name, keys }: Issuer): KeyStore {
  const detail = `watchword test fetches nothing, and the keys of ${name} come over the network: write claims in place of the token`;
  return {
    generation: newGeneration(),
    find: () => ({ ok: false, reason: 'keys_unavailable', detail }),
    status: () => keys.status(),
    signatureFailed: () => undefined,
    start: async () => {},
    [Symbol.asyncDispose]: async () => {},
  };
}

function withIssuers(policy: Policy, changed: (issuer: Issuer) => Issuer): Policy {
  const issuers = [...policy.issuers].map(([iss, issuer]) => [iss, changed(issuer)] as const);
  return { ...policy, issuers: new Map(issuers) };
}
