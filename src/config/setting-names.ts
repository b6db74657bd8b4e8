import { closest } from '../base/closest.ts';

/** Names by which people know a setting of ours: of other products, of RFCs, in the singular. */
const OTHER_NAMES: Readonly<Record<string, string | readonly string[]>> = {
  aud: 'audiences',
  audience: 'audiences',
  iss: ['issuer', 'issuers'],
  issuerurl: 'issuer',
  url: 'issuer',
  alg: 'algorithms',
  algorithm: 'algorithms',
  signingalgorithms: 'algorithms',
  jwksuri: 'jwks',
  jwksurl: 'jwks',
  jwkset: 'jwks',
  remotejwks: 'jwks',
  jwksfile: 'file',
  publickey: 'file',
  publickeyfile: 'file',
  secretorpublickeyfile: 'file',
  secret: 'secretFile',
  clockskew: 'leeway',
  clocktolerance: 'leeway',
  clockskewseconds: 'leeway',
  typ: 'types',
  scope: 'scopes',
  role: 'claims',
  roles: 'claims',
  host: 'hosts',
  hostname: 'hosts',
  hostnames: 'hosts',
  domain: 'hosts',
  domains: 'hosts',
  path: 'paths',
  prefix: 'paths',
  pathprefix: 'paths',
  uri: 'paths',
  method: 'methods',
  verb: 'methods',
  verbs: 'methods',
  httpmethods: 'methods',
  route: 'match',
  matches: 'match',
  requires: 'require',
  requirement: 'require',
  requirements: 'require',
  auth: 'require',
  forwardheaders: 'headers',
  claimstoheaders: 'headers',
  value: 'in',
  values: 'in',
  oneof: 'in',
  claim: 'path',
  allof: 'all',
  anyof: 'any',
  provider: 'issuers',
  providers: 'issuers',
  policies: 'pipelines',
  apis: 'pipelines',
  server: 'listen',
  bind: 'listen',
  port: 'listen',
  logging: 'log',
  trustedproxies: 'trustedPeers',
  trustedips: 'trustedPeers',
  timeout: 'decisionTimeout',
};

/** A name without what spellings differ in: letter case, dashes and underscores. */
export function plainName(name: string): string {
  return name.toLowerCase().replace(/[-_]/g, '');
}

/** The settings of ours that others call by this name. */
export function otherNames(word: string): readonly string[] {
  const plain = plainName(word);
  return Object.hasOwn(OTHER_NAMES, plain) ? [OTHER_NAMES[plain] ?? []].flat() : [];
}

/** The name, among those that are known at a place, that was meant; null where nothing is near. */
export function meantName(word: string, known: readonly string[]): string | null {
  const plain = plainName(word);
  const same = known.find((name) => plainName(name) === plain);
  if (same !== undefined) return same;
  const other = otherNames(word).find((name) => known.includes(name));
  if (other !== undefined) return other;
  return closest(plain, known);
}
