import { isLoopback } from '../base/peers.ts';
import { tenantsOf } from '../live/issuer-pool.ts';
import type { Finding } from './explain-issue.ts';
import type { Config, IssuerConfig } from './shape.ts';
import { withUsualSlash } from './usual-issuers.ts';

/** What is wrong with URLs that are asked, beyond their form. */
export function checkUrls({ issuers, routes }: Config): readonly Finding[] {
  return [...issuers.flatMap(checkIssuer), ...checkApiServer(routes)];
}

function checkIssuer(issuer: IssuerConfig, index: number): readonly Finding[] {
  const { jwks, discovery } = issuer.keys;
  const at = (...path: string[]): readonly PropertyKey[] => ['issuers', index, ...path];
  const document = wellKnownIn(issuer.issuer);
  if (document !== null) {
    const message = `'${issuer.issuer}' is the address of a document, and no token has it as \`iss\``;
    return [
      {
        path: at('issuer'),
        message,
        hint: `write ${document}, or what \`issuer\` is in that document`,
      },
    ];
  }
  if (
    jwks !== undefined &&
    /\/\.well-known\/(?:openid-configuration|oauth-authorization-server)/.test(jwks)
  ) {
    const message = 'is a metadata document, not a key set';
    return [
      {
        path: at('keys', 'jwks'),
        message,
        hint: `write keys: { discovery: true }, or its jwks_uri`,
      },
    ];
  }
  const metadata = discovery === true ? tenantsOf(issuer).map(({ config }) => config.issuer) : [];
  if (!metadata.every((url) => /^https?:$/.test(URL.parse(url)?.protocol ?? ''))) {
    const message = 'must be an http(s) URL where keys.discovery is true';
    const hint = /^[\w-]+(?:\.[\w-]+)+(?::\d+)?(?:\/|$)/.test(issuer.issuer)
      ? `write ${withUsualSlash(`https://${issuer.issuer}`)}, or name the URL under keys.discovery`
      : 'or name the URL under keys.discovery';
    return [{ path: at('issuer'), message, hint }];
  }
  const hint = 'keys are public: publish them where nobody logs in';
  return [
    ...checkCredentials(jwks, at('keys', 'jwks'), hint),
    ...checkCredentials(discovery, at('keys', 'discovery'), hint),
    ...checkCredentials(metadata[0], at('issuer'), hint),
  ];
}

/** The issuer that the address of its metadata or keys belongs to, or null where it is no such address. */
function wellKnownIn(issuer: string): string | null {
  const match =
    /^(.*?)\/\.well-known\/[^?#]*$/.exec(issuer) ?? /^(.*)\/jwks(?:\.json)?$/.exec(issuer);
  if (match === null) return null;
  return withUsualSlash(match[1] ?? '');
}

function checkApiServer({ apiServer, tokenFile }: Config['routes']): readonly Finding[] {
  if (apiServer === undefined) return [];
  const path = ['routes', 'apiServer'];
  const { protocol, hostname, pathname, search } = new URL(apiServer);
  const findings = [
    ...checkCredentials(apiServer, path, 'Watchword shows who it is by routes.tokenFile'),
  ];
  if (pathname !== '/' || search !== '')
    findings.push({ path, message: 'must be scheme, host and port only' });
  if (protocol === 'http:' && tokenFile !== undefined && !isLoopback(hostname)) {
    const message = 'must be https: everyone on the way could read the token of routes.tokenFile';
    findings.push({ path, message, hint: 'http is for loopback, such as kubectl proxy' });
  }
  return findings;
}

/** Nothing would send them, and a configuration is no place for a secret. */
function checkCredentials(
  url: string | true | undefined,
  path: readonly PropertyKey[],
  hint: string,
): readonly Finding[] {
  if (typeof url !== 'string') return [];
  const { username, password } = new URL(url);
  if (username === '' && password === '') return [];
  return [{ path, message: 'has a user name or a password, which is never sent', hint }];
}
