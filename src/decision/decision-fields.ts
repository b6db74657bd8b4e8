/**
 * The fields of a log line about a decision, in their order. A field that has no value is left out. They are part of the stable
 * surface: one may be added, none changes its name or meaning.
 */
const FIELD_TABLE = {
  outcome: 'allow, deny or error. In shadow mode what enforcement would have said.',
  reason: 'The reason: the word of the metric, the answer and the README.',
  pipeline: 'The pipeline that judged.',
  mode: 'enforce, or shadow: the request passed.',
  route: 'The route object that was used: kind, namespace and name.',
  issuer: 'The configured name of the issuer that the token names.',
  kid: "The key that the token's header names, whether the token verified or not.",
  audience: 'Audiences of the token, a list. Only where it verified.',
  client: 'The application it was issued to: azp, client_id, cid or appid. Only where it verified.',
  subject: 'Whose token it is (sub). Only where it verified.',
  claims:
    'The claims that `fields` names, by their paths joined with dots. Only where the token verified.',
  detail: 'What was found and what is accepted, of a refusal. For people; its words may change.',
  method: 'Of the request, as the gateway sent it.',
  host: 'Of the request.',
  path: 'Of the request, without the query, which may be a secret of any form.',
  request: 'The request id: x-request-id, or that of the gateway.',
  trace:
    'The trace id: of the span of the gateway that asks, else of `traceparent` in the request.',
  gateway: 'The address that asked.',
  suppressedBefore: 'Lines about this pipeline that were left out since the last one.',
} as const;

export type DecisionField = keyof typeof FIELD_TABLE;
export const DECISION_FIELDS: Readonly<Record<DecisionField, string>> = FIELD_TABLE;

/** Fields that may say who somebody is, and so may be masked. */
export const MASKABLE_FIELDS = [
  'audience',
  'claims',
  'client',
  'detail',
  'gateway',
  'host',
  'path',
  'request',
  'subject',
] as const satisfies readonly DecisionField[];
export type MaskableField = (typeof MASKABLE_FIELDS)[number];
