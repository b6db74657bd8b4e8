import type { IssuerConfig } from '../config/shape.ts';
import type { KeyStatus } from '../keys/key-store.ts';
import type { LiveConfig } from '../live/live-config.ts';
import { shownUrl } from '../outgoing/shown-url.ts';
import type { IssuerKeys, Issuers } from './api.ts';

/** Names and reasons that are shown of each list. */
const MAX_SHOWN = 100;

/** Every issuer, one for each tenant, and what is known of its keys. */
export function issuersShown(live: LiveConfig): Issuers {
  const { issuers } = live.policy.current;
  const positions = new Map(live.config.issuers.map((issuer, index) => [issuer.name, index]));
  return {
    issuers: [...issuers.values()].map(({ name, label, iss, allowDevIssuer, keys }): IssuerKeys => {
      const position = positions.get(name) ?? 0;
      const config = live.config.issuers[position];
      return {
        name: label,
        issuer: iss,
        place: live.placeOf(['issuers', position]),
        source: config === undefined ? '' : sourceShown(config),
        allowDevIssuer,
        ...statusShown(keys.status()),
      };
    }),
  };
}

function statusShown(
  status: KeyStatus,
): Omit<IssuerKeys, 'name' | 'issuer' | 'place' | 'source' | 'allowDevIssuer'> {
  const { keys, kids, retired, lastSuccess, changed, nextRefresh, notAfter, unused } = status;
  const { fault, stale } = status;
  return {
    usable: keys,
    kids: kids.slice(0, MAX_SHOWN),
    retired,
    lastSuccess,
    changed,
    nextRefresh,
    error: fault ?? stale,
    state: fault !== null ? 'without keys' : stale !== null ? 'stale' : 'fresh',
    notAfter,
    unused: unused.slice(0, MAX_SHOWN),
  };
}

function sourceShown({ issuer, keys }: IssuerConfig): string {
  const { file, secretFile, jwks, discovery } = keys;
  if (file !== undefined) return `file ${file}`;
  if (secretFile !== undefined) return `secret file ${secretFile}`;
  if (jwks !== undefined) return `JWK Set ${shownUrl(jwks)}`;
  if (discovery === undefined) return "the cluster's own issuer";
  return `discovery at ${shownUrl(discovery === true ? issuer : discovery)}`;
}
