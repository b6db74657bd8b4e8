import { REASONS, type RefusalReason } from '../decision/reason.ts';
import type { Pipeline } from '../policy/pipeline.ts';

/** The realm of every challenge. A constant: names of pipelines are not for everybody. */
const REALM = 'realm="watchword"';

/** How every challenge of ours begins, so that a probe knows it from another's. */
export const CHALLENGE_START = `Bearer ${REALM}`;

/**
 * The value of `WWW-Authenticate` for a refusal (RFC 6750 section 3), or null where no token could change the answer.
 * Every part is a constant or comes from the configuration, where it was checked to need no quoting.
 */
export function challengeOf(reason: RefusalReason, pipeline: Pipeline | null): string | null {
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
      return `Bearer ${REALM}, error="${challenge}", error_description="${says}"${scopeOf(pipeline)}`;
  }
}

/** Scopes that would do: all that are required, and the first of each group of alternatives. */
function scopeOf(pipeline: Pipeline | null): string {
  const scopes = pipeline?.require?.scopes;
  if (scopes === undefined) return '';
  const enough = [...scopes.all, ...scopes.any.flatMap((group) => group.slice(0, 1))];
  return enough.length === 0 ? '' : `, scope="${enough.join(' ')}"`;
}
