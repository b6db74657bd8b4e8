/**
 * What the console's API answers, for the page and for programs; docs/operations/console.md describes it. Times are milliseconds
 * since the epoch. No answer has a token or a secret in it.
 */

/** `GET /api/overview`: what runs here. */
export interface Overview {
  readonly version: string;
  readonly node: string;
  /** The name of the machine; in Kubernetes that of the pod. */
  readonly host: string;
  readonly started: number;
  readonly now: number;
  readonly ready: boolean;
  readonly checks: readonly {
    readonly name: string;
    readonly ready: boolean;
    readonly detail?: string;
  }[];
  readonly cache: {
    readonly entries: number;
    readonly mostEntries: number;
    readonly mostBytes: number;
    readonly hits: number;
    readonly misses: number;
  };
}

/** One series of `watchword_decisions_total`. */
export interface DecisionSeries {
  /** `-` where none was found. */
  readonly pipeline: string;
  readonly outcome: string;
  readonly reason: string;
  readonly mode: string;
  /** Since the start. */
  readonly total: number;
  /** One count for each of the last intervals, the oldest first; the last one has not ended. */
  readonly recent: readonly number[];
}

/** `GET /api/decisions`: the last hour. */
export interface Decisions {
  /** Milliseconds of an interval. */
  readonly interval: number;
  /** When the last interval of `recent` began. */
  readonly since: number;
  readonly series: readonly DecisionSeries[];
  /** Series that are counted by Prometheus and not kept here. */
  readonly notKept: number;
}

/** A refusal, as the decision log has it. */
export interface RecentRefusal {
  readonly at: number;
  readonly outcome: string;
  readonly reason: string;
  readonly mode: string;
  readonly pipeline: string | null;
  /** `Kind/namespace/name`. */
  readonly route: string | null;
  readonly issuer: string | null;
  readonly detail: string;
  readonly method: string | null;
  readonly host: string | null;
  /** Without its query. */
  readonly path: string | null;
  /** The request id that the gateway sent. */
  readonly request: string | null;
}

/** `GET /api/refusals`: the latest first. */
export interface Refusals {
  readonly refusals: readonly RecentRefusal[];
  /** Refusals since the start that came too fast to be kept. */
  readonly notKept: number;
}

/** A route object and what it says. */
export interface RouteUse {
  /** `Kind/namespace/name`. */
  readonly route: string;
  readonly state: 'used' | 'invalid' | 'bypassed' | 'not used';
  /** Why it is refused, or how requests get past Watchword; null where neither is so. */
  readonly why: string | null;
  /** Its annotations beside `pipeline`, by their names after the prefix. */
  readonly tightens: Readonly<Record<string, string>>;
}

export interface PipelineUse {
  readonly name: string;
  /** `file:line:column` of its definition. */
  readonly place: string;
  readonly mode: 'enforce' | 'shadow';
  readonly isDefault: boolean;
  /** `METHODS host path`, one a line. */
  readonly matches: readonly string[];
  /** Who may name it. */
  readonly selectableBy: string;
  /** What it requires, as the configuration says it. */
  readonly require: unknown;
  /** The route objects that name it. */
  readonly routes: readonly RouteUse[];
  /** Those beyond the ones that are shown. */
  readonly moreRoutes: number;
}

/** `GET /api/pipelines`: which there are, and which routes use them. */
export interface Pipelines {
  readonly pipelines: readonly PipelineUse[];
  /** Whether route objects are watched at all. */
  readonly routesWatched: boolean;
  /** Used route objects that name no pipeline: `match` or the default decides. */
  readonly unnamed: readonly RouteUse[];
  readonly moreUnnamed: number;
  /** Route objects that name a pipeline that does not exist, or whose annotations do not parse. */
  readonly astray: readonly RouteUse[];
}

export interface IssuerKeys {
  readonly name: string;
  readonly issuer: string;
  /** `file:line:column` of its definition. */
  readonly place: string;
  /** Where its keys come from; a URL without its query. */
  readonly source: string;
  readonly usable: number;
  readonly kids: readonly string[];
  readonly retired: number;
  readonly lastSuccess: number | null;
  /** When the keys became other ones. */
  readonly changed: number | null;
  readonly nextRefresh: number | null;
  /** The error of the last fetch, or null. */
  readonly error: string | null;
  readonly state: 'fresh' | 'stale' | 'without keys';
  readonly notAfter: number | null;
  /** Keys that are not used, each with why. */
  readonly unused: readonly string[];
  readonly allowDevIssuer: boolean;
}

/** `GET /api/issuers`. */
export interface Issuers {
  readonly issuers: readonly IssuerKeys[];
}

/** `GET /api/gateways`: whether the gateways ask. */
export interface Gateways {
  readonly routesWatched: boolean;
  /** `routes.gateways` that are seen. */
  readonly gateways: readonly {
    readonly gateway: string;
    /** `unknown` where it cannot be told: another gateway than Envoy Gateway and Contour, or not there. */
    readonly state: 'guarded' | 'unguarded' | 'unknown';
    readonly why: string | null;
  }[];
  readonly probes: readonly {
    readonly name: string;
    readonly url: string;
    readonly result: string | null;
    readonly says: string | null;
    readonly lastSuccess: number | null;
  }[];
}

/** `GET /api/configuration`. */
export interface Configuration {
  readonly path: string;
  /** As in `watchword_config_info`. */
  readonly hash: string;
  /** When what runs was read. */
  readonly read: number;
  /** What is wrong with the files as they are now; empty while they are what runs. */
  readonly problems: readonly string[];
  /** What is valid and probably a mistake. */
  readonly warnings: readonly string[];
  /** Sections that have changed and wait for the next start. */
  readonly waiting: readonly string[];
  /** What runs, with its defaults; what may be a secret is masked. */
  readonly settings: unknown;
}
