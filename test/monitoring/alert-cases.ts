/** One alert: series that must raise it, and series so close to them that they must not. Values as promtool writes them. */
export interface AlertCase {
  readonly alert: string;
  /** When it fires; it must still fire after four hours of the same. */
  readonly at: string;
  readonly fires: Series;
  readonly silent: Series;
  /** Labels of the alert besides its name and severity. */
  readonly labels: Readonly<Record<string, string>>;
}

type Series = Readonly<Record<string, string>>;

const RELEASE = { namespace: 'gate', job: 'watchword' } as const;
const POD = { ...RELEASE, pod: 'a', instance: '10.0.0.1:9190' } as const;
const written = (labels: Readonly<Record<string, string>>): string =>
  Object.entries(labels)
    .map(([name, value]) => `${name}="${value}"`)
    .join(',');
const IN_RELEASE = written(RELEASE);
const ON_POD = written(POD);

const decisions = (labels: string): string => `watchword_decisions_total{${IN_RELEASE},${labels}}`;
/** So many a minute, for longer than anybody looks. */
const rising = (perMinute: number): string => `0+${perMinute}x300`;
const steady = (value: number): string => `${value}x300`;

const ERROR = 'outcome="error",reason="keys_unavailable"';
const VERIFIED = 'outcome="allow",reason="verified"';
const EXPIRED = 'outcome="deny",reason="token_expired"';

/** A gauge of one pod that raises its alert by one value and not by another. */
function onPod(
  alert: string,
  at: string,
  metric: string,
  [fires, silent]: readonly [fires: string, silent: string],
  more: Readonly<Record<string, string>> = {},
): AlertCase {
  const series = `${metric}{${written({ ...POD, ...more })}}`;
  return {
    alert,
    at,
    fires: { [series]: fires },
    silent: { [series]: silent },
    labels: { ...POD, ...more },
  };
}

