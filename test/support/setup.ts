import { findEnvoy } from '../../deploy/support/find-envoy.ts';
import { UnavailableError } from '../../deploy/support/found.ts';
import { findProgram } from '../../deploy/support/programs.ts';
import { findHelm } from '../cluster/programs.ts';
import { findChromium } from './chromium.ts';
import { findPromtool } from './promtool.ts';

/** What the tests need besides npm's packages, by name. */
type Programs = Readonly<Record<string, () => Promise<string>>>;

const gateway = (name: Parameters<typeof findProgram>[0]) => async () =>
  (await findProgram(name)).command;

/** Those of one registry, one after the other: apt-get has a lock, and one download fills the line. */
const LANES: readonly Programs[] = [
  { envoy: findEnvoy, traefik: gateway('traefik'), caddy: gateway('caddy'), helm: findHelm },
  {
    nginx: gateway('nginx'),
    haproxy: gateway('haproxy'),
    promtool: findPromtool,
    chromium: async () => (await findChromium()).command,
  },
];

/** A program that could not be had, and why, in one line. */
export interface Missing {
  readonly program: string;
  /** Its name in the cache, where it is one that is fetched. */
  readonly entry: string | null;
  readonly why: string;
}

/**
 * Brings what the tests need besides npm's packages, once a machine. What cannot be had costs the tests
 * that need it, and is returned, so that the run fails at its end.
 */
export async function setUp(print: (line: string) => void): Promise<readonly Missing[]> {
  const missing = await Promise.all(LANES.map((lane) => fetchInTurn(lane, print)));
  return missing.flat();
}

async function fetchInTurn(
  programs: Programs,
  print: (line: string) => void,
): Promise<readonly Missing[]> {
  const missing: Missing[] = [];
  for (const [program, find] of Object.entries(programs)) {
    const slow = setTimeout(() => print(`${program.padEnd(10)}is being fetched`), 1_000);
    try {
      print(`${program.padEnd(10)}${await find()}`);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      const entry = error instanceof UnavailableError ? error.entry : null;
      missing.push({ program, entry, why });
      print(`${program.padEnd(10)}MISSING: ${why}`);
    } finally {
      clearTimeout(slow);
    }
  }
  return missing;
}
