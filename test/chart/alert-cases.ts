/** One alert: series that must raise it, and series so close to them that they must not. Values as promtool writes them. */
export interface AlertCase {
  readonly alert: string;
  /** When it is looked at. */
  readonly at: string;
  readonly fires: Series;
  readonly silent: Series;
  /** Labels of the alert besides its name and severity. */
  readonly labels: Readonly<Record<string, string>>;
}

type Series = Readonly<Record<string, string>>;

const decisions = (labels: string): string =>
  `watchword_decisions_total{namespace="gate",${labels}}`;
const ON_POD = 'namespace="gate",pod="a",instance="10.0.0.1:9190"';
const POD = { namespace: 'gate', pod: 'a', instance: '10.0.0.1:9190' } as const;

export const ALERT_CASES: readonly AlertCase[] = [
  {
    alert: 'WatchwordAbsent',
    at: '10m',
    fires: { 'up{job="other"}': '1x20' },
    silent: { 'watchword_build_info{namespace="gate"}': '1x20' },
    labels: {},
  },
  {
    alert: 'WatchwordErrors',
    at: '15m',
    fires: {
      [decisions('outcome="error",reason="keys_unavailable",mode="enforce"')]: '0+2x20',
      [decisions('outcome="allow",reason="verified",mode="enforce"')]: '0+98x20',
    },
    silent: {
      [decisions('outcome="error",reason="keys_unavailable",mode="enforce"')]: '0+1x20',
      [decisions('outcome="allow",reason="verified",mode="enforce"')]: '0+199x20',
    },
    labels: { namespace: 'gate', reason: 'keys_unavailable' },
  },
  {
    alert: 'WatchwordRefusals',
    at: '40m',
    fires: {
      [decisions('pipeline="billings",outcome="deny",reason="token_expired",mode="enforce"')]:
        '0+120x60',
      [decisions('pipeline="billings",outcome="allow",reason="verified",mode="enforce"')]:
        '0+60x60',
    },
    silent: {
      [decisions('pipeline="billings",outcome="deny",reason="token_expired",mode="enforce"')]:
        '0+60x60',
      [decisions('pipeline="billings",outcome="allow",reason="verified",mode="enforce"')]:
        '0+120x60',
    },
    labels: { namespace: 'gate', pipeline: 'billings' },
  },
  {
    alert: 'WatchwordRouteRefused',
    at: '15m',
    fires: {
      [decisions('pipeline="-",outcome="deny",reason="pipeline_unknown",mode="enforce"')]: '0+1x20',
    },
    silent: {
      [decisions('pipeline="-",outcome="deny",reason="pipeline_missing",mode="enforce"')]: '0+1x20',
    },
    labels: { namespace: 'gate', reason: 'pipeline_unknown' },
  },
  {
    alert: 'WatchwordSlow',
    at: '20m',
    fires: {
      'watchword_decision_duration_seconds_bucket{namespace="gate",le="0.05"}': '0+90x30',
      'watchword_decision_duration_seconds_bucket{namespace="gate",le="0.15"}': '0+100x30',
      'watchword_decision_duration_seconds_bucket{namespace="gate",le="+Inf"}': '0+100x30',
    },
    silent: {
      'watchword_decision_duration_seconds_bucket{namespace="gate",le="0.05"}': '0+100x30',
      'watchword_decision_duration_seconds_bucket{namespace="gate",le="0.15"}': '0+100x30',
      'watchword_decision_duration_seconds_bucket{namespace="gate",le="+Inf"}': '0+100x30',
    },
    labels: { namespace: 'gate' },
  },
  {
    alert: 'WatchwordKeysMissing',
    at: '5m',
    fires: { [`watchword_jwks_keys{${ON_POD},issuer="auth0"}`]: '0x20' },
    silent: { [`watchword_jwks_keys{${ON_POD},issuer="auth0"}`]: '1x20' },
    labels: { ...POD, issuer: 'auth0' },
  },
  {
    alert: 'WatchwordKeysStale',
    at: '20m',
    fires: { [`watchword_jwks_stale{${ON_POD},issuer="auth0"}`]: '1x30' },
    silent: { [`watchword_jwks_stale{${ON_POD},issuer="auth0"}`]: '1x10 0x20' },
    labels: { ...POD, issuer: 'auth0' },
  },
  {
    alert: 'WatchwordReloadFailed',
    at: '10m',
    fires: {
      [`watchword_config_reloads_total{${ON_POD},result="failure"}`]: '0 0 0 1x20',
      [`watchword_config_last_success_timestamp_seconds{${ON_POD}}`]: '0x30',
    },
    silent: {
      [`watchword_config_reloads_total{${ON_POD},result="success"}`]: '0 0 0 1x20',
      [`watchword_config_last_success_timestamp_seconds{${ON_POD}}`]: '0x30',
    },
    labels: { ...POD, result: 'failure' },
  },
  {
    alert: 'WatchwordConfigDiffers',
    at: '20m',
    fires: {
      'watchword_config_info{namespace="gate",pod="a",hash="1"}': '1x30',
      'watchword_config_info{namespace="gate",pod="b",hash="2"}': '1x30',
    },
    silent: {
      'watchword_config_info{namespace="gate",pod="a",hash="1"}': '1x30',
      'watchword_config_info{namespace="gate",pod="b",hash="1"}': '1x30',
    },
    labels: { namespace: 'gate' },
  },
  {
    alert: 'WatchwordProbeFailed',
    at: '10m',
    fires: {
      'watchword_probe_success{namespace="gate",pod="a",probe="shop"}': '1x20',
      'watchword_probe_success{namespace="gate",pod="b",probe="shop"}': '0x20',
    },
    silent: {
      'watchword_probe_success{namespace="gate",pod="a",probe="shop"}': '1x20',
      'watchword_probe_success{namespace="gate",pod="b",probe="shop"}': '1x20',
    },
    labels: { namespace: 'gate', probe: 'shop' },
  },
  {
    alert: 'WatchwordDevIssuer',
    at: '70m',
    fires: { [`watchword_dev_issuers{${ON_POD}}`]: '1x80' },
    silent: { [`watchword_dev_issuers{${ON_POD}}`]: '0x80' },
    labels: POD,
  },
  {
    alert: 'WatchwordRoutesInvalid',
    at: '15m',
    fires: { [`watchword_routes{${ON_POD},kind="Ingress",state="invalid"}`]: '2x30' },
    silent: { [`watchword_routes{${ON_POD},kind="Ingress",state="used"}`]: '2x30' },
    labels: { namespace: 'gate', kind: 'Ingress' },
  },
  {
    alert: 'WatchwordRoutesBypassed',
    at: '5m',
    fires: { [`watchword_routes{${ON_POD},kind="HTTPProxy",state="bypassed"}`]: '1x30' },
    silent: { [`watchword_routes{${ON_POD},kind="HTTPProxy",state="bypassed"}`]: '0x30' },
    labels: { namespace: 'gate', kind: 'HTTPProxy' },
  },
  {
    alert: 'WatchwordGatewayUnguarded',
    at: '5m',
    fires: { [`watchword_gateways{${ON_POD},state="unguarded"}`]: '1x30' },
    silent: { [`watchword_gateways{${ON_POD},state="unguarded"}`]: '0x30' },
    labels: { namespace: 'gate' },
  },
  {
    alert: 'WatchwordRoutesStale',
    at: '10m',
    fires: { [`watchword_routes_last_sync_timestamp_seconds{${ON_POD}}`]: '0x30' },
    silent: { [`watchword_routes_last_sync_timestamp_seconds{${ON_POD}}`]: '0+60x30' },
    labels: POD,
  },
];