export const ALERT_CASES: readonly AlertCase[] = [
  {
    alert: 'WatchwordAbsent',
    at: '20m',
    // Another release that is there hides nothing.
    fires: {
      [`watchword_build_info{${IN_RELEASE}}`]: '1x9 stale',
      'watchword_build_info{namespace="other",job="watchword"}': steady(1),
    },
    silent: { [`watchword_build_info{${IN_RELEASE}}`]: steady(1) },
    labels: RELEASE,
  },
  {
    alert: 'WatchwordNoneReady',
    at: '5m',
    fires: { [`watchword_ready{${ON_POD}}`]: steady(0) },
    silent: {
      [`watchword_ready{${ON_POD}}`]: steady(0),
      [`watchword_ready{${IN_RELEASE},pod="b"}`]: steady(1),
    },
    labels: RELEASE,
  },
  onPod('WatchwordNotReady', '15m', 'watchword_ready', [steady(0), '0x8 1x290']),
  {
    alert: 'WatchwordErrors',
    at: '15m',
    // A small pipeline that errs beside a big one that does not.
    fires: {
      [decisions(`pipeline="small",${ERROR},mode="enforce"`)]: rising(1),
      [decisions(`pipeline="small",${VERIFIED},mode="enforce"`)]: rising(9),
      [decisions(`pipeline="big",${VERIFIED},mode="enforce"`)]: rising(60_000),
    },
    // Few of many, and in shadow mode all, which nobody notices.
    silent: {
      [decisions(`pipeline="small",${ERROR},mode="enforce"`)]: rising(1),
      [decisions(`pipeline="small",${VERIFIED},mode="enforce"`)]: rising(199),
      [decisions(`pipeline="shadow",${ERROR},mode="shadow"`)]: rising(100),
    },
    labels: { ...RELEASE, pipeline: 'small', reason: 'keys_unavailable' },
  },
  {
    alert: 'WatchwordRefusals',
    at: '40m',
    fires: {
      [decisions(`pipeline="billings",${EXPIRED},mode="enforce"`)]: rising(12),
      [decisions(`pipeline="billings",${VERIFIED},mode="enforce"`)]: rising(6),
    },
    // Scanners, a shadow, and a pipeline that lets most pass.
    silent: {
      [decisions('pipeline="-",outcome="deny",reason="pipeline_missing",mode="enforce"')]:
        rising(6_000),
      [decisions(`pipeline="shadow",${EXPIRED},mode="shadow"`)]: rising(120),
      [decisions(`pipeline="billings",${EXPIRED},mode="enforce"`)]: rising(6),
      [decisions(`pipeline="billings",${VERIFIED},mode="enforce"`)]: rising(12),
    },
    labels: { ...RELEASE, pipeline: 'billings' },
  },
  {
    alert: 'WatchwordRouteRefused',
    at: '15m',
    fires: {
      [decisions('pipeline="-",outcome="deny",reason="pipeline_unknown",mode="enforce"')]:
        rising(1),
    },
    silent: {
      [decisions('pipeline="-",outcome="deny",reason="pipeline_missing",mode="enforce"')]:
        rising(1),
    },
    labels: { ...RELEASE, reason: 'pipeline_unknown' },
  },
  {
    alert: 'WatchwordSlow',
    at: '20m',
    fires: {
      [`watchword_decision_duration_seconds_bucket{${IN_RELEASE},le="0.05"}`]: rising(90),
      [`watchword_decision_duration_seconds_bucket{${IN_RELEASE},le="0.15"}`]: rising(100),
      [`watchword_decision_duration_seconds_bucket{${IN_RELEASE},le="+Inf"}`]: rising(100),
    },
    silent: {
      [`watchword_decision_duration_seconds_bucket{${IN_RELEASE},le="0.05"}`]: rising(100),
      [`watchword_decision_duration_seconds_bucket{${IN_RELEASE},le="0.15"}`]: rising(100),
      [`watchword_decision_duration_seconds_bucket{${IN_RELEASE},le="+Inf"}`]: rising(100),
    },
    labels: RELEASE,
  },
  onPod('WatchwordKeysMissing', '5m', 'watchword_jwks_keys', [steady(0), steady(1)], {
    issuer: 'auth0',
  }),
  onPod('WatchwordKeysStale', '20m', 'watchword_jwks_stale', [steady(1), '1x10 0x290'], {
    issuer: 'auth0',
  }),
  {
    alert: 'WatchwordKeysRunOut',
    at: '35m',
    fires: {
      [`watchword_jwks_last_success_timestamp_seconds{${ON_POD},issuer="auth0"}`]: steady(0),
      [`watchword_jwks_max_stale_seconds{${ON_POD},issuer="auth0"}`]: steady(3_600),
      [`watchword_jwks_keys{${ON_POD},issuer="auth0"}`]: steady(2),
    },
    // One that is read, and one that never had a key, which is another alert.
    silent: {
      [`watchword_jwks_last_success_timestamp_seconds{${ON_POD},issuer="auth0"}`]: '0+60x300',
      [`watchword_jwks_max_stale_seconds{${ON_POD},issuer="auth0"}`]: steady(3_600),
      [`watchword_jwks_keys{${ON_POD},issuer="auth0"}`]: steady(2),
      [`watchword_jwks_last_success_timestamp_seconds{${ON_POD},issuer="never"}`]: steady(0),
      [`watchword_jwks_max_stale_seconds{${ON_POD},issuer="never"}`]: steady(3_600),
      [`watchword_jwks_keys{${ON_POD},issuer="never"}`]: steady(0),
    },
    labels: { ...POD, issuer: 'auth0' },
  },
  onPod(
    'WatchwordKeyEnds',
    '70m',
    'watchword_key_not_after_timestamp_seconds',
    [steady(10 * 86_400), steady(30 * 86_400)],
    { issuer: 'certified' },
  ),
  onPod('WatchwordReloadFailed', '10m', 'watchword_config_last_reload_successful', [
    '1 1 1 0x300',
    '1 1 1 0 1x300',
  ]),
  {
    alert: 'WatchwordConfigDiffers',
    at: '20m',
    fires: {
      [`watchword_config_info{${IN_RELEASE},pod="a",hash="1"}`]: steady(1),
      [`watchword_config_info{${IN_RELEASE},pod="b",hash="2"}`]: steady(1),
    },
    // Two releases may differ.
    silent: {
      [`watchword_config_info{${IN_RELEASE},pod="a",hash="1"}`]: steady(1),
      [`watchword_config_info{${IN_RELEASE},pod="b",hash="1"}`]: steady(1),
      'watchword_config_info{namespace="gate",job="other",pod="c",hash="2"}': steady(1),
    },
    labels: RELEASE,
  },
  onPod('WatchwordDevIssuer', '70m', 'watchword_dev_issuers', [steady(1), steady(0)]),
  onPod(
    'WatchwordCertificateEnds',
    '70m',
    'watchword_certificate_not_after_timestamp_seconds',
    [steady(2 * 86_400), steady(5 * 86_400)],
    { listener: 'grpc' },
  ),
  onPod(
    'WatchwordCertificateReloadFailed',
    '10m',
    'watchword_certificate_last_reload_successful',
    ['1 1 1 0x300', '1 1 1 0 1x300'],
    { listener: 'grpc' },
  ),
  {
    alert: 'WatchwordUntrustedPeers',
    at: '20m',
    fires: { [`watchword_http_refused_total{${IN_RELEASE},cause="untrusted_peer"}`]: rising(1) },
    // One port scan, and requests that are no checks.
    silent: {
      [`watchword_http_refused_total{${IN_RELEASE},cause="untrusted_peer"}`]: '0x5 40x290',
      [`watchword_http_refused_total{${IN_RELEASE},cause="unknown_url"}`]: rising(10),
    },
    labels: { ...RELEASE, listener: 'http', cause: 'untrusted_peer' },
  },
  {
    alert: 'WatchwordCallsRefused',
    at: '15m',
    fires: {
      [`watchword_grpc_refused_total{${IN_RELEASE},cause="connections"}`]: rising(30),
      [`watchword_http_refused_total{${IN_RELEASE},cause="connections"}`]: steady(0),
    },
    silent: { [`watchword_grpc_refused_total{${IN_RELEASE},cause="compressed"}`]: rising(30) },
    labels: { ...RELEASE, listener: 'grpc', cause: 'connections' },
  },
  {
    alert: 'WatchwordProbeFailed',
    at: '10m',
    fires: {
      [`watchword_probe_success{${IN_RELEASE},pod="a",probe="shop"}`]: steady(1),
      [`watchword_probe_success{${IN_RELEASE},pod="b",probe="shop"}`]: steady(0),
    },
    silent: {
      [`watchword_probe_success{${IN_RELEASE},pod="a",probe="shop"}`]: steady(1),
      [`watchword_probe_success{${IN_RELEASE},pod="b",probe="shop"}`]: steady(1),
    },
    labels: { ...RELEASE, probe: 'shop' },
  },
  {
    alert: 'WatchwordRoutesInvalid',
    at: '15m',
    fires: { [`watchword_routes{${ON_POD},kind="Ingress",state="invalid"}`]: steady(2) },
    silent: { [`watchword_routes{${ON_POD},kind="Ingress",state="used"}`]: steady(2) },
    labels: { ...RELEASE, kind: 'Ingress' },
  },
  {
    alert: 'WatchwordRoutesBypassed',
    at: '5m',
    fires: { [`watchword_routes{${ON_POD},kind="HTTPProxy",state="bypassed"}`]: steady(1) },
    silent: { [`watchword_routes{${ON_POD},kind="HTTPProxy",state="bypassed"}`]: steady(0) },
    labels: { ...RELEASE, kind: 'HTTPProxy' },
  },
  {
    alert: 'WatchwordGatewayUnguarded',
    at: '5m',
    fires: { [`watchword_gateways{${ON_POD},state="unguarded"}`]: steady(1) },
    silent: { [`watchword_gateways{${ON_POD},state="unguarded"}`]: steady(0) },
    labels: RELEASE,
  },
  {
    alert: 'WatchwordRoutesStale',
    // Before readiness ends, which is after 5 minutes here.
    at: '4m',
    fires: {
      [`watchword_routes_last_sync_timestamp_seconds{${ON_POD}}`]: steady(0),
      [`watchword_routes_max_stale_seconds{${ON_POD}}`]: steady(300),
    },
    silent: {
      [`watchword_routes_last_sync_timestamp_seconds{${ON_POD}}`]: '0+60x300',
      [`watchword_routes_max_stale_seconds{${ON_POD}}`]: steady(300),
    },
    labels: POD,
  },
];
