import { type Manifest, nameOf } from './manifests.ts';
import type { Note } from './migration.ts';

const PREFIX = 'nginx.ingress.kubernetes.io/';

/** An annotation of ingress-nginx, by its name without the prefix. */
export function ingressAnnotation({ annotations }: Manifest, name: string): string | undefined {
  return annotations[PREFIX + name];
}

/** Annotations that the migration reads. */
const TRANSLATED = ['auth-url', 'auth-response-headers', 'use-regex'];

/** What becomes of the others that have to do with authentication. */
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
  'enable-global-auth': 'is left out: the new route has its own check',
};

/** What must be said of an Ingress's annotations. Where it stays, nothing else is lost. */
export function annotationNotes(ingress: Manifest, to: 'gateway-api' | 'same'): readonly Note[] {
  const where = (name: string) => `${nameOf(ingress)} ${name}`;
  const notes = Object.keys(ingress.annotations).flatMap((annotation): readonly Note[] => {
    if (!annotation.startsWith(PREFIX)) return [];
    const name = annotation.slice(PREFIX.length);
    if (TRANSLATED.includes(name)) return [];
    if (to === 'same')
      return name === 'auth-signin'
        ? [
            {
              where: where(name),
              says: 'stays: a 401 is sent to the login, and a machine client too',
            },
          ]
        : [];
    return [
      {
        where: where(name),
        says: LEFT_OUT[name] ?? "is left out: it is the gateway's, see its own way to say it",
      },
    ];
  });
  const tls = ingress.spec['tls'] !== undefined && to === 'gateway-api';
  return tls
    ? [
        ...notes,
        {
          where: where('tls'),
          says: 'is left out: certificates belong to a listener of the Gateway',
        },
      ]
    : notes;
}
