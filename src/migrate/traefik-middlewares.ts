import { type Manifest, nameOf } from './manifests.ts';
import { list, type Mapping, mapping, text, texts } from './mapping.ts';
import type { Note } from './migration.ts';
import type { Stubs } from './stubs.ts';

/** A Middleware that asked an authorizer, and the pipeline that takes its place. */
export interface Guard {
  readonly middleware: Manifest;
  readonly pipeline: string;
  readonly headers: readonly string[];
}

/** Settings of `forwardAuth`: what becomes of each, null where nothing is to be said. */
const FORWARD_AUTH: Readonly<Record<string, string | null>> = {
  address: null,
  authResponseHeaders: null,
  authRequestHeaders:
    'is left out: the check needs Authorization, Origin and Access-Control-Request-Method',
  authResponseHeadersRegex:
    'is left out: name the headers one by one; a pattern lets others through',
  trustForwardHeader: 'is left out: true lets a client say what it asked for',
  forwardBody: 'is left out: a check has no body',
  maxBodySize: 'is left out: a check has no body',
  maxResponseBodySize: 'is left out: the answers of Watchword are small',
  authSigninURL:
    'is left out: Watchword verifies tokens and sends nobody to a login; a client gets a 401 with a challenge',
  preserveRequestMethod: 'is left out: the method is in X-Forwarded-Method',
  preserveLocationHeader: 'is left out: Watchword redirects nobody',
  addAuthCookiesToResponse: 'is left out: Watchword sets no cookies',
  headerField: 'is left out: the log of Watchword names the subject',
  tls: 'is left out: the check stays in the cluster',
};

/** The guard that a Middleware is; none where it asks nobody. */
export function guardOf(one: Manifest, stubs: Stubs, notes: Note[]): readonly Guard[] {
  const settings = mapping(one.spec['forwardAuth']);
  const address = text(settings['address']);
  if (one.kind !== 'Middleware' || address === undefined) return [];
  for (const name of Object.keys(settings)) {
    const says = Object.hasOwn(FORWARD_AUTH, name) ? FORWARD_AUTH[name] : 'is unknown and left out';
    if (typeof says === 'string') notes.push({ where: `${nameOf(one)} forwardAuth.${name}`, says });
  }
  const headers = texts(settings['authResponseHeaders']);
  return [{ middleware: one, pipeline: stubs.pipelineFor(address, headers, one), headers }];
}

/** Middlewares that refuse nobody whom an authorizer lets pass; a plugin's, or one that is not here, may. */
const HARMLESS = [
  ...['addPrefix', 'buffering', 'circuitBreaker', 'compress', 'contentType', 'encodedCharacters'],
  ...['errors', 'grpcWeb', 'headers', 'inFlightReq', 'passTLSClientCert', 'rateLimit'],
  ...['redirectRegex', 'redirectScheme', 'replacePath', 'replacePathRegex', 'retry'],
  ...['stripPrefix', 'stripPrefixRegex'],
];

/** Whether a Middleware may refuse by itself. */
export function mayRefuse(middleware: Manifest | undefined): boolean {
  return (
    middleware === undefined ||
    Object.keys(middleware.spec).some((name) => !HARMLESS.includes(name))
  );
}

/** A Middleware as something names it: the object, or the name alone where the file does not have it. */
interface Named {
  readonly name: string;
  readonly middleware: Manifest | undefined;
}

/** The Middlewares that something in a namespace names, those of `chain` in the place of the chain. */
export function namedMiddlewares(
  named: unknown,
  namespace: string | undefined,
  middlewares: readonly Manifest[],
  within: readonly Manifest[] = [],
): readonly Named[] {
  return list(named)
    .map(mapping)
    .flatMap((reference): readonly Named[] => {
      const middleware = middlewares.find((one) => isNamed(one, reference, namespace));
      const chained = mapping(middleware?.spec['chain'])['middlewares'];
      if (middleware === undefined || chained === undefined)
        return [{ name: String(reference['name']), middleware }];
      // A chain that names itself ends here; Traefik refuses it.
      if (within.includes(middleware)) return [];
      return namedMiddlewares(chained, middleware.namespace, middlewares, [...within, middleware]);
    });
}

function isNamed(one: Manifest, reference: Mapping, namespace: string | undefined): boolean {
  return (
    one.name === reference['name'] && one.namespace === (text(reference['namespace']) ?? namespace)
  );
}
