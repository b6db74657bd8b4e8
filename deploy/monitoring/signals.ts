import type { Signal } from './signal.ts';

const DAY = 86_400;
/** A release: the series of one installation, as its ServiceMonitor or PodMonitor labels them. */
const RELEASE = 'namespace, job';

/** Requests per second that were refused before a decision was made, over gRPC and over HTTP. */
const refusedBy = (causes: string): string =>
  `sum by (${RELEASE}, listener, cause) (
    label_replace(rate(watchword_grpc_refused_total{SEL,cause=~"${causes}"}[5m]), "listener", "grpc", "", "")
      or label_replace(rate(watchword_http_refused_total{SEL,cause=~"${causes}"}[5m]), "listener", "http", "", "")
  )`;

const SERVING: readonly Signal[] = [
  {
    alert: 'WatchwordAbsent',
    // Whatever was seen within a day is missed; where nothing ever was, the absence as such.
    value: `(group by (${RELEASE}) (present_over_time(watchword_build_info{SEL}[1d]))
    unless group by (${RELEASE}) (watchword_build_info{SEL}))
  or (absent(watchword_build_info{SEL}) unless on () group(present_over_time(watchword_build_info{SEL}[1d])))`,
    fires: '== 1',
    for: '5m',
    severity: 'critical',
    summary: 'A Watchword is not scraped any more',
    description:
      'Prometheus has seen no Watchword of {{ $labels.namespace }}/{{ $labels.job }} for 5 minutes. Gateways that fail closed refuse every request while none runs.',
    counted: 'Releases gone',
  },
  {
    alert: 'WatchwordNoneReady',
    value: `sum by (${RELEASE}) (watchword_ready{SEL})`,
    fires: '== 0',
    for: '2m',
    severity: 'critical',
    summary: 'No replica is ready',
    description:
      'Every replica of {{ $labels.namespace }}/{{ $labels.job }} says that it is not ready, so no gateway asks one: gateways that fail closed refuse every request.',
  },
  {
    alert: 'WatchwordNotReady',
    value: 'watchword_ready{SEL}',
    fires: '== 0',
    for: '10m',
    severity: 'warning',
    summary: 'A replica is not ready',
    description: '{{ $labels.instance }} has not been ready for 10 minutes. /readyz says why.',
    counted: 'Replicas not ready',
  },
  {
    alert: 'WatchwordErrors',
    // By pipeline, so that a small one that errs is seen beside a big one.
    value: `sum by (${RELEASE}, pipeline, reason) (rate(watchword_decisions_total{SEL,outcome="error",mode="enforce"}[5m]))
  / ignoring (reason) group_left
    sum by (${RELEASE}, pipeline) (rate(watchword_decisions_total{SEL,mode="enforce"}[5m]))`,
    fires: '> 0.01',
    for: '5m',
    severity: 'critical',
    summary: 'More than 1 % of the decisions of a pipeline are errors',
    description:
      '{{ $value | humanizePercentage }} of the decisions of pipeline {{ $labels.pipeline }} end with {{ $labels.reason }}: callers get a 503 or 500 whatever their token.',
    counted: 'Pipelines with errors',
  },
  {
    alert: 'WatchwordRefusals',
    // Pipeline `-` is what nothing selects: scanners, mostly.
    value: `sum by (${RELEASE}, pipeline) (rate(watchword_decisions_total{SEL,outcome="deny",mode="enforce",pipeline!="-"}[10m]))
  / sum by (${RELEASE}, pipeline) (rate(watchword_decisions_total{SEL,mode="enforce",pipeline!="-"}[10m]))`,
    fires: `> 0.5
  and sum by (${RELEASE}, pipeline) (rate(watchword_decisions_total{SEL,mode="enforce",pipeline!="-"}[10m])) > 0.05`,
    for: '15m',
    severity: 'warning',
    summary: 'Most requests of a pipeline are refused',
    description:
      '{{ $value | humanizePercentage }} of the requests of pipeline {{ $labels.pipeline }} are refused. The label reason of watchword_decisions_total says why.',
  },
  {
    alert: 'WatchwordRouteRefused',
    value: `sum by (${RELEASE}, reason) (rate(watchword_decisions_total{SEL,mode="enforce",reason=~"pipeline_unknown|pipeline_forbidden|pipeline_conflict|route_policy_invalid"}[5m]))`,
    fires: '> 0',
    for: '5m',
    severity: 'warning',
    summary: 'A route names a policy that it cannot have',
    description:
      'Requests are refused with {{ $labels.reason }}: an annotation or a context extension is wrong.',
  },
  {
    alert: 'WatchwordSlow',
    value: `histogram_quantile(0.99, sum by (${RELEASE}, le) (rate(watchword_decision_duration_seconds_bucket{SEL}[5m])))`,
    fires: '> 0.05',
    for: '10m',
    severity: 'warning',
    summary: 'Decisions are slow',
    description: 'One decision in a hundred takes longer than {{ $value | humanizeDuration }}.',
  },
];

