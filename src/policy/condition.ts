import { createRequire } from 'node:module';
import type { Environment } from '@marcbachmann/cel-js';
import type { Request, Source } from '../request/request.ts';
import { type ConditionFault, ExpressionReader } from './condition-reader.ts';
import { parseHost } from './host.ts';
import { otherReading } from './method.ts';
import { readings, whyUnread, withoutQuery } from './path.ts';
import { lowerCase } from './path-table.ts';
import { type QueryFacts, queryFacts } from './query-facts.ts';

/** An expression in CEL over `claims`, `request` and `consumer`, compiled. */
export interface Condition {
  readonly source: string;
  /** The top-level claims that it reads. */
  readonly claims: readonly string[];
  /** The request headers that it reads, lower case. */
  readonly headers: readonly string[];
  /** The attributes of the consumer that it reads; `id` is one of them. */
  readonly attributes: readonly string[];
  /** Whether it reads the other end of the connection, which gateways that ask over HTTP do not tell. */
  readonly readsSource: boolean;
  /** Whether it walks through lists: its cost may grow with the square of the token's length. */
  readonly walks: boolean;
  /**
   * Whether it holds in every reading of the request's path, query and method. Anything but `true` is a refusal: another value, an absent
   * claim that is read without `has()`, an error. Never throws; gives null where it holds, else why not.
   */
  refusal(claims: Facts, request: Request, consumer: Facts): string | null;
}

type Facts = Readonly<Record<string, unknown>>;

const LIMITS = {
  maxAstNodes: 300,
  maxDepth: 40,
  maxListElements: 100,
  maxMapEntries: 100,
  maxCallArguments: 8,
};

const require = createRequire(import.meta.url);
let environment: Environment | null = null;

/** Loaded with the first condition: few configurations have one. */
function loadCel(): Environment {
  const cel = require('@marcbachmann/cel-js') as typeof import('@marcbachmann/cel-js');
  environment ??= new cel.Environment({ limits: LIMITS })
    .registerVariable('claims', 'map')
    .registerVariable('request', 'map')
    .registerVariable('consumer', 'map');
  return environment;
}

/**
 * Compiles an expression, or says what is wrong with it. With `ignoreCase` the path in lower case is one more of its readings, as
 * backends have it that ignore its case.
 */
export function compileCondition(
  source: string,
  { ignoreCase = false }: { readonly ignoreCase?: boolean } = {},
): Condition | ConditionFault {
  try {
    const cel = loadCel();
    const checked = cel.check(source);
    if (!checked.valid) return faultOf(checked.error);
    if (checked.type !== 'bool' && checked.type !== 'dyn')
      return { message: `is ${checked.type}, it must be true or false`, column: 1 };
    const evaluate = cel.parse(source);
    const reader = new ExpressionReader();
    reader.read(evaluate.ast as unknown, 0);
    if (reader.fault !== null) return reader.fault;
    return conditionOf(source, evaluate as Evaluate, reader, ignoreCase);
  } catch (error) {
    return faultOf(error);
  }
}

/** One reading of a request, as an expression sees it. */
interface RequestFacts {
  readonly host: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly path: string;
  readonly query: QueryFacts;
  readonly method: string;
  readonly source: Source;
}

/** What an expression is evaluated over. */
interface Known {
  readonly claims: Facts;
  readonly request: RequestFacts;
  readonly consumer: Facts;
}

type Evaluate = (facts: Known) => unknown;

function conditionOf(
  source: string,
  evaluate: Evaluate,
  reader: ExpressionReader,
  ignoreCase: boolean,
): Condition {
  const read = {
    path: reader.readsPath,
    headers: [...reader.headers],
    parameters: [...reader.parameters],
    ignoreCase,
  };
  return {
    source,
    claims: [...reader.claims],
    headers: read.headers,
    attributes: [...reader.attributes],
    readsSource: reader.readsSource,
    walks: reader.walks,
    refusal: (claims, request, consumer) => {
      const all = requestReadings(request, read);
      if (typeof all === 'string') return all;
      for (const one of all) {
        const refusal = refusalOf(evaluate, { claims, request: one, consumer });
        if (refusal !== null) return refusal;
      }
      return null;
    },
  };
}

/** What an expression reads of a request. */
interface ReadOfRequest {
  readonly path: boolean;
  readonly headers: readonly string[];
  readonly parameters: readonly string[];
  readonly ignoreCase: boolean;
}

const NO_SOURCE: Source = {};

/** A request in every reading of its path, query and method, or why these cannot be told. */
function requestReadings(
  request: Request,
  { path, headers, parameters, ignoreCase }: ReadOfRequest,
): readonly RequestFacts[] | string {
  const paths = path ? pathsOf(request.path, ignoreCase) : [''];
  if (paths === null) return whyUnread(request.path);
  const queries = queryFacts(request.path, parameters);
  if (typeof queries === 'string') return `cannot be told: ${queries}`;
  const other = otherReading(request.method);
  const methods = other === null ? [request.method] : [request.method, other];
  const shared = {
    host: parseHost(request.host) ?? '',
    headers: headersIn(request, headers),
    source: request.source ?? NO_SOURCE,
  };
  return paths.flatMap((onePath) =>
    queries.flatMap((query) =>
      methods.map((method) => ({ ...shared, path: onePath, query, method })),
    ),
  );
}

/** Every reading of the path of a target; null where they cannot be told. */
function pathsOf(target: string, ignoreCase: boolean): readonly string[] | null {
  const paths = readings(withoutQuery(target));
  return ignoreCase && paths !== null ? [...new Set([...paths, ...paths.map(lowerCase)])] : paths;
}

function refusalOf(evaluate: Evaluate, facts: Known): string | null {
  try {
    const result = evaluate(facts);
    return result === true
      ? null
      : `is ${result === false ? 'false' : `${typeof result}, not true`}`;
  } catch (error) {
    return `cannot be told: ${faultOf(error).message}`;
  }
}

function headersIn(request: Request, names: readonly string[]): RequestFacts['headers'] {
  const read = names.flatMap((name) => {
    const value =
      name === 'authorization' ? request.authorization : (request.headers?.get(name) ?? null);
    return value === null ? [] : [[name, value] as const];
  });
  return Object.fromEntries(read);
}

function faultOf(error: unknown): ConditionFault {
  const { summary, message, range } = error as {
    summary?: string;
    message?: string;
    range?: { start: number };
  };
  const first = (summary ?? message ?? 'not an expression').split('\n')[0] ?? '';
  return { message: first.slice(0, 256), column: (range?.start ?? 0) + 1 };
}
