import { parseArgs } from 'node:util';

export interface SoakOptions {
  /** Length of the load in seconds. */
  readonly seconds: number;
  /** Requests with a valid token a second. */
  readonly rate: number;
  /** Requests with an unknown `kid` a second, while the flood lasts. */
  readonly flood: number;
  /** Without background refresh, grace and kept keys: must show refusals. */
  readonly control: boolean;
}

/** Shorter, a restart does not fit between two phases. */
const SHORTEST = 30;

/** Reads the arguments. Throws with a line for the user. */
export function readOptions(args: readonly string[]): SoakOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seconds: { type: 'string', default: '60' },
      rate: { type: 'string', default: '2000' },
      flood: { type: 'string', default: '500' },
      control: { type: 'boolean', default: false },
    },
  });
  return {
    seconds: numberFrom('--seconds', values.seconds, SHORTEST),
    rate: numberFrom('--rate', values.rate, 1),
    flood: numberFrom('--flood', values.flood, 1),
    control: values.control,
  };
}

function numberFrom(name: string, text: string, least: number): number {
  const value = /^\d{1,6}$/.test(text) ? Number(text) : 0;
  if (value < least) throw new Error(`${name} must be a whole number of at least ${least}`);
  return value;
}