const KEYS: readonly Signal[] = [
  {
    alert: 'WatchwordKeysMissing',
    value: 'watchword_jwks_keys{SEL}',
    fires: '== 0',
    for: '2m',
    severity: 'critical',
    summary: 'An issuer has no usable key',
    description:
      '{{ $labels.instance }} has no key of issuer {{ $labels.issuer }}: all its tokens are answered with 503.',
    counted: 'Issuers without keys',
  },
  {
    alert: 'WatchwordKeysStale',
    value: 'watchword_jwks_stale{SEL}',
    fires: '== 1',
    for: '15m',
    severity: 'warning',
    summary: 'The keys of an issuer cannot be refreshed',
    description:
      '{{ $labels.instance }} still serves the last good keys of issuer {{ $labels.issuer }}. After maxStale its tokens are refused, and until then a rotation is not seen.',
    counted: 'Issuers with stale keys',
  },
  {
    alert: 'WatchwordKeysRunOut',
    value:
      '(time() - watchword_jwks_last_success_timestamp_seconds{SEL}) / watchword_jwks_max_stale_seconds{SEL}',
    fires: `> 0.5
  and on (${RELEASE}, pod, instance, issuer) watchword_jwks_keys{SEL} > 0`,
    for: '1m',
    severity: 'critical',
    summary: 'The keys of an issuer are about to be dropped',
    description:
      '{{ $labels.instance }} has not read the keys of issuer {{ $labels.issuer }} for {{ $value | humanizePercentage }} of maxStale. At 100 % all its tokens are answered with 503.',
  },
  {
    alert: 'WatchwordKeyEnds',
    value: 'watchword_key_not_after_timestamp_seconds{SEL} - time()',
    fires: `< ${14 * DAY}`,
    for: '1h',
    severity: 'warning',
    summary: 'A certificate among the keys of an issuer ends',
    description:
      '{{ $labels.instance }}: a certificate among the keys of issuer {{ $labels.issuer }} ends in {{ $value | humanizeDuration }}.',
    counted: 'Keys that end within 14 days',
  },
];

const CONFIGURATION: readonly Signal[] = [
  {
    alert: 'WatchwordReloadFailed',
    value: 'watchword_config_last_reload_successful{SEL}',
    fires: '== 0',
    for: '1m',
    severity: 'warning',
    summary: 'A change of the configuration was not taken over',
    description:
      '{{ $labels.instance }} keeps the configuration before the change: the new one is wrong. A pod that starts now would not come up.',
    counted: 'Reloads failed',
  },
  {
    alert: 'WatchwordConfigDiffers',
    value: `count by (${RELEASE}) (count by (${RELEASE}, hash) (watchword_config_info{SEL}))`,
    fires: '> 1',
    for: '15m',
    severity: 'warning',
    summary: 'Replicas run different configurations',
    description:
      '{{ $value }} configurations run in {{ $labels.namespace }}/{{ $labels.job }}: what a request gets depends on the replica that is asked.',
    counted: 'Releases with two configurations',
  },
  {
    alert: 'WatchwordDevIssuer',
    value: 'watchword_dev_issuers{SEL}',
    fires: '> 0',
    for: '1h',
    severity: 'warning',
    summary: 'Tokens of dev-issuer are accepted',
    description:
      '{{ $labels.instance }} accepts keys of watchword dev-issuer, which gives a token to anyone.',
  },
];

