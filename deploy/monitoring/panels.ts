/** A query of a panel and what its lines are called. `SEL` as in `Signal`; `PIPE` are the pipelines that were chosen. */
export interface Target {
  readonly query: string;
  readonly legend: string;
}

export interface Panel {
  readonly title: string;
  readonly description: string;
  readonly type: 'timeseries' | 'stat' | 'table';
  /** Of Grafana's units: `reqps`, `s`, `percentunit`, `short`, `bytes`. */
  readonly unit: string;
  readonly targets: readonly Target[];
  /** From this value on it is orange, from that one red. */
  readonly orange?: number;
  readonly red?: number;
}

export interface Row {
  readonly title: string;
  readonly panels: readonly Panel[];
}

const DECISIONS = 'watchword_decisions_total{SEL,PIPE';

/** What stands beside the counts of what is wrong in the first row. */
export const STATE: readonly Panel[] = [
  {
    title: 'Replicas',
    description: 'Replicas that are scraped.',
    type: 'stat',
    unit: 'short',
    targets: [{ query: 'count(watchword_build_info{SEL})', legend: 'replicas' }],
  },
  {
    title: 'Routes',
    description:
      'Route objects that gateways use; invalid: refused for what their annotations say; bypassed: served without a check. Empty where none are watched.',
    type: 'stat',
    unit: 'short',
    targets: ['used', 'invalid', 'bypassed'].map((state) => ({
      query: `sum(max by (namespace, job, kind) (watchword_routes{SEL,state="${state}"})) or 0 * sum(watchword_routes{SEL})`,
      legend: state,
    })),
  },
  {
    title: 'Gateways',
    description:
      'Gateways of routes.gateways by whether something makes them ask. Nothing asks about the routes of an unguarded one.',
    type: 'stat',
    unit: 'short',
    targets: ['guarded', 'unguarded'].map((state) => ({
      query: `sum(max by (namespace, job) (watchword_gateways{SEL,state="${state}"}))`,
      legend: state,
    })),
  },
];

const CALLERS: readonly Panel[] = [
  {
    title: 'Decisions by outcome',
    description: 'What callers got. Pipelines in shadow mode are below.',
    type: 'timeseries',
    unit: 'reqps',
    targets: [
      {
        query: `sum by (outcome) (rate(${DECISIONS},mode="enforce"}[$__rate_interval]))`,
        legend: '{{outcome}}',
      },
    ],
  },
  {
    title: 'Refusals and errors by reason',
    description: 'The README says of each reason what it means and what the caller is told.',
    type: 'timeseries',
    unit: 'reqps',
    targets: [
      {
        query: `sum by (reason) (rate(${DECISIONS},mode="enforce",outcome!="allow"}[$__rate_interval]))`,
        legend: '{{reason}}',
      },
    ],
  },
  {
    title: 'Share of errors by pipeline',
    description: 'Decisions that ended with a 503 or 500, whatever the token.',
    type: 'timeseries',
    unit: 'percentunit',
    red: 0.01,
    targets: [
      {
        query: `sum by (pipeline) (rate(${DECISIONS},mode="enforce",outcome="error"}[$__rate_interval]))
  / sum by (pipeline) (rate(${DECISIONS},mode="enforce"}[$__rate_interval]))
  or 0 * sum by (pipeline) (rate(${DECISIONS},mode="enforce"}[$__rate_interval]))`,
        legend: '{{pipeline}}',
      },
    ],
  },
  {
    title: 'Share of refusals by pipeline',
    description:
      'Decisions that were denied. Pipeline - is what nothing selects: scanners, mostly.',
    type: 'timeseries',
    unit: 'percentunit',
    targets: [
      {
        query: `sum by (pipeline) (rate(${DECISIONS},mode="enforce",outcome="deny"}[$__rate_interval]))
  / sum by (pipeline) (rate(${DECISIONS},mode="enforce"}[$__rate_interval]))`,
        legend: '{{pipeline}}',
      },
    ],
  },
  {
    title: 'Time of a decision',
    description: 'From the parsed request to the decision. The gateway adds the way to and fro.',
    type: 'timeseries',
    unit: 's',
    orange: 0.01,
    red: 0.05,
    targets: [0.5, 0.99].map((quantile) => ({
      query: `histogram_quantile(${quantile}, sum by (le) (rate(watchword_decision_duration_seconds_bucket{SEL}[$__rate_interval])))`,
      legend: `p${quantile * 100}`,
    })),
  },
  {
    title: 'Routes that are refused most',
    description: 'Refusals and errors within the range. Needs metrics.routes: true.',
    type: 'table',
    unit: 'short',
    targets: [
      {
        query:
          'topk(10, sum by (route_namespace, kind, route, reason) (increase(watchword_route_decisions_total{SEL,mode="enforce",outcome!="allow"}[$__range])))',
        legend: '',
      },
    ],
  },
];

const SHADOW: readonly Panel[] = [
  {
    title: 'Shadow: what enforcement would have said',
    description: 'Pipelines with mode: shadow. All of these requests passed.',
    type: 'timeseries',
    unit: 'reqps',
    targets: [
      {
        query: `sum by (pipeline, outcome) (rate(${DECISIONS},mode="shadow"}[$__rate_interval]))`,
        legend: '{{pipeline}} {{outcome}}',
      },
    ],
  },
  {
    title: 'Shadow: would be refused, by reason',
    description: 'Nothing here for a day: the pipeline is ready for mode: enforce.',
    type: 'timeseries',
    unit: 'reqps',
    targets: [
      {
        query: `sum by (pipeline, reason) (rate(${DECISIONS},mode="shadow",outcome!="allow"}[$__rate_interval]))`,
        legend: '{{pipeline}} {{reason}}',
      },
    ],
  },
];

