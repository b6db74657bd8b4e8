import type { LiveConfig } from '../config/live-config.ts';
import type { Issuer } from '../policy/issuer.ts';
import type { ReadinessCheck } from '../transport/admin.ts';

/** What is not ready and why, and what an operator should know although it is ready. */
export function readinessOf(live: LiveConfig, stopping: boolean): readonly ReadinessCheck[] {
  return [
    ...(stopping ? [{ name: 'process', ready: false, detail: 'stopping' }] : []),
    configCheck(live),
    ...[...live.policy.current.issuers.values()].map(issuerCheck),
  ];
}

/** A wrong file does not make a running server unready: it serves what it had. */
function configCheck({ problems, waiting }: LiveConfig): ReadinessCheck {
  const details = [
    ...(problems.length === 0
      ? []
      : [`the files are wrong, the configuration before them is served: ${problems.join('; ')}`]),
    ...(waiting.length === 0 ? [] : [`${waiting.join(', ')} take effect at the next start`]),
  ];
  return withDetails({ name: 'configuration', ready: true }, details);
}

function withDetails(check: ReadinessCheck, details: readonly string[]): ReadinessCheck {
  return details.length === 0 ? check : { ...check, detail: details.join('; ') };
}

function issuerCheck({ label, keys, required, allowDevIssuer }: Issuer): ReadinessCheck {
  const { fault, stale, retired } = keys.status();
  const details = [
    ...(fault === null ? [] : [fault]),
    ...(stale === null
      ? []
      : [`the keys could not be refreshed; the last good ones are used: ${stale}`]),
    ...(retired > 0 ? [`${retired} keys that the issuer has taken back are still used`] : []),
    ...(allowDevIssuer ? ['keys of watchword dev-issuer are accepted: not for production'] : []),
  ];
  return withDetails({ name: `issuer ${label}`, ready: fault === null || !required }, details);
}