const PEERS: readonly Signal[] = [
  {
    alert: 'WatchwordCertificateEnds',
    value: 'watchword_certificate_not_after_timestamp_seconds{SEL} - time()',
    fires: `< ${3 * DAY}`,
    for: '1h',
    severity: 'warning',
    summary: 'The certificate of a listener ends',
    description:
      '{{ $labels.instance }}: the certificate of listener {{ $labels.listener }} ends in {{ $value | humanizeDuration }}. Gateways cannot ask after that.',
    counted: 'Certificates that end within 3 days',
  },
  {
    alert: 'WatchwordCertificateReloadFailed',
    value: 'watchword_certificate_last_reload_successful{SEL}',
    fires: '== 0',
    for: '1m',
    severity: 'warning',
    summary: 'A new certificate was not taken over',
    description:
      '{{ $labels.instance }} keeps the certificate before it on listener {{ $labels.listener }}: the new files are wrong.',
    counted: 'Certificate reloads failed',
  },
  {
    alert: 'WatchwordUntrustedPeers',
    value: refusedBy('untrusted_peer|tls'),
    fires: '> 0',
    for: '10m',
    severity: 'warning',
    summary: 'Somebody who is not a trusted gateway asks',
    description:
      '{{ $value | humanize }} requests a second over {{ $labels.listener }} are refused with cause {{ $labels.cause }}: a gateway that is not in http.trustedPeers or shows no certificate, or somebody else.',
  },
  {
    alert: 'WatchwordCallsRefused',
    value: refusedBy('calls|calls_of_method|connections|waiting'),
    fires: '> 0',
    for: '5m',
    severity: 'warning',
    summary: 'Calls are refused because there are too many',
    description:
      '{{ $value | humanize }} calls or connections a second over {{ $labels.listener }} are refused with cause {{ $labels.cause }}: a limit of `limits` is reached.',
  },
  {
    alert: 'WatchwordProbeFailed',
    value: `min by (${RELEASE}, probe) (watchword_probe_success{SEL})`,
    fires: '== 0',
    for: '2m',
    severity: 'critical',
    summary: 'A route is not guarded, so far as its probe can tell',
    description:
      'The probe {{ $labels.probe }} asks through the gateway without a token and does not get the 401 of Watchword.',
    counted: 'Probes failed',
  },
];

const ROUTES: readonly Signal[] = [
  {
    alert: 'WatchwordRoutesInvalid',
    value: `max by (${RELEASE}, kind) (watchword_routes{SEL,state="invalid"})`,
    fires: '> 0',
    for: '10m',
    severity: 'warning',
    summary: 'Routes have wrong annotations',
    description:
      '{{ $value }} objects of kind {{ $labels.kind }} have a wrong watchword.dev annotation; their requests are refused.',
  },
  {
    alert: 'WatchwordRoutesBypassed',
    value: `max by (${RELEASE}, kind) (watchword_routes{SEL,state="bypassed"})`,
    fires: '> 0',
    for: '1m',
    severity: 'critical',
    summary: 'Routes are not protected',
    description:
      'The gateway does not ask Watchword about all requests of {{ $value }} objects of kind {{ $labels.kind }}: Events name them.',
  },
  {
    alert: 'WatchwordGatewayUnguarded',
    value: `max by (${RELEASE}) (watchword_gateways{SEL,state="unguarded"})`,
    fires: '> 0',
    for: '1m',
    severity: 'critical',
    summary: 'A Gateway does not ask',
    description:
      'Nothing makes {{ $value }} Gateways of config.routes.gateways ask Watchword: their routes are open.',
  },
  {
    alert: 'WatchwordRoutesStale',
    value:
      '(time() - watchword_routes_last_sync_timestamp_seconds{SEL}) / watchword_routes_max_stale_seconds{SEL}',
    fires: '> 0.5',
    for: '30s',
    severity: 'critical',
    summary: 'Routes are not followed any more',
    description:
      '{{ $labels.instance }} has not seen the API server for {{ $value | humanizePercentage }} of routes.maxStale: changed annotations do not count. At 100 % it stops being ready.',
    counted: 'Replicas with stale routes',
  },
];

/** Everything that is watched. The alerts, the first row of the dashboard and the runbooks follow from it. */
export const SIGNALS: readonly Signal[] = [
  ...SERVING,
  ...KEYS,
  ...CONFIGURATION,
  ...PEERS,
  ...ROUTES,
];
