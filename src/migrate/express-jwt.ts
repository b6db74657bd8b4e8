import { dirname } from 'node:path';
import { type Mapping, mapping, text } from './mapping.ts';
import { type MigrationOptions, type Note, UNKNOWN_ISSUER } from './migration.ts';

/** What a jwt policy becomes. */
export interface JwtMigrated {
  readonly issuer: object;
  readonly require: object;
  readonly notes: readonly Note[];
}

type Say = (setting: string, says: string) => void;

/**
 * Every setting of Express Gateway's `jwt` policy (lib/policies/jwt): what it becomes, or why it is left out. `null` where it
 * was not set.
 */
const SETTINGS: Readonly<Record<string, (value: unknown, say: Say) => void>> = {
  secretOrPublicKeyFile: () => undefined,
  secretOrPublicKey: () => undefined,
  issuer: () => undefined,
  audience: () => undefined,
  jwtExtractor: (value, say) => {
    if (value !== 'authBearer')
      say(
        'jwtExtractor',
        `${String(value)} is left out: a token is read from Authorization: Bearer only (RFC 6750 section 2.1)`,
      );
  },
  jwtExtractorField: (_, say) => say('jwtExtractorField', 'is left out with its extractor'),
  checkCredentialExistence: (value, say) => {
    if (value !== false)
      say(
        'checkCredentialExistence',
        'is left out: there is no store of credentials; name the accepted subjects as require.claims [{ path: [sub], in: [...] }]',
      );
  },
  passThrough: (_, say) =>
    say(
      'passThrough',
      'is left out: a bad token is always refused; optional: true lets a missing one pass',
    ),
};

/** A `jwt` policy to an issuer and a requirement. `name` is that of the pipeline. */
export function migrateJwt(
  step: Mapping,
  where: string,
  name: string,
  options: MigrationOptions,
): JwtMigrated {
  const notes: Note[] = [];
  const say: Say = (setting, says) => notes.push({ where: `${where}.${setting}`, says });
  const action = mapping(step['action']);
  // The default of its schema.
  const settings: Mapping = { checkCredentialExistence: true, ...action };
  for (const [setting, value] of Object.entries(settings)) {
    const migrate = Object.hasOwn(SETTINGS, setting) ? SETTINGS[setting] : undefined;
    if (migrate === undefined) say(setting, 'is unknown to the policy and left out');
    else migrate(value, say);
  }
  if (step['condition'] !== undefined)
    say('condition', 'is left out: the token is required always; use match or another pipeline');
  const issuer = text(action['issuer']) ?? options.issuer;
  const audience = text(action['audience']) ?? options.audience;
  sayUnchecked(issuer, audience, say);
  return {
    issuer: { name, issuer: issuer ?? UNKNOWN_ISSUER, keys: keysOf(action, say) },
    require: { issuers: [name], audiences: audience === undefined ? 'any' : [audience] },
    notes,
  };
}

/** What Express Gateway let pass and Watchword does not. */
function sayUnchecked(issuer: string | undefined, audience: string | undefined, say: Say): void {
  if (issuer === undefined)
    say(
      'issuer',
      `was not checked, and must be: name it (--issuer) in the place of ${UNKNOWN_ISSUER}; until then every token is refused`,
    );
  if (audience === undefined)
    say(
      'audience',
      'was not checked: name the identifier of the API (--audience) in the place of any',
    );
  say('expiry', 'a token without exp passed, and is refused now');
}

/** A key in the text of the configuration becomes a file: public or secret, it is never printed. */
function keysOf(action: Mapping, say: Say): object {
  const file = text(action['secretOrPublicKeyFile']);
  if (file !== undefined) {
    say(
      'secretOrPublicKeyFile',
      `is read beside watchword.yaml; in Kubernetes put it into a Secret, name that in the chart's keys, and write /etc/watchword-keys/NAME/ in the place of ${dirname(file)}/`,
    );
    if (!/\.(?:pem|crt|cer|pub|json)$/i.test(file))
      say(
        'secretOrPublicKeyFile',
        `is taken for a public key; if ${file} is a secret, write keys: { secretFile: ${file} }`,
      );
    return { file };
  }
  const inline = text(action['secretOrPublicKey']) ?? '';
  if (inline.includes('-----BEGIN')) {
    say('secretOrPublicKey', 'write the key into ./key.pem');
    return { file: './key.pem' };
  }
  say(
    'secretOrPublicKey',
    'write the secret into ./secret, which only Watchword may read (HS256, HS384, HS512)',
  );
  return { secretFile: './secret' };
}
