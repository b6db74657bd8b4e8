import { parseArgs } from 'node:util';
import { CASES, type CaseName } from './cases.ts';

/** What `npm run bench -- OPTIONS` was asked for. */
export interface BenchOptions {
  readonly cases: readonly CaseName[];
  readonly rounds: number;
  /** Measured seconds of a round. */
  readonly seconds: number;
  /** Seconds of load before each of them. */
  readonly warmUp: number;
  /** Calls begun a second; null for as many as 32 in flight give. */
  readonly rate: number | null;
  readonly overSocket: boolean;
  readonly withGo: boolean;
  /** Measures Watchword with `listen.grpcServer: lean` too. */
  readonly withLean: boolean;
  /** File for the figures, or null. */
  readonly json: string | null;
  /** The program that is measured. */
  readonly server: string;
  readonly nodeFlags: readonly string[];
  /** `HOST:PORT` of a server that is measured too, or null. */
  readonly rival: string | null;
  /** Folder of the issuer's keys, or null for keys made now. */
  readonly keys: string | null;
  /** Whether a gateway is measured too. */
  readonly withEnvoy: boolean;
  /** Folder for the table and the plot. */
  readonly results: string;
}

const OPTIONS = {
  cases: { type: 'string', default: CASES.map(({ name }) => name).join() },
  rounds: { type: 'string' },
  seconds: { type: 'string' },
  'warm-up': { type: 'string' },
  rate: { type: 'string' },
  socket: { type: 'boolean', default: false },
  go: { type: 'boolean', default: false },
  lean: { type: 'boolean', default: false },
  json: { type: 'string' },
  quick: { type: 'boolean', default: false },
  server: { type: 'string', default: 'dist/main.js' },
  'node-flags': { type: 'string', default: '' },
  rival: { type: 'string' },
  keys: { type: 'string' },
  envoy: { type: 'boolean', default: false },
  results: { type: 'string', default: 'bench/results' },
  help: { type: 'boolean', default: false },
} as const;

export const USAGE = `npm run bench -- [OPTIONS]

  --cases NAME,NAME    ${CASES.map(({ name }) => name).join(', ')}; default: all
  --rounds N           of each server, in turn; default 5
  --seconds S          that a round is measured; default 2
  --warm-up S          of load before that; default 1
  --quick              3 rounds of 1 second
  --rate N             begins N calls a second; default: 32 in flight
  --socket             over a Unix socket instead of TCP
  --lean               measures Watchword with listen.grpcServer: lean too
  --go                 measures an empty Go server too; needs Go
  --envoy              measures an Envoy too: without a filter, with jwt_authn, with Watchword
  --rival HOST:PORT    measures a server of yours too, which must allow the tokens of the issuer in --keys
  --keys FOLDER        keys of the issuer, made where they are not there: give jwks.json to the rival
  --results FOLDER     for the table and the plot; default bench/results
  --json FILE          writes all figures
  --server FILE        the program to measure; default dist/main.js
  --node-flags FLAGS   of both Node servers; default none`;

/** Reads the arguments; null where help was asked for. Throws with one line where they are wrong. */
export function readOptions(args: readonly string[]): BenchOptions | null {
  const { values } = parseArgs({ args: [...args], options: OPTIONS });
  if (values.help) return null;
  const usual = values.quick ? { rounds: 3, seconds: 1 } : { rounds: 5, seconds: 2 };
  const number = (name: 'rounds' | 'seconds' | 'warm-up' | 'rate', otherwise: number): number => {
    const text = values[name];
    const value = text === undefined ? otherwise : Number(text);
    if (Number.isFinite(value) && value > 0) return value;
    throw new Error(`--${name} ${text} is not a number above 0`);
  };
  return {
    cases: values.cases.split(',').map(readCase),
    rounds: Math.ceil(number('rounds', usual.rounds)),
    seconds: number('seconds', usual.seconds),
    warmUp: number('warm-up', 1),
    rate: values.rate === undefined ? null : number('rate', 1),
    overSocket: values.socket,
    withGo: values.go,
    withLean: values.lean,
    json: values.json ?? null,
    server: values.server,
    rival: values.rival ?? null,
    keys: values.keys ?? null,
    withEnvoy: values.envoy,
    results: values.results,
    nodeFlags: values['node-flags'].split(' ').filter((flag) => flag !== ''),
  };
}

function readCase(text: string): CaseName {
  const found = CASES.find(({ name }) => name === text);
  if (found !== undefined) return found.name;
  throw new Error(
    `--cases: there is no ${text}; there are ${CASES.map(({ name }) => name).join()}`,
  );
}