const KEYS: readonly Panel[] = [
  {
    title: 'Tokens seen for the first time',
    description: 'Verifications by result; tokens found in the cache are not among them.',
    type: 'timeseries',
    unit: 'reqps',
    targets: [
      {
        query: 'sum by (issuer, result) (rate(watchword_tokens_total{SEL}[$__rate_interval]))',
        legend: '{{issuer}} {{result}}',
      },
    ],
  },
  {
    title: 'Tokens found in the cache',
    description: 'Where it falls: new tokens for each request, or a cache that is too small.',
    type: 'timeseries',
    unit: 'percentunit',
    targets: [
      {
        query: `sum(rate(watchword_token_cache_lookups_total{SEL,result="hit"}[$__rate_interval]))
  / sum(rate(watchword_token_cache_lookups_total{SEL}[$__rate_interval]))`,
        legend: 'hits',
      },
    ],
  },
  {
    title: 'Age of the keys, as a share of maxStale',
    description: 'At 100 % the tokens of the issuer are answered with 503.',
    type: 'timeseries',
    unit: 'percentunit',
    orange: 0.25,
    red: 0.5,
    targets: [
      {
        query: `max by (issuer) ((time() - watchword_jwks_last_success_timestamp_seconds{SEL}) / watchword_jwks_max_stale_seconds{SEL}
  and on (namespace, job, pod, instance, issuer) watchword_jwks_keys{SEL} > 0)`,
        legend: '{{issuer}}',
      },
    ],
  },
  {
    title: 'Fetches of keys',
    description: 'By result; suppressed are those that a token asked for and that were not made.',
    type: 'timeseries',
    unit: 'reqps',
    targets: [
      {
        query:
          'sum by (issuer, result) (rate(watchword_jwks_fetches_total{SEL}[$__rate_interval]))',
        legend: '{{issuer}} {{result}}',
      },
      {
        query:
          'sum by (issuer, cause) (rate(watchword_jwks_fetches_suppressed_total{SEL}[$__rate_interval]))',
        legend: '{{issuer}} suppressed: {{cause}}',
      },
    ],
  },
];

const GATEWAYS: readonly Panel[] = [
  {
    title: 'Calls over gRPC by code',
    description: 'What gateways were told. Canceled: the gateway did not wait for the answer.',
    type: 'timeseries',
    unit: 'reqps',
    targets: [
      {
        query:
          'sum by (grpc_method, grpc_code) (rate(grpc_server_handled_total{SEL,grpc_service="envoy.service.auth.v3.Authorization"}[$__rate_interval]))',
        legend: '{{grpc_method}} {{grpc_code}}',
      },
    ],
  },
  {
    title: 'Refused without a decision',
    description: 'Calls and connections by cause: not a trusted gateway, no check, or too many.',
    type: 'timeseries',
    unit: 'reqps',
    targets: ['grpc', 'http'].map((listener) => ({
      query: `sum by (cause) (rate(watchword_${listener}_refused_total{SEL}[$__rate_interval])) > 0`,
      legend: `${listener} {{cause}}`,
    })),
  },
  {
    title: 'Probes',
    description: '1 where a request without a token got the 401 of Watchword through the gateway.',
    type: 'timeseries',
    unit: 'short',
    targets: [{ query: 'min by (probe) (watchword_probe_success{SEL})', legend: '{{probe}}' }],
  },
  {
    title: 'Log lines that were left out',
    description: 'Suppressed: too many came at once. Dropped: nobody read them.',
    type: 'timeseries',
    unit: 'short',
    targets: [
      {
        query:
          'sum by (pipeline) (rate(watchword_log_lines_suppressed_total{SEL}[$__rate_interval]))',
        legend: 'suppressed: {{pipeline}}',
      },
      {
        query: 'sum by (sink) (rate(watchword_log_lines_dropped_total{SEL}[$__rate_interval]))',
        legend: 'dropped: {{sink}}',
      },
    ],
  },
];

const PROCESS: readonly Panel[] = [
  {
    title: 'CPU',
    description: 'One thread decides: at 1 core a replica is at its limit.',
    type: 'timeseries',
    unit: 'short',
    orange: 0.7,
    red: 0.9,
    targets: [
      {
        query:
          'sum by (pod, instance) (rate(process_cpu_seconds_total{SEL}[$__rate_interval]) and on (pod, instance) watchword_build_info{SEL})',
        legend: '{{pod}} {{instance}}',
      },
    ],
  },
  {
    title: 'Memory',
    description: 'Resident memory. It is bounded by tokenCache, connections and calls.',
    type: 'timeseries',
    unit: 'bytes',
    targets: [
      {
        query:
          'process_resident_memory_bytes{SEL} and on (pod, instance) watchword_build_info{SEL}',
        legend: '{{pod}} {{instance}}',
      },
    ],
  },
];

/** The rows below the first. */
export const ROWS: readonly Row[] = [
  { title: 'What callers get', panels: CALLERS },
  { title: 'Shadow mode', panels: SHADOW },
  { title: 'Keys and tokens', panels: KEYS },
  { title: 'Gateways', panels: GATEWAYS },
  { title: 'Process', panels: PROCESS },
];
