import { isLoopback } from '../base/peers.ts';
import type { Finding } from './explain-issue.ts';
import type { Config, IssuerConfig } from './shape.ts';

/** Issuers whose `iss` is known to end with a slash where it is a host alone (Auth0; its custom domains cannot be told). */
const WITH_SLASH = /^https:\/\/[^/]+\.auth0\.com$/;
/** And those that are known to have none: Google, GitHub Actions, Okta, Entra ID, Cognito, Keycloak, GitLab, AWS EKS. */
const WITHOUT_SLASH =
  /^https:\/\/(?:accounts\.google\.com|securetoken\.google\.com\/[^/]+|token\.actions\.githubusercontent\.com|[^/]+\.okta(?:preview)?\.com(?:\/oauth2\/[^/]+)?|login\.microsoftonline\.com\/[^/]+\/v2\.0|cognito-idp\.[^/]+\/[^/]+|[^/]+(?:\/auth)?\/realms\/[^/]+|gitlab\.com|oidc\.eks\.[^/]+\/id\/[^/]+)\/$/;
/** Names of Entra ID for "every tenant": no token has one in its `iss`. */
const NO_TENANT = /^https:\/\/login\.microsoftonline\.com\/(common|organizations|consumers)\//;

/** An issuer as its tokens write it, where that is known of its host. */
export function withUsualSlash(issuer: string): string {
  if (WITH_SLASH.test(issuer)) return `${issuer}/`;
  return WITHOUT_SLASH.test(issuer) ? issuer.slice(0, -1) : issuer;
}

/** Values of `issuer` that are seldom what tokens say. Letter by letter it must equal `iss`, so that one slash refuses every token. */
export function unusualIssuers({ issuers }: Config): readonly Finding[] {
  return issuers.flatMap((issuer, index) =>
    unusual(issuer).map((said) => ({ path: ['issuers', index, 'issuer'], ...said })),
  );
}

type Said = Pick<Finding, 'message' | 'hint'>;

function unusual({ issuer, allowDevIssuer }: IssuerConfig): readonly Said[] {
  if (issuer.trim() !== issuer)
    return [{ message: `'${issuer}' has a space at its end, which no \`iss\` has` }];
  if (/^[a-z0-9-]+(?:\.[a-z0-9-]+)+(?::\d+)?(?:\/.*)?$/i.test(issuer)) {
    // What Google wrote until 2020, and still may.
    if (issuer === 'accounts.google.com') return [];
    const hint = `write ${withUsualSlash(`https://${issuer}`)}, if that is the \`iss\` of its tokens`;
    return [{ message: `'${issuer}' has no scheme`, hint }];
  }
  const right = withUsualSlash(issuer);
  if (right !== issuer) {
    const how = right.length > issuer.length ? 'with a slash' : 'without a slash';
    return [
      {
        message: `'${issuer}': tokens of this issuer write it ${how} at its end`,
        hint: `write ${right}`,
      },
    ];
  }
  const everyTenant = NO_TENANT.exec(issuer)?.[1];
  if (everyTenant !== undefined) {
    const message = `'${issuer}': no token has '${everyTenant}' in its \`iss\`, but the id of a tenant`;
    return [{ message, hint: 'name the tenant, or write {tenant} and list them under tenants' }];
  }
  const url = URL.parse(issuer);
  if (url?.protocol === 'http:' && !allowDevIssuer && !isNear(url.hostname)) {
    const hint = `write ${issuer.replace('http:', 'https:')}, unless its tokens do say http`;
    return [
      {
        message: `'${issuer}' is http, and the \`iss\` of issuers on other machines is https`,
        hint,
      },
    ];
  }
  return [];
}

/** A host of this machine or cluster, where http is common. */
function isNear(hostname: string): boolean {
  return (
    isLoopback(hostname) ||
    !hostname.includes('.') ||
    /\.(?:svc|local|localhost|internal|test)$/.test(hostname)
  );
}
