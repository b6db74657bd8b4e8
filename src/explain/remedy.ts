import { type Decision, isRefusal, type Refusal } from '../check/decision.ts';
import type { RefusalReason } from '../decision/reason.ts';
import { NAME_PREFIX } from '../request/request.ts';
import type { RouteIndex } from '../routes/match/route-index.ts';
import { objectKey } from '../routes/route-object.ts';

/** What a remedy is about: a setting of the pipeline that judged, of the issuer of the token, or of the whole configuration. */
type Setting =
  | { readonly of: 'pipeline' | 'issuer'; readonly path: readonly PropertyKey[] }
  | { readonly of: 'configuration'; readonly path: readonly PropertyKey[] };

interface RemedyRow {
  /** What to change; `{place}` stands for where the setting was written, `{route}` for the route object. */
  readonly change: string;
  /** The setting that decided. */
  readonly setting: Setting;
  /** Annotations of a route object that may have decided in place of the setting. */
  readonly annotations?: readonly ('audiences' | 'issuers' | 'scopes' | 'scopes-any')[];
}

const ofPipeline = (...path: PropertyKey[]): Setting => ({ of: 'pipeline', path });
const ofIssuer = (...path: PropertyKey[]): Setting => ({ of: 'issuer', path });
const ofAll = (...path: PropertyKey[]): Setting => ({ of: 'configuration', path });

/** What to do about each refusal: first what is usually wrong, then where the configuration could say otherwise. */
const REMEDIES: Readonly<Record<RefusalReason, RemedyRow>> = {
  request_malformed: {
    change: "mend what the gateway sends: its configuration must be the recipe's (docs/gateways)",
    setting: ofAll('listen'),
  },
  message_oversized: {
    change: 'send less with a check (Envoy: no with_request_body), or raise the limit at {place}',
    setting: ofAll('limits', 'messageBytes'),
  },
  host_ambiguous: {
    change:
      'have the client send one Host that names a host, without @ and without a dot at its end',
    setting: ofPipeline('match'),
  },
  path_ambiguous: {
    change:
      'have the client send the path without dot segments, doubled slashes and encoded slashes, or have the gateway normalise it before it asks; one pipeline for all its readings would do as well: {place}',
    setting: ofAll('pipelines'),
  },
  token_ambiguous: {
    change: 'have the client send one token, in one of the places of {place}',
    setting: ofPipeline('tokenFrom'),
  },
  token_oversized: {
    change: 'ask the issuer for a token with fewer claims, or raise the limit at {place}',
    setting: ofAll('limits', 'tokenBytes'),
  },
  token_missing: {
    change:
      'have the client send its token as `Authorization: Bearer …`; where it sends it elsewhere, name that place at {place}',
    setting: ofPipeline('tokenFrom'),
  },
  token_malformed: {
    change:
      'have the client send the access token, whole and unquoted; an opaque one becomes a JWT where the client asks the issuer with the audience of this API, one of {place}',
    setting: ofPipeline('require', 'audiences'),
  },
  token_encrypted: {
    change:
      'ask the issuer for a signed token: with the audience of this API, one of {place}, or with encryption off for it',
    setting: ofPipeline('require', 'audiences'),
  },
  token_unbounded: {
    change: 'have the issuer write a numeric `exp`, no later than {place} allows',
    setting: ofIssuer('maxLifetime'),
  },
  claim_malformed: {
    change: 'have the issuer write the claim as its specification says (RFC 7519 section 4.1)',
    setting: ofIssuer('issuer'),
  },
  type_wrong: {
    change:
      'have the client send its access token and not its ID token, or accept the type found at {place}',
    setting: ofIssuer('types'),
  },
  algorithm_refused: {
    change: 'have the issuer sign with an accepted algorithm, or accept the one found at {place}',
    setting: ofIssuer('algorithms'),
  },
  issuer_untrusted: {
    change:
      'have the client ask a trusted issuer for its token, or trust the one found, spelled exactly so, at {place}',
    setting: ofAll('issuers'),
    annotations: ['issuers'],
  },
  key_unknown: {
    change:
      'have the client ask for a new token; where a new one is refused too, the keys named at {place} are not those of this issuer',
    setting: ofIssuer('keys'),
  },
  signature_invalid: {
    change:
      'have the client send the token as it was issued; where it does, the keys named at {place} are not those of this issuer',
    setting: ofIssuer('keys'),
  },
  token_expired: {
    change:
      'have the client ask for a new token before its own ends; where it just did, set the clocks right, or allow more at {place}',
    setting: ofIssuer('leeway'),
  },
  token_premature: {
    change: "set the issuer's clock or this machine's right, or allow more at {place}",
    setting: ofIssuer('leeway'),
  },
  audience_wrong: {
    change:
      'have the client ask the issuer for a token with an accepted audience (Auth0: the parameter `audience`; Entra ID: the scope `API/.default`), or accept the one found at {place}',
    setting: ofPipeline('require', 'audiences'),
    annotations: ['audiences'],
  },
  claim_missing: {
    change: 'have the issuer write the claim into its tokens, or ask for less at {place}',
    setting: ofPipeline('require'),
  },
  authentication_insufficient: {
    change:
      'have the client sign the user in again, as the challenge says; what is asked is at {place}',
    setting: ofPipeline('require', 'authentication'),
  },
  scope_insufficient: {
    change:
      'have the client ask for the missing scope, and the issuer grant it; what is asked is at {place}',
    setting: ofPipeline('require', 'scopes'),
    annotations: ['scopes', 'scopes-any'],
  },
  claim_refused: {
    change: 'have the issuer give this user the accepted value, or accept the one found at {place}',
    setting: ofPipeline('require', 'claims'),
  },
  client_refused: {
    change: 'use an accepted application, or add the one found at {place}',
    setting: ofPipeline('require', 'clients'),
  },
  consumer_unknown: {
    change:
      'add the subject to the list of consumers that {place} names, with this pipeline among its `pipelines`',
    setting: ofAll('consumers', 'file'),
  },
  consumer_inactive: {
    change: 'set `active: true` for this consumer in the list that {place} names',
    setting: ofAll('consumers', 'file'),
  },
  condition_refused: {
    change: 'send a request for which the condition holds, or change it at {place}',
    setting: ofPipeline('require', 'when'),
  },
  rule_missing: {
    change:
      'add a rule for this method and path, or say what becomes of others at otherRequests: {place}',
    setting: ofPipeline('rules'),
  },
  pipeline_missing: {
    change:
      "name a pipeline: by the annotation watchword.dev/pipeline of the route, by the gateway's configuration, or by a `match` for this host and path at {place}",
    setting: ofAll('pipelines'),
  },
  pipeline_unknown: {
    change:
      'name a pipeline that there is in the annotation of {route}, or add this one at {place}',
    setting: ofAll('pipelines'),
  },
  pipeline_forbidden: {
    change: 'name another pipeline on {route}, or let this one be named from there at {place}',
    setting: ofPipeline('selectableBy'),
  },
  pipeline_conflict: {
    change: "name one pipeline: on {route}, or in the gateway's configuration, not two",
    setting: ofAll('pipelines'),
  },
  method_refused: {
    change:
      'send the method in upper case, or cover it by a `match` for this host and path at {place}',
    setting: ofAll('pipelines'),
  },
  route_policy_invalid: {
    change: 'mend the annotation of {route}; its Events say the same',
    setting: ofAll('routes'),
  },
  keys_unavailable: {
    change:
      'make the issuer reachable from here (DNS, proxy, network policy, certificate authority); where its keys are is said at {place}',
    setting: ofIssuer('keys'),
  },
  routes_unavailable: {
    change:
      'wait until the routes are listed; where they never are, look at the rights of the service account: /readyz says why',
    setting: ofAll('routes'),
  },
  deadline_exceeded: {
    change:
      'look at the CPU of this replica and at the way to the issuer; the time that a decision may take is at {place}',
    setting: ofAll('limits', 'decisionTimeout'),
  },
  overloaded: {
    change: 'add replicas or CPU, or allow more verifications at once at {place}',
    setting: ofAll('limits', 'pendingVerifications'),
  },
  internal: {
    change: 'report this: it is a defect of Watchword, and the log has its trace',
    setting: ofAll(),
  },
};

