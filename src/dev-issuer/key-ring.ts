import { makeSigningKey, type PublicJwk, type SigningKey } from './signing-key.ts';

/** The keys of an issuer: the one that signs, and the one before it, whose tokens stay good until the next rotation. */
export class SigningKeys {
  #current: SigningKey;
  #previous: SigningKey | null = null;
  readonly #now: () => number;

  private constructor(first: SigningKey, now: () => number) {
    this.#current = first;
    this.#now = now;
  }

  /** A ring with a new key. `now` in milliseconds since the epoch. */
  static async create(now: () => number): Promise<SigningKeys> {
    return new SigningKeys(await makeSigningKey(now()), now);
  }

  get current(): SigningKey {
    return this.#current;
  }

  /** The published keys, the current one first. */
  get jwks(): { readonly keys: readonly PublicJwk[] } {
    const previous = this.#previous === null ? [] : [this.#previous.jwk];
    return { keys: [this.#current.jwk, ...previous] };
  }

  /** Makes a new key, which signs from now on. */
  async rotate(): Promise<void> {
    const next = await makeSigningKey(this.#now());
    this.#previous = this.#current;
    this.#current = next;
  }
}
