import { dirname } from 'node:path';
import { tokenPlace } from './express-extractor.ts';
import {
  algorithmsOf,
  type KeySource,
  keySource,
  type Say,
  sharedAlgorithms,
} from './express-key.ts';
import type { Step } from './express-policies.ts';
import { unsetVariable } from './express-variables.ts';
import { isFalse, isTrue, type Mapping, scalar } from './mapping.ts';
import { type MigrationOptions, type Note, UNKNOWN_ISSUER } from './migration.ts';
import { type Needs, REFUSED, type Token } from './needs.ts';

/** Settings of Express Gateway's `jwt` policy (lib/policies/jwt). */
const SETTINGS = [
  'secretOrPublicKey',
  'secretOrPublicKeyFile',
  'issuer',
  'audience',
  'algorithms',
  'jwtExtractor',
  'jwtExtractorField',
  'checkCredentialExistence',
  'passThrough',
];

/** The list of consumers, which is in the database of Express Gateway and not in its configuration. */
export const CONSUMERS_FILE = './consumers.yaml';

interface IssuerMade {
  readonly name: string;
  readonly iss: string;
  readonly source: KeySource;
  readonly file: string;
  /** Null for all that fit the key. */
  algorithms: readonly string[] | null;
}

/** The jwt policies of a gateway: one issuer for each `iss` and key, named once. */
export class JwtPolicies {
  readonly #options: MigrationOptions;
  readonly #nameFor: (text: string) => string;
  readonly #issuers: IssuerMade[] = [];
  readonly #needs = new Map<Step, Needs>();
  readonly #notes: Note[] = [];

  constructor(options: MigrationOptions, nameFor: (text: string) => string) {
    this.#options = options;
    this.#nameFor = nameFor;
  }

  get notes(): readonly Note[] {
    return this.#notes;
  }

  /** The issuers of these names as the configuration has them. */
  issuersNamed(names: readonly string[]): readonly object[] {
    return this.#issuers
      .filter(({ name }) => names.includes(name))
      .map(({ name, iss, source, file, algorithms }) => ({
        name,
        issuer: iss,
        ...(algorithms === null ? {} : { algorithms }),
        keys: source.isSecret ? { secretFile: file } : { file },
      }));
  }

  /** What a jwt policy asks for; refused where it cannot be said. `pipeline` is the name of ours. */
  needsOf(step: Step, pipeline: string): Needs {
    const known = this.#needs.get(step);
    if (known !== undefined) return known;
    const notes: Note[] = [];
    const say: Say = (setting, says, isLoss = true) =>
      notes.push({ where: `pipelines.${pipeline} jwt.${setting}`, says, isLoss });
    const needs = this.#read(step.action, pipeline, say) ?? REFUSED;
    this.#needs.set(step, needs);
    this.#notes.push(...notes);
    return needs;
  }

