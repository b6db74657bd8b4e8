/** A plugin of APISIX with its configuration. */
export interface ApisixPlugin {
  readonly name: string;
  readonly config: Readonly<Record<string, unknown>>;
}

/** What a rule of APISIX is made from. */
interface ApisixWiring {
  readonly watchword: string;
  readonly pipeline: string;
  /** A whole number: APISIX takes no other. */
  readonly milliseconds: number;
  readonly identityHeaders: readonly string[];
  /** Taken away after the check. */
  readonly removed: readonly string[];
}

/** The plugins that ask Watchword about a request and take away what no backend may see. */
export function apisixPlugins(wiring: ApisixWiring): readonly ApisixPlugin[] {
  const { watchword, pipeline, milliseconds, identityHeaders, removed } = wiring;
  const asks = {
    uri: `http://${watchword}/auth/apisix/${pipeline}`,
    // Without Authorization every request is one without a token; the others tell a preflight and join the logs.
    request_headers: [
      'Authorization',
      'Content-Type',
      'Origin',
      'Access-Control-Request-Method',
      'X-Request-Id',
      'Connect-Protocol-Version',
      ...['Accept', 'Sec-Fetch-Mode', 'X-Requested-With', 'X-Forwarded-Proto'],
    ],
    // What the client sent under these names is removed, also where the answer has none.
    upstream_headers: identityHeaders,
    client_headers: [
      'WWW-Authenticate',
      'Retry-After',
      'Cache-Control',
      'Content-Type',
      'Location',
    ],
    status_on_error: 503,
    allow_degradation: false,
    timeout: milliseconds,
  };
  return [
    { name: 'forward-auth', config: asks },
    { name: 'proxy-rewrite', config: { headers: { remove: removed } } },
  ];
}