/** Where settings were written. */
export interface SettingPlaces {
  readonly pipelines: readonly { readonly name: string }[];
  readonly issuers: readonly { readonly name: string }[];
  /** `file:line:column` and the dotted path of a setting. */
  readonly placeOf: (path: readonly PropertyKey[]) => string;
}

/** One sentence that says what to change, and where; null where the request passes. */
export function remedyFor(
  decision: Decision,
  places: SettingPlaces,
  routes: RouteIndex | null,
): string | null {
  if (!isRefusal(decision)) return null;
  const { change, setting, annotations = [] } = REMEDIES[decision.reason];
  const route = decision.route === undefined ? 'the route' : objectKey(decision.route);
  const sentence = change
    .replace('{place}', () => places.placeOf(pathOf(setting, decision, places)))
    .replace('{route}', () => route);
  const terms =
    decision.route === undefined ? null : routes?.named(decision.route)?.policy.tightening;
  const said = annotations.filter((name) => terms?.[name] !== undefined);
  const added = said.map(
    (name) => `; ${route} asks for it by its annotation ${NAME_PREFIX}${name}`,
  );
  return `${capital(sentence)}${added.join('')}.`;
}

function pathOf(
  { of, path }: Setting,
  { pipeline, issuer }: Refusal,
  { pipelines, issuers }: SettingPlaces,
): readonly PropertyKey[] {
  if (of === 'configuration') return path;
  const index =
    of === 'pipeline'
      ? pipelines.findIndex(({ name }) => name === pipeline?.name)
      : issuers.findIndex(({ name }) => name === issuer);
  return index === -1 ? [`${of}s`] : [`${of}s`, index, ...path];
}

function capital(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;
}