  #read(action: Mapping, pipeline: string, say: Say): Token | null {
    for (const setting of Object.keys(action).filter((name) => !SETTINGS.includes(name)))
      say(setting, 'is unknown to the policy, which left it out too', false);
    const isOptional = passesThrough(action, say);
    const isKnownSubject = checksSubject(action, say);
    const source = keySource(action, say);
    const algorithms = source === null ? null : algorithmsOf(action, source, say);
    const audience = this.#audience(action, say);
    if (source === null || algorithms === 'none' || audience === undefined) return null;
    const place = tokenPlace(action, say);
    if (place === null) return null;
    const iss = this.#issOf(action, say);
    if (iss === null) return null;
    say('expiry', 'a token without exp passed, and is refused now', false);
    const issuer = this.#issuerFor(iss, source, algorithms, pipeline, say);
    if (issuer === null) return null;
    return { kind: 'token', pipeline, issuer, audience, place, isKnownSubject, isOptional };
  }

  /** `iss`, or null where it is of no use. */
  #issOf(action: Mapping, say: Say): string | null {
    const written = action['issuer'];
    const { issuer: option } = this.#options;
    if (written === undefined) {
      if (option === undefined)
        say(
          'issuer',
          `was not checked, and must be: name it (--issuer) in the place of ${UNKNOWN_ISSUER}; until then every token is refused`,
          false,
        );
      return option ?? UNKNOWN_ISSUER;
    }
    const iss = scalar(written);
    if (iss === undefined || iss === '') {
      say('issuer', 'is no text; the policy is refused');
      return null;
    }
    const variable = unsetVariable(iss);
    if (variable === null) return iss;
    say(
      'issuer',
      option === undefined
        ? `is a placeholder of the environment (${variable}): name it (--issuer, or --env ${variable}=…) in the place of ${UNKNOWN_ISSUER}; until then every token is refused`
        : `is a placeholder of the environment (${variable}); ${option} is taken (--issuer)`,
    );
    return option ?? UNKNOWN_ISSUER;
  }

  /** Null for any; undefined where it is of no use. */
  #audience(action: Mapping, say: Say): string | null | undefined {
    const written = action['audience'];
    const { audience: option } = this.#options;
    if (written === undefined) {
      if (option === undefined)
        say(
          'audience',
          'was not checked: name the identifier of the API (--audience) in the place of any',
          false,
        );
      return option ?? null;
    }
    const audience = scalar(written);
    if (audience === undefined || audience === '') {
      say('audience', 'is no text; the policy is refused');
      return undefined;
    }
    const variable = unsetVariable(audience);
    if (variable === null) return audience;
    say(
      'audience',
      option === undefined
        ? `is a placeholder of the environment (${variable}): name it (--audience, or --env ${variable}=…); until then every token is refused`
        : `is a placeholder of the environment (${variable}); ${option} is taken (--audience)`,
    );
    return option ?? UNKNOWN_AUDIENCE;
  }

  /** The name of the issuer; null where its algorithms leave none. */
  #issuerFor(
    iss: string,
    source: KeySource,
    algorithms: readonly string[] | null,
    pipeline: string,
    say: Say,
  ): string | null {
    const known = this.#issuers.find((one) => one.iss === iss && one.source.id === source.id);
    if (known !== undefined) {
      const shared = sharedAlgorithms(known.algorithms, algorithms);
      if (shared?.length === 0) {
        say(
          'algorithms',
          `has none in common with issuer ${known.name}, which has the same key; the policy is refused`,
        );
        return null;
      }
      if (String(shared) !== String(known.algorithms) || String(shared) !== String(algorithms))
        say(
          'algorithms',
          `differ from those of issuer ${known.name}, which has the same key; those in common are kept`,
        );
      known.algorithms = shared;
      return known.name;
    }
    const name = this.#nameFor(pipeline);
    const file = this.#fileFor(source, pipeline, say);
    this.#issuers.push({ name, iss: this.#freeIss(iss, name, say), source, file, algorithms });
    return name;
  }

  /** Watchword finds an issuer by `iss`, so a second key of one `iss` stands in for another until somebody joins them. */
  #freeIss(iss: string, name: string, say: Say): string {
    const taken = this.#issuers.map((one) => one.iss);
    if (!taken.includes(iss)) return iss;
    let number = 2;
    while (taken.includes(`https://issuer-${number}.invalid/`)) number += 1;
    const standIn = `https://issuer-${number}.invalid/`;
    say(
      'issuer',
      iss === UNKNOWN_ISSUER
        ? `has another key than issuer ${this.#issuers[0]?.name ?? ''}: name its own in the place of ${standIn} (issuer ${name}); until then every token is refused`
        : `${iss} has another key already: put the keys of both into one JWK Set file, or name another iss in the place of ${standIn} (issuer ${name}); until then every token is refused`,
    );
    return standIn;
  }

  /** A key in the text of the configuration becomes a file of its own: public or secret, it is never printed. */
  #fileFor(source: KeySource, pipeline: string, say: Say): string {
    if (source.file !== null) {
      say(
        'secretOrPublicKeyFile',
        `is read beside watchword.yaml; in Kubernetes put it into a Secret, name that in the chart's keys, and write /etc/watchword-keys/NAME/ in the place of ${dirname(source.file)}/`,
        false,
      );
      return source.file;
    }
    const [stem, end] = source.isSecret ? ['./secret', ''] : ['./key', '.pem'];
    const taken = this.#issuers.map(({ file }) => file);
    const same = this.#issuers.find((one) => one.source.id === source.id);
    let file = `${stem}${end}`;
    for (let number = 2; same === undefined && taken.includes(file); number += 1)
      file = `${stem}-${number}${end}`;
    if (same !== undefined) ({ file } = same);
    say(
      'secretOrPublicKey',
      source.isSecret
        ? `write the secret of ${pipeline} into ${file}, which only Watchword may read`
        : `write the key of ${pipeline} into ${file}`,
      false,
    );
    return file;
  }
}

/** No token has it (RFC 2606 section 2). */
const UNKNOWN_AUDIENCE = 'https://audience.invalid/';

function passesThrough(action: Mapping, say: Say): boolean {
  if (!isTrue(action['passThrough'])) return false;
  say(
    'passThrough',
    'let every token pass: optional lets a missing one pass, and a bad one is refused now',
  );
  return true;
}

/** Its default is true. */
function checksSubject(action: Mapping, say: Say): boolean {
  const written = action['checkCredentialExistence'];
  if (written !== undefined && isFalse(written)) return false;
  say(
    'checkCredentialExistence',
    `looks the token's sub up among the jwt credentials: write ${CONSUMERS_FILE}, an entry - { id: SUB } for each active one of an active user or application (eg credentials list); without it serve does not start`,
  );
  return true;
}
