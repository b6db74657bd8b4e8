import { MAX_SEPARATORS, separatorsIn } from './header-removals.ts';

/** What is wrong with an expression, and where: `column` counts from 1. */
export interface ConditionFault {
  readonly message: string;
  readonly column: number;
}

const REQUEST_FIELDS: readonly string[] = ['method', 'path', 'host', 'query', 'headers'];

/** Functions whose cost the configuration cannot bound. */
const REFUSED: Readonly<Record<string, string>> = {
  matches: 'takes more than linear time; use claims: [{ path, matches }], which is RE2',
  bind: 'lets values grow without bound',
  join: 'lets values grow without bound',
  json: 'reads text as something else',
};
const WALKS: readonly string[] = ['all', 'exists', 'exists_one', 'map', 'filter'];

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
    if (node.op === 'id' && isRoot(node.args)) {
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
    if (root === 'consumer') {
      this.attributes.add(first);
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
