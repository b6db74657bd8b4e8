/** Whose matches a match hides where it comes before them: everybody's, those of its own owner, or nobody's. */
export type Hides = 'everyone' | 'own' | 'nobody';

/**
 * Why it is not certain that a gateway serves a match as it is written, and what the match hides then. A tenant writes its matches
 * itself: one that hid those of another without being served would put the tenant's policy in front of the other's backend.
 */
export const UNCERTAINTIES = {
  ingress: {
    hides: 'own',
    says: 'controllers differ in which Ingress they serve and how they read its paths',
  },
  'namespace-labels': {
    hides: 'own',
    says: 'the listener chooses namespaces by labels, which are not watched',
  },
  class: { hides: 'nobody', says: 'its class can be read in two ways' },
  'path-unknown': { hides: 'nobody', says: 'only the gateway knows which paths it covers' },
  'change-unseen': { hides: 'nobody', says: 'the gateway has not seen its last change yet' },
  'partly-invalid': { hides: 'nobody', says: 'the gateway serves a part of it only' },
  'references-unresolved': { hides: 'nobody', says: 'the gateway does not know all its backends' },
  'gateway-unseen': { hides: 'nobody', says: 'its Gateway was not seen yet' },
  'gateway-changed': { hides: 'nobody', says: 'its Gateway has changes that are not served yet' },
  'listener-unready': { hides: 'nobody', says: 'its listener is not served' },
  'listener-isolated': {
    hides: 'nobody',
    says: 'another listener of the port has the host more exactly',
  },
  'includes-unfollowed': { hides: 'nobody', says: 'it includes more than can be followed' },
} as const satisfies Readonly<Record<string, { readonly hides: Hides; readonly says: string }>>;

export type Uncertainty = keyof typeof UNCERTAINTIES;

/** What a match hides under an uncertainty, or under none. */
export function hidesUnder(uncertainty: Uncertainty | null): Hides {
  return uncertainty === null ? 'everyone' : UNCERTAINTIES[uncertainty].hides;
}

/** The uncertainty under which the least is hidden, the first of equals. */
export function mostUncertain(
  ...uncertainties: readonly (Uncertainty | null)[]
): Uncertainty | null {
  return (
    uncertainties.find((uncertainty) => hidesUnder(uncertainty) === 'nobody') ??
    uncertainties.find((uncertainty) => uncertainty !== null) ??
    null
  );
}
