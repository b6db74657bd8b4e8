import { Environment } from '@marcbachmann/cel-js';
import type { Request } from '../request/request.ts';
import { MAX_SEPARATORS, separatorsIn } from './header-removals.ts';
import { parseHost } from './host.ts';
import { otherReading } from './method.ts';
import { readings, whyUnread, withoutQuery } from './path.ts';
import { lowerCase } from './path-table.ts';
import { type QueryFacts, queryFacts } from './query-facts.ts';

/** An expression in CEL over `claims` and `request`, compiled. */
export interface Condition {
  readonly source: string;
  /** The top-level claims that it reads. */
  readonly claims: readonly string[];
  /** The request headers that it reads, lower case. */
  readonly headers: readonly string[];
  /** Whether it walks through lists: its cost may grow with the square of the token's length. */
  readonly walks: boolean;
  /**
   * Whether it holds in every reading of the request's path, query and method. Anything but `true` is a refusal: another value, an absent
   * claim that is read without `has()`, an error. Never throws; gives null where it holds, else why not.
   */
  refusal(claims: Readonly<Record<string, unknown>>, request: Request): string | null;
}

/** What is wrong with an expression, and where: `column` counts from 1. */
export interface ConditionFault {
  readonly message: string;
  readonly column: number;
}

const LIMITS = {
  maxAstNodes: 300,
  maxDepth: 40,
  maxListElements: 100,
  maxMapEntries: 100,
  maxCallArguments: 8,
};
const environment = new Environment({ limits: LIMITS })
  .registerVariable('claims', 'map')
  .registerVariable('request', 'map');

const REQUEST_FIELDS: readonly string[] = ['method', 'path', 'host', 'query', 'headers'];

/** Functions whose cost the configuration cannot bound. */
const REFUSED: Readonly<Record<string, string>> = {
  matches: 'takes more than linear time; use claims: [{ path, matches }], which is RE2',
  bind: 'lets values grow without bound',
  join: 'lets values grow without bound',
  json: 'reads text as something else',
};
const WALKS: readonly string[] = ['all', 'exists', 'exists_one', 'map', 'filter'];

/**
 * Compiles an expression, or says what is wrong with it. With `ignoreCase` the path in lower case is one more of its readings, as
 * backends have it that ignore its case.
 */
export function compileCondition(
  source: string,
  { ignoreCase = false }: { readonly ignoreCase?: boolean } = {},
): Condition | ConditionFault {
  try {
    const checked = environment.check(source);
    if (!checked.valid) return faultOf(checked.error);
    if (checked.type !== 'bool' && checked.type !== 'dyn')
      return { message: `is ${checked.type}, it must be true or false`, column: 1 };
    const evaluate = environment.parse(source);
    const reader = new Reader();
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
}

interface Facts {
  readonly claims: Readonly<Record<string, unknown>>;
  readonly request: RequestFacts;
}

type Evaluate = (facts: Facts) => unknown;

function conditionOf(
  source: string,
  evaluate: Evaluate,
  reader: Reader,
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
    walks: reader.walks,
    refusal: (claims, request) => {
      const all = requestReadings(request, read);
      if (typeof all === 'string') return all;
      for (const one of all) {
        const refusal = refusalOf(evaluate, { claims, request: one });
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
  const shared = { host: parseHost(request.host) ?? '', headers: headersIn(request, headers) };
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

function refusalOf(evaluate: Evaluate, facts: Facts): string | null {
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

interface Node {
  readonly op: string;
  readonly args: unknown;
  readonly start?: number;
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'op' in value && 'args' in value;
}

/** Finds what an expression reads, and what it must not do. */
class Reader {
  readonly claims = new Set<string>();
  readonly headers = new Set<string>();
  /** Names of query parameters. */
  readonly parameters = new Set<string>();
  readsPath = false;
  walks = false;
  fault: ConditionFault | null = null;

  /** `depth` counts the walks through lists around a node. */
  read(node: unknown, depth: number): void {
    if (Array.isArray(node)) {
      for (const one of node as readonly unknown[]) this.read(one, depth);
      return;
    }
    if (!isNode(node)) return;
    const selected = selectionOf(node);
    if (selected !== null) {
      this.#select(selected, node);
      return;
    }
    if (node.op === 'id' && (node.args === 'claims' || node.args === 'request')) {
      this.#refuse(
        node,
        `${node.args} is read by name only: ${node.args}.NAME or ${node.args}['NAME']`,
      );
      return;
    }
    this.read(node.args, depth + this.#call(node, depth));
  }

  #call(node: Node, depth: number): number {
    if (node.op !== 'call' && node.op !== 'rcall') return 0;
    const [name] = node.args as readonly unknown[];
    const refused = typeof name === 'string' ? REFUSED[name] : undefined;
    if (refused !== undefined) this.#refuse(node, `${String(name)} ${refused}`);
    if (!WALKS.includes(String(name))) return 0;
    this.walks = true;
    if (depth > 0)
      this.#refuse(node, `${String(name)} within another walk through a list costs too much`);
    return 1;
  }

  #select([root, ...names]: readonly string[], node: Node): void {
    const [first = '', second] = names;
    if (root === 'claims') {
      this.claims.add(first);
      return;
    }
    if (!REQUEST_FIELDS.includes(first)) {
      this.#refuse(node, `request has no ${first}: ${REQUEST_FIELDS.join(', ')}`);
      return;
    }
    this.readsPath ||= first === 'path';
    if (first === 'query') this.#parameter(second, node);
    if (first === 'headers') this.#header(second, node);
  }

  #header(name: string | undefined, node: Node): void {
    if (name === undefined)
      this.#refuse(node, "headers are read by name only: request.headers['x-name']");
    else if (name !== name.toLowerCase())
      this.#refuse(node, `header names are lower case here: '${name.toLowerCase()}'`);
    else if (separatorsIn(name) > MAX_SEPARATORS)
      this.#refuse(node, `a header that is read has at most ${MAX_SEPARATORS} dashes: '${name}'`);
    else this.headers.add(name);
  }

  /** Two parameters that some backend takes for one are told apart by the name that is asked for. */
  #parameter(name: string | undefined, node: Node): void {
    if (name === undefined)
      this.#refuse(node, "query parameters are read by name only: request.query['NAME']");
    else this.parameters.add(name);
  }

  #refuse({ start = 0 }: Node, message: string): void {
    this.fault ??= { message, column: start + 1 };
  }
}

/** The names of a selection from `claims` or `request`, as far as they are written; null for anything else. */
function selectionOf(node: Node): readonly string[] | null {
  if (node.op !== '.' && node.op !== '[]') return null;
  const [of, name] = node.args as readonly unknown[];
  const written = isNode(name) && name.op === 'value' ? name.args : name;
  if (!isNode(of)) return null;
  if (of.op === 'id' && (of.args === 'claims' || of.args === 'request'))
    return typeof written === 'string' ? [of.args, written] : null;
  const inner = selectionOf(of);
  return inner === null || typeof written !== 'string' ? null : [...inner, written];
}
