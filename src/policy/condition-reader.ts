import { MAX_SEPARATORS, separatorsIn } from './header-removals.ts';

/** What is wrong with an expression, and where: `column` counts from 1. */
export interface ConditionFault {
  readonly message: string;
  readonly column: number;
}

const REQUEST_FIELDS: readonly string[] = ['method', 'path', 'host', 'query', 'headers', 'source'];

/** What is read of the other end of the connection. */
const SOURCE_FIELDS: readonly string[] = ['address', 'principal'];

/** Functions whose cost the configuration cannot bound. */
const REFUSED: Readonly<Record<string, string>> = {
  matches: 'takes more than linear time; use claims: [{ path, matches }], which is RE2',
  bind: 'lets values grow without bound',
  join: 'lets values grow without bound',
  json: 'reads text as something else',
};
const WALKS: readonly string[] = ['all', 'exists', 'exists_one', 'map', 'filter'];
/** Functions that make nothing as long as what they are given: cheap enough for every step of a walk. */
const CHEAP: readonly string[] = ['size', 'contains', 'startsWith', 'endsWith', 'has', 'type'];

interface Node {
  readonly op: string;
  readonly args: unknown;
  readonly start?: number;
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'op' in value && 'args' in value;
}

/** Finds what an expression reads, and what it must not do. */
export class ExpressionReader {
  readonly claims = new Set<string>();
  readonly headers = new Set<string>();
  /** Names of query parameters. */
  readonly parameters = new Set<string>();
  readonly attributes = new Set<string>();
  readsPath = false;
  readsSource = false;
  walks = false;
  fault: ConditionFault | null = null;

  /** `depth` counts the walks through lists around a node; `step` tells whether it is done at each step of one. */
  read(node: unknown, depth: number, step = false): void {
    if (Array.isArray(node)) {
      for (const one of node as readonly unknown[]) this.read(one, depth, step);
      return;
    }
    if (!isNode(node)) return;
    const selected = selectionOf(node);
    if (selected !== null) {
      this.#select(selected, node);
      return;
    }
    if (node.op === 'call' || node.op === 'rcall') this.#call(node, depth, step);
    else this.#other(node, depth, step);
  }

  #other(node: Node, depth: number, step: boolean): void {
    if (node.op === 'id' && isRoot(node.args)) {
      this.#refuse(
        node,
        `${node.args} is read by name only: ${node.args}.NAME or ${node.args}['NAME']`,
      );
      return;
    }
    if (step && node.op === '+') this.#step('+', node);
    this.read(node.args, depth, step);
  }

  #call(node: Node, depth: number, step: boolean): void {
    const [name, ...args] = node.args as readonly [string, ...(readonly unknown[])];
    const refused = REFUSED[name];
    if (refused !== undefined) this.#refuse(node, `${name} ${refused}`);
    if (!WALKS.includes(name)) {
      if (step && !CHEAP.includes(name)) this.#step(name, node);
      this.read(args, depth, step);
      return;
    }
    this.walks = true;
    const [list, ...body] = args;
    if (depth > 0) this.#refuse(node, `${name} within another walk through a list costs too much`);
    if (reads(list, 'request'))
      this.#refuse(node, `${name} over request costs too much: who asks chooses its length`);
    this.read(list, depth + 1, step);
    this.read(body, depth + 1, true);
  }

  /** What is made of a claim again at each step of a walk would cost its length as often. */
  #step(name: string, node: Node): void {
    if (reads(node.args))
      this.#refuse(node, `${name} of a claim at each step of a walk through a list costs too much`);
  }

  #select([root, ...names]: readonly string[], node: Node): void {
    const [first = '', second] = names;
    if (root === 'claims') {
      this.claims.add(first);
      return;
    }
    if (root === 'consumer') {
      this.attributes.add(first);
      return;
    }
    if (!REQUEST_FIELDS.includes(first)) {
      this.#refuse(node, `request has no ${first}: ${REQUEST_FIELDS.join(', ')}`);
      return;
    }
    this.readsPath ||= first === 'path';
    if (first === 'source') this.#source(second, node);
    if (first === 'query') this.#parameter(second, node);
    if (first === 'headers') this.#header(second, node);
  }

  #source(name: string | undefined, node: Node): void {
    this.readsSource = true;
    if (name === undefined || !SOURCE_FIELDS.includes(name))
      this.#refuse(node, `request.source has ${SOURCE_FIELDS.join(' and ')}`);
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

/** Whether an expression reads a variable; any of them unless one is named. */
function reads(node: unknown, variable?: string): boolean {
  if (Array.isArray(node)) return node.some((one) => reads(one, variable));
  if (!isNode(node)) return false;
  if (node.op === 'id' && isRoot(node.args))
    return variable === undefined || node.args === variable;
  return reads(node.args, variable);
}

/** The variables; each is read by names alone, so that what an expression reads is known when it is compiled. */
function isRoot(name: unknown): name is string {
  return name === 'claims' || name === 'request' || name === 'consumer';
}

/** The names of a selection from a variable, as far as they are written; null for anything else. */
function selectionOf(node: Node): readonly string[] | null {
  if (node.op !== '.' && node.op !== '[]') return null;
  const [of, name] = node.args as readonly unknown[];
  const written = isNode(name) && name.op === 'value' ? name.args : name;
  if (!isNode(of)) return null;
  if (of.op === 'id' && isRoot(of.args))
    return typeof written === 'string' ? [of.args, written] : null;
  const inner = selectionOf(of);
  return inner === null || typeof written !== 'string' ? null : [...inner, written];
}
