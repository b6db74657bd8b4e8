import { given, hostnameOf, type LineHead } from './decision-form.ts';
import type { DecisionRecord } from './decision-record.ts';

/** The version of Elastic Common Schema that is followed. */
const ECS_VERSION = '9.4.0';

const ECS_OUTCOME = { allow: 'success', deny: 'failure', error: 'unknown' } as const;

/** A record as Elastic Common Schema has it (category `api`). What it has no field for is in `labels`. */
export function ecsOf(record: DecisionRecord, head: LineHead): object {
  const { outcome, pipeline, mode, route, subject, trace, gateway } = record;
  const passes = outcome === 'allow' || mode === 'shadow';
  return {
    '@timestamp': new Date(head.time).toISOString(),
    ecs: { version: ECS_VERSION },
    log: { level: head.level, logger: 'watchword.decisions' },
    message: head.message,
    event: {
      kind: 'event',
      category: ['api'],
      type: ['access', passes ? 'allowed' : 'denied'],
      action: 'check',
      outcome: ECS_OUTCOME[outcome],
      reason: record.reason,
      module: 'watchword',
      dataset: 'watchword.decisions',
    },
    service: { name: 'watchword', type: 'watchword', version: head.version },
    http: { request: given({ method: record.method, id: record.request }) },
    url: given({ domain: hostnameOf(record.host) ?? record.host, path: record.path }),
    ...(pipeline === undefined ? {} : { rule: given({ name: pipeline, category: mode }) }),
    ...(subject === undefined ? {} : { user: { id: subject } }),
    ...(trace === undefined ? {} : { trace: { id: trace } }),
    ...(gateway === undefined ? {} : { source: { address: gateway } }),
    ...(route === undefined
      ? {}
      : {
          orchestrator: {
            type: 'kubernetes',
            namespace: route.namespace,
            resource: { type: route.kind, name: route.name },
          },
        }),
    labels: labelsOf(record),
  };
}

/** `labels` holds texts and truths without objects; names have no dots, which Elasticsearch would take for objects. */
function labelsOf({ issuer, kid, audience, client, claims = {}, detail }: DecisionRecord): object {
  const own = Object.entries(claims).map(([path, value]) => [
    `claim_${path.replaceAll('.', '_')}`,
    String(value),
  ]);
  return given({
    ...{ issuer, kid, client, detail, audience: audience?.join(' ') },
    ...Object.fromEntries(own),
  });
}
