// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the text of a source file
import { type Mutation, row, type Suite } from '../mutation.ts';

type Row = readonly [check: string, file: string, find: string, replace: string, red: string];

/** A row of `src/routes`, which a suite notices. */
const inRoutes =
  (suite: Suite) =>
  ([check, file, find, replace, red]: Row): Mutation => ({
    ...row(`routes/${file}`, check, find, replace, red),
    suite,
  });

/** Whose routes hide whose: `routes/` from the listeners of a Gateway to the matches on a path. */
const HOSTS: readonly Mutation[] = (
  [
    [
      'a listener serves the routes of namespaces that it allows',
      'read/listeners.ts',
      "return namespace === gateway.namespace ? null : 'no';",
      'return namespace === gateway.namespace ? null : null;',
      'where it allows Same: none',
    ],
    [
      'what labels select is not known',
      'read/listeners.ts',
      "return terms.includes(null) ? 'namespace-labels' : null;",
      'return null;',
      'where it allows namespaces with labels, which are not watched: evil orders',
    ],
    [
      'a listener serves the kinds that it allows',
      'read/listeners.ts',
      "const said = allowsKind(recordsAt(allowed, 'kinds'), route.kind)",
      'const said = allowed !== null',
      'where it allows another kind: none',
    ],
    [
      'a Gateway serves what it has seen',
      'read/listeners.ts',
      "if (isChanged(gateway)) return 'gateway-changed';",
      '',
      'a Gateway that has not taken its last change up',
    ],
    [
      'a listener that is refused serves nothing for certain',
      'read/listeners.ts',
      "return unready ? 'listener-unready' : null;",
      'return unready ? null : null;',
      'a listener that is not served',
    ],
    [
      'a listener has no host that another has more exactly',
      'read/attachments.ts',
      "const isolated = isIsolatedFrom(listener, host, gateway) ? 'listener-isolated' : null;",
      'const isolated = isIsolatedFrom(listener, host, gateway) ? null : null;',
      'a route of a listener that another is more exact than hides nobody',
    ],
    [
      'a route that is served in part hides nobody',
      'read/attachments.ts',
      "return 'partly-invalid';",
      'return null;',
      "PartiallyInvalid is True: it hides nobody's, not even its own",
    ],
    [
      'a route without its backends hides nobody',
      'read/attachments.ts',
      "return 'references-unresolved';",
      'return null;',
      "ResolvedRefs is False: it hides nobody's, not even its own",
    ],
    [
      'a proxy that has changed hides nobody',
      'read/httpproxy.ts',
      "return isOld ? 'change-unseen' : null;",
      'return isOld ? null : null;',
      'one whose last change Contour has not seen hides nobody',
    ],
    [
      'a proxy that is served in part counts',
      'read/httpproxy.ts',
      "return status === 'invalid' && !unserved ? 'partly-invalid' : 'none';",
      "return status === 'invalid' && unserved ? 'none' : 'none';",
      'one that is invalid may be served in part, as where one of its Services is missing',
    ],
    [
      'an uncertainty about a root is one about what it includes',
      'read/httpproxy.ts',
      'uncertainty: mostUncertain(uncertainty, use),',
      'uncertainty: use,',
      'an uncertainty about a root is one about what it includes',
    ],
    [
      "an Ingress hides its own namespace's only",
      'match/uncertainty.ts',
      "ingress: { hides: 'own',",
      "ingress: { hides: 'everyone',",
      'hide each other never: the Service may be missing, and controllers rank in their own ways',
    ],
    [
      'a path may be read as text, in any letter case',
      'match/search.ts',
      'postponed.collectLoosely(path, method, this);',
      '',
      'a controller may take a path as text, in any letter case',
    ],
    [
      'one Ingress may turn the paths of all into regular expressions',
      'match/search.ts',
      'if (!postponed.regex) return true;',
      'if (hostSpace !== null) return true;',
      '{"nginx.ingress.kubernetes.io/use-regex":"true"} of team-b adds what covers the path as text, in any letter case',
    ],
    [
      'classes are served apart',
      'read/ingress.ts',
      'return `Ingress ${ingressClass}`;',
      "return `Ingress ${ingressClass === '' ? '' : 'any'}`;",
      'are served by different gateways, so one of each may be the one',
    ],
  ] as const
).map(inRoutes('tenants'));

/** Which host spaces a port tells apart, and where it does not. */
const PORTS: readonly Mutation[] = (
  [
    [
      'a port that is none of the Gateway’s tells nothing',
      'match/route-index.ts',
      'return own.has(port) || !all.has(port);',
      'return own.has(port);',
      'are told apart by the port at which Envoy Gateway took the connection',
    ],
    [
      'the mapping of ports of other implementations is not known',
      'read/destination-ports.ts',
      'if (controller?.startsWith(ENVOY_GATEWAY) !== true) return false;',
      '',
      'are not where the mapping of ports is another implementation’s',
    ],
    [
      'a port that the PROXY protocol tells is not believed',
      'read/destination-ports.ts',
      "return spec['enableProxyProtocol'] === true || isRecord(spec['proxyProtocol']);",
      'return spec === null;',
      'are not where whoever speaks the PROXY protocol writes the port',
    ],
    [
      'nor is one where such policies are not seen',
      'read/destination-ports.ts',
      "if (unseen.has('ClientTrafficPolicy', gateway.namespace)) return false;",
      '',
      'are not where such policies cannot be seen',
    ],
  ] as const
).map(inRoutes('ports'));

export const TENANTS: readonly Mutation[] = [...HOSTS, ...PORTS];
