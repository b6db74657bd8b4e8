import { type Manifest, nameOf } from './manifests.ts';
import type { Note } from './migration.ts';
import type { TargetName } from './wiring.ts';

const PREFIX = 'nginx.ingress.kubernetes.io/';

/** An annotation of ingress-nginx, by its name without the prefix. */
export function ingressAnnotation({ annotations }: Manifest, name: string): string | undefined {
  return annotations[PREFIX + name];
}

/** Annotations that the migration reads. */
const TRANSLATED = ['auth-url', 'auth-response-headers', 'use-regex'];

const SNIPPET = 'is left out: read it for what it allowed or refused, since nothing else knows';
const OPEN_TO_ALL =
  'is left out, and every address may ask: say it to the Gateway before a client comes';

/** What becomes of the others that have to do with who may ask. */
const LEFT_OUT: Readonly<Record<string, string>> = {
  'auth-signin':
    'is left out: Watchword verifies tokens and sends nobody to a login; a client gets a 401 with a challenge',
  'auth-signin-redirect-param': 'is left out with auth-signin',
  'auth-method': 'is left out: a check has no method of its own',
  'auth-request-redirect': 'is left out: the check says what was asked for',
  'auth-snippet': 'is left out: what it did is in no manifest',
  'auth-cache-key': 'is left out: Watchword caches verified tokens, never verdicts',
  'auth-cache-duration': 'is left out: Watchword caches verified tokens, never verdicts',
  'auth-keepalive': 'is left out: connections are kept',
  'auth-keepalive-share-vars': 'is left out: connections are kept',
  'auth-keepalive-requests': 'is left out: connections are kept',
  'auth-keepalive-timeout': 'is left out: connections are kept',
  'auth-proxy-set-headers': 'is left out: a check reads fixed headers',
  'auth-always-set-cookie': 'is left out: Watchword sets no cookies',
  'auth-type': 'is left out: basic and digest authentication have no counterpart',
  'auth-secret': 'is left out with auth-type',
  'auth-secret-type': 'is left out with auth-type',
  'auth-realm': 'is left out with auth-type',
  'auth-tls-secret': 'is left out: client certificates are the work of the gateway',
  'auth-tls-verify-client': 'is left out: client certificates are the work of the gateway',
  satisfy: 'is left out: a token is asked for always, whatever else would have been enough',
  'whitelist-source-range': OPEN_TO_ALL,
  'allowlist-source-range': OPEN_TO_ALL,
  'denylist-source-range': OPEN_TO_ALL,
  'configuration-snippet': SNIPPET,
  'server-snippet': SNIPPET,
  'rewrite-target':
    'is left out: the backend gets the path as the client wrote it; say it as a URLRewrite filter',
  'enable-global-auth': 'is left out: the new route has its own check',
};

/** What is said of annotations of an Ingress that stays. */
const STAYS: Readonly<Record<string, string>> = {
  'auth-signin': 'stays: a 401 is sent to the login, and a machine client too',
  'auth-cache-key': 'is taken away: a cached verdict would outlive its token',
  'auth-cache-duration': 'is taken away with auth-cache-key',
  'auth-snippet': 'stays: see that it leaves X-Original-URL and X-Original-Method as they are',
  'auth-proxy-set-headers':
    'stays: see that its ConfigMap leaves X-Original-URL and X-Original-Method as they are',
  satisfy: 'stays: with any, an allowed address or a password is enough without a token',
  'configuration-snippet': 'stays: see that it does not switch auth_request off',
  'server-snippet': 'stays: see that it does not switch auth_request off',
};

/** Annotations by which an Ingress may refuse whom its authorizer lets pass, or ask for something else. */
const REFUSING = [
  'whitelist-source-range',
  'allowlist-source-range',
  'denylist-source-range',
  'auth-type',
  'auth-tls-secret',
  'auth-tls-verify-client',
  'configuration-snippet',
  'server-snippet',
];

/** With `satisfy: any` one of these was enough, and the token is asked for always now. */
const ENOUGH = ['whitelist-source-range', 'allowlist-source-range', 'auth-type'];

/** The annotations of an Ingress that refuse in a way that has no counterpart. */
export function refusingAnnotations(ingress: Manifest): readonly string[] {
  const isAny = ingressAnnotation(ingress, 'satisfy') === 'any';
  return REFUSING.filter((name) => {
    const value = ingressAnnotation(ingress, name) ?? '';
    return !['', 'off'].includes(value) && !(isAny && ENOUGH.includes(name));
  });
}

/** What must be said of an Ingress's annotations. Where it stays, nothing else is lost. */
export function annotationNotes(ingress: Manifest, to: TargetName): readonly Note[] {
  const says = (name: string): string | undefined => {
    if (TRANSLATED.includes(name)) return undefined;
    if (to === 'same') return Object.hasOwn(STAYS, name) ? STAYS[name] : undefined;
    return Object.hasOwn(LEFT_OUT, name) ? LEFT_OUT[name] : OF_THE_GATEWAY;
  };
  const names = Object.keys(ingress.annotations)
    .filter((annotation) => annotation.startsWith(PREFIX))
    .map((annotation) => annotation.slice(PREFIX.length));
  const notes = names.flatMap((name): readonly Note[] => {
    const text = says(name);
    return text === undefined ? [] : [{ where: `${nameOf(ingress)} ${name}`, says: text }];
  });
  if (to !== 'gateway-api' || ingress.spec['tls'] === undefined) return notes;
  const tls = 'is left out: certificates belong to a listener of the Gateway';
  return [...notes, { where: `${nameOf(ingress)} tls`, says: tls }];
}

const OF_THE_GATEWAY = "is left out: it is the gateway's, see its own way to say it";
