import { shownUnused } from '../keys/key-set.ts';
import type { KeyStore } from '../keys/key-store.ts';
import type { LiveConfig } from '../live/live-config.ts';
import type { Issuer } from '../policy/issuer.ts';
import type { ReadinessCheck } from '../transport/admin.ts';

/**
 * What is not ready and why, and what an operator should know although it is ready. A start waits for the keys of each issuer
 * that is `required`. A reload that brings one without keys must not take every replica out of service, and the tokens of all
 * other issuers with them: once the process has been ready, an issuer counts from when it has had keys.
 */
export class Readiness {
  readonly #live: LiveConfig;
  #served = false;
  readonly #hadKeys = new WeakSet<KeyStore>();

  constructor(live: LiveConfig) {
    this.#live = live;
  }

  /** `more` are the checks of other parts. */
  checks(stopping: boolean, more: readonly ReadinessCheck[]): readonly ReadinessCheck[] {
    const checks = [
      ...(stopping ? [{ name: 'process', ready: false, detail: 'stopping' }] : []),
      configCheck(this.#live),
      ...[...this.#live.policy.current.issuers.values()].map((issuer) => this.#issuer(issuer)),
      ...more,
    ];
    this.#served ||= checks.every(({ ready }) => ready);
    return checks;
  }

  #issuer({ label, keys, required, allowDevIssuer }: Issuer): ReadinessCheck {
    const { fault, stale, retired, unused } = keys.status();
    if (fault === null) this.#hadKeys.add(keys);
    const counts = required && (!this.#served || this.#hadKeys.has(keys));
    const details = [
      ...(fault === null ? [] : [fault]),
      ...(stale === null
        ? []
        : [`the keys could not be refreshed; the last good ones are used: ${stale}`]),
      ...(retired > 0 ? [`${retired} keys that the issuer has taken back are still used`] : []),
      ...(unused.length > 0 ? [`not used: ${shownUnused(unused)}`] : []),
      ...(allowDevIssuer ? ['keys of watchword dev-issuer are accepted: not for production'] : []),
    ];
    return withDetails({ name: `issuer ${label}`, ready: fault === null || !counts }, details);
  }
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
