import { createHash } from 'node:crypto';
import { ALGORITHM_NAMES, isSymmetric } from '../keys/algorithm.ts';
import { unsetVariable } from './express-variables.ts';
import { list, type Mapping, scalar } from './mapping.ts';

/** Says what becomes of a setting of a jwt policy. A loss, unless `isLoss` is false, ends the command with 2. */
export type Say = (setting: string, says: string, isLoss?: boolean) => void;

/** Where a key comes from; `id` is the same for the same key. */
export interface KeySource {
  readonly id: string;
  readonly isSecret: boolean;
  /** Null where the key is in the text of the configuration and gets a file. */
  readonly file: string | null;
}

/** The key of a jwt policy, or null where it is of no use. */
export function keySource(action: Mapping, say: Say): KeySource | null {
  const file = scalar(action['secretOrPublicKeyFile']);
  const inline = scalar(action['secretOrPublicKey']);
  if ((file === undefined) === (inline === undefined)) {
    say(
      'secretOrPublicKey',
      file === undefined
        ? 'and secretOrPublicKeyFile are missing: there is no key, and the policy is refused'
        : 'and secretOrPublicKeyFile are both there, which Express Gateway refuses; the policy is refused',
    );
    return null;
  }
  return file === undefined ? inlineKey(inline ?? '', action, say) : keyFile(file, action, say);
}

/** Whether all algorithms that are named take a secret. */
function namesSecret(action: Mapping): boolean {
  const named = list(action['algorithms']).map(String);
  return named.length > 0 && named.every((one) => one.startsWith('HS'));
}

function keyFile(file: string, action: Mapping, say: Say): KeySource | null {
  const variable = unsetVariable(file);
  if (variable !== null || file === '') {
    say(
      'secretOrPublicKeyFile',
      variable === null
        ? 'is empty; the policy is refused'
        : `is a placeholder of the environment (${variable}): run it again with --env ${variable}=…; until then the policy is refused`,
    );
    return null;
  }
  const isSecret = namesSecret(action);
  if (!isSecret && !/\.(?:pem|crt|cer|pub|json)$/i.test(file))
    say(
      'secretOrPublicKeyFile',
      `is taken for a public key; if ${file} is a secret, write keys: { secretFile: ${file} }`,
      false,
    );
  return { id: `file ${file}`, isSecret, file };
}

function inlineKey(key: string, action: Mapping, say: Say): KeySource | null {
  const variable = unsetVariable(key);
  if (variable !== null) {
    const isSecret = namesSecret(action) || list(action['algorithms']).length === 0;
    say(
      'secretOrPublicKey',
      `is a placeholder of the environment (${variable}) and taken for a ${isSecret ? 'secret; if it is a public key, write keys: { file: ./key.pem }' : 'public key'}`,
    );
    return { id: `variable ${variable}`, isSecret, file: null };
  }
  const isPem = key.includes('-----BEGIN');
  if (isPem && namesSecret(action)) {
    say(
      'secretOrPublicKey',
      'is a public key, and algorithms are for a secret: everybody could sign; the policy is refused',
    );
    return null;
  }
  const digest = createHash('sha256').update(key).digest('hex');
  return { id: `inline ${digest}`, isSecret: !isPem, file: null };
}

/** Null for those that fit the key; none where no algorithm is left. */
export function algorithmsOf(
  action: Mapping,
  { isSecret }: KeySource,
  say: Say,
): readonly string[] | null | 'none' {
  if (action['algorithms'] === undefined) {
    if (isSecret)
      say(
        'algorithms',
        'were HS256, HS384 and HS512; it is HS256 now unless you name others',
        false,
      );
    return null;
  }
  const named = list(action['algorithms']).map(String);
  const fitting = named.filter(
    (name) => ALGORITHM_NAMES.includes(name as never) && isSymmetric(name as never) === isSecret,
  );
  const others = named.filter((name) => !fitting.includes(name));
  if (fitting.length === 0) {
    say(
      'algorithms',
      `${named.join(', ') || 'is empty: it'} ${isSecret ? 'needs a public key' : 'does not fit a public key'}; the policy is refused`,
    );
    return 'none';
  }
  if (others.length > 0)
    say(
      'algorithms',
      `${others.join(', ')} is left out: a ${isSecret ? 'secret' : 'public key'} does not verify it`,
    );
  return [...new Set(fitting)];
}

/** The algorithms that two policies with one key have in common; null for all that fit. */
export function sharedAlgorithms(
  one: readonly string[] | null,
  other: readonly string[] | null,
): readonly string[] | null {
  if (one === null) return other;
  return other === null ? one : one.filter((name) => other.includes(name));
}
