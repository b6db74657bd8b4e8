import { isIP } from 'node:net';
import { given, hostnameOf, type LineHead } from './decision-form.ts';
import type { DecisionRecord } from './decision-record.ts';

/** The version of the Open Cybersecurity Schema Framework that is followed. */
const OCSF_VERSION = '1.8.0';

/** `activity_id` of HTTP Activity (class 4002) by method; 99 is any other. */
const ACTIVITIES: Readonly<Record<string, number>> = {
  ...{ CONNECT: 1, DELETE: 2, GET: 3, HEAD: 4, OPTIONS: 5, POST: 6, PUT: 7, TRACE: 8, PATCH: 9 },
};
const OTHER_ACTIVITY = 99;
const HTTP_ACTIVITY = 4_002;
const NETWORK_CATEGORY = 4;
/** `severity_id`: Informational, Low, Medium. */
const SEVERITIES = { allow: 1, deny: 2, error: 3 } as const;
/** `status_id`: Success, Failure. */
const STATUSES = { allow: 1, deny: 2, error: 2 } as const;

/** A record as OCSF has it: HTTP Activity with the profiles Host, Security Control and Trace. */
export function ocsfOf(record: DecisionRecord, head: LineHead): object {
  const { outcome, reason, mode } = record;
  const activity = ACTIVITIES[knownMethod(record.method) ?? ''] ?? OTHER_ACTIVITY;
  const passes = outcome === 'allow' || mode === 'shadow';
  return {
    time: head.time,
    category_uid: NETWORK_CATEGORY,
    class_uid: HTTP_ACTIVITY,
    activity_id: activity,
    type_uid: HTTP_ACTIVITY * 100 + activity,
    severity_id: SEVERITIES[outcome],
    status_id: STATUSES[outcome],
    status_code: reason,
    ...given({ status_detail: record.detail }),
    // Allowed or Denied; Allowed, Error or Blocked.
    action_id: passes ? 1 : 2,
    disposition_id: passes ? 1 : outcome === 'error' ? 27 : 2,
    message: head.message,
    metadata: {
      version: OCSF_VERSION,
      profiles: ['host', 'security_control', 'trace'],
      product: { name: 'Watchword', vendor_name: 'Watchword', version: head.version },
      log_name: 'watchword.decisions',
      log_level: head.level,
    },
    ...participantsOf(record),
    unmapped: given({
      ...(knownMethod(record.method) === undefined ? { method: record.method } : {}),
      ...{ mode, route: record.route, kid: record.kid, audience: record.audience },
      ...{ claims: record.claims, suppressedBefore: record.suppressedBefore },
    }),
  };
}

function actorOf({ subject, client, issuer }: DecisionRecord): object {
  const idp = issuer === undefined ? {} : { idp: { name: issuer } };
  const actor = {
    ...(subject === undefined ? {} : { user: { uid: subject } }),
    ...given({ app_uid: client }),
  };
  return Object.keys(actor).length === 0 ? {} : { actor: { ...actor, ...idp } };
}

/** Who asked for what, and under which policy. */
function participantsOf(record: DecisionRecord): object {
  const { reason, pipeline, trace, gateway, host, path, method, request } = record;
  const hostname = hostnameOf(host);
  const url = path === undefined ? undefined : given({ hostname, path });
  return {
    http_request: given({ http_method: knownMethod(method), uid: request, url }),
    ...(gateway === undefined
      ? {}
      : { src_endpoint: isIP(gateway) === 0 ? { name: gateway } : { ip: gateway } }),
    ...(host === undefined
      ? {}
      : { dst_endpoint: hostname === undefined ? { name: host } : { hostname } }),
    ...(trace === undefined ? {} : { trace: { uid: trace } }),
    ...actorOf(record),
    ...(pipeline === undefined
      ? {}
      : { authorizations: [{ decision: reason, policy: { name: pipeline } }] }),
  };
}

/** Methods that OCSF names. */
function knownMethod(method: string | undefined): string | undefined {
  return method !== undefined && Object.hasOwn(ACTIVITIES, method) ? method : undefined;
}
