import { ATTACKS, type AttackName, type Target } from './attacks.ts';

/** A process of its own, so that what it does takes no time of the honest client. */
const { attack, target } = JSON.parse(process.argv[2] ?? '{}') as {
  readonly attack: AttackName;
  readonly target: Target;
};
process.stdout.write('ready\n');
await ATTACKS[attack](target);
process.exit(0);
