import { REASONS, type RefusalReason } from '../decision/reason.ts';
import type { TokenRequirement } from '../policy/requirement.ts';
import type { Resource } from '../policy/resource.ts';

/** The realm of every challenge. A constant: names of pipelines are not for everybody. */
const REALM = 'realm="watchword"';

/** How every challenge of ours begins, so that a probe knows it from another's. */
export const CHALLENGE_START = `Bearer ${REALM}`;

/**
 * The value of `WWW-Authenticate` for a refusal (RFC 6750 section 3, RFC 9470 section 3), or null where no token could change the
 * answer. `asked` is what was asked of the token; `resource` is named where the pipeline has one (RFC 9728 section 5.1). Every part is a constant or comes from the configuration, where it was checked to
 * need no quoting.
 */
export function challengeOf(
  reason: RefusalReason,
  asked: readonly TokenRequirement[],
  resource: Resource | null = null,
): string | null {
  const challenge = ownChallenge(reason, asked);
  return challenge === null || resource === null
    ? challenge
    : `${challenge}, resource_metadata="${resource.metadataUrl}"`;
}

function ownChallenge(reason: RefusalReason, asked: readonly TokenRequirement[]): string | null {
  const { challenge, says } = REASONS[reason];
  switch (challenge) {
    case 'none':
      return null;
    case 'bare':
      return `Bearer ${REALM}`;
    case 'invalid_request':
    case 'invalid_token':
      return `Bearer ${REALM}, error="${challenge}", error_description="${says}"`;
    case 'insufficient_scope':
      return `Bearer ${REALM}, error="${challenge}", error_description="${says}"${scopeOf(asked)}`;
    case 'insufficient_user_authentication':
      return `Bearer ${REALM}, error="${challenge}", error_description="${says}"${signInOf(asked)}`;
  }
}

/** Scopes that would do: all that are required, and the first of each group of alternatives. */
function scopeOf(asked: readonly TokenRequirement[]): string {
  const enough = asked.flatMap(({ scopes: { all, any } }) => [
    ...all,
    ...any.flatMap((group) => group.slice(0, 1)),
  ]);
  return enough.length === 0 ? '' : `, scope="${[...new Set(enough)].join(' ')}"`;
}

/** The sign-in that would do: the strictest age, and the contexts that were asked last. */
function signInOf(asked: readonly TokenRequirement[]): string {
  const all = asked.flatMap(({ authentication }) => authentication ?? []);
  const acr = all.findLast((one) => one.acr.length > 0)?.acr ?? [];
  const ages = all.flatMap(({ maxAge }) => maxAge ?? []);
  const values = acr.length === 0 ? '' : `, acr_values="${acr.join(' ')}"`;
  return ages.length === 0 ? values : `${values}, max_age="${Math.min(...ages)}"`;
}
