import type { TokenPlaceSetting } from './express-extractor.ts';

/** What a request needs to get to the backend. */
export type Needs = Open | Token | Refused;

export interface Open {
  readonly kind: 'open';
  readonly pipeline: string;
}

export interface Token {
  readonly kind: 'token';
  readonly pipeline: string;
  readonly issuer: string;
  /** Null for any audience. */
  readonly audience: string | null;
  /** Where the token is. */
  readonly place: TokenPlaceSetting;
  /** Whether `sub` must be a known consumer. */
  readonly isKnownSubject: boolean;
  readonly isOptional: boolean;
}

/** Nothing is enough: because nothing serves it (`absent`), or because what it needs cannot be said. */
export interface Refused {
  readonly kind: 'refused';
  readonly isAbsent: boolean;
}

export const REFUSED: Refused = { kind: 'refused', isAbsent: false };
/** Express Gateway has no endpoint there: 404. */
export const ABSENT: Refused = { kind: 'refused', isAbsent: true };

/** Whether a token must be there. */
export function demandsToken(needs: Needs): boolean {
  return needs.kind === 'token' && !needs.isOptional;
}

/** The same text for needs that are met by the same requests. */
export function needsKey(needs: Needs): string {
  if (needs.kind !== 'token') return needs.kind;
  const { issuer, audience, place, isKnownSubject, isOptional } = needs;
  return JSON.stringify([issuer, audience, placeKey(place), isKnownSubject, isOptional]);
}

/** The same text for one place: schemes have no letter case. */
function placeKey(place: TokenPlaceSetting): string {
  return JSON.stringify('scheme' in place ? [place.header, place.scheme?.toLowerCase()] : place);
}

/** A pipeline of the result: what one pipeline of the input needs may differ by method, and is then several. */
export function pipelineKey(needs: Needs): string {
  return needs.kind === 'refused' ? needs.kind : JSON.stringify([needs.pipeline, needsKey(needs)]);
}

/** What a request needs that has to meet both, refused where no pipeline says that. */
export function both(first: Needs, second: Needs): Needs {
  if (first.kind === 'open' || second.kind === 'refused') return second;
  if (second.kind === 'open' || first.kind === 'refused') return first;
  if (first.issuer !== second.issuer) return REFUSED;
  // Two tokens, one in each place: a pipeline takes one.
  if (placeKey(first.place) !== placeKey(second.place)) return REFUSED;
  const audience = first.audience ?? second.audience;
  if (second.audience !== null && second.audience !== audience) return REFUSED;
  return {
    ...first,
    audience,
    isKnownSubject: first.isKnownSubject || second.isKnownSubject,
    isOptional: first.isOptional && second.isOptional,
  };
}

/** What requests need that cannot be told apart and need one or the other: refused where those differ. */
export function eitherOf(all: readonly Needs[]): Needs {
  const [first = ABSENT, ...others] = all;
  const isOne = others.every((one) => needsKey(one) === needsKey(first));
  if (!isOne) return REFUSED;
  return all.find((one) => one.kind !== 'refused' || !one.isAbsent) ?? first;
}
