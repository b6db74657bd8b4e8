import { segmentsOf } from './path.ts';

/** Letters of ASCII in lower case: a path is bytes, and no other byte of it has a case. */
export function lowerCase(path: string): string {
  return path.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

interface Node<T> {
  readonly literals: Map<string, Node<T>>;
  one: Node<T> | null;
  exact: T | null;
  rest: T | null;
}

function emptyNode<T>(): Node<T> {
  return { literals: new Map(), one: null, exact: null, rest: null };
}

/** The values of several path patterns, found segment by segment: literal over `*` over `**`. */
export class PathTable<T> {
  /** As they were given. */
  readonly patterns: readonly string[];
  readonly #root: Node<T> = emptyNode();
  readonly #ignoresCase: boolean;
  /** Segments of the longest pattern. */
  readonly #depth: number;

  /** With `ignoreCase` letters of ASCII match in any case, as Express and some backends do; two patterns never differ by case alone. */
  constructor(
    patterns: Iterable<readonly [pattern: string, value: T]>,
    { ignoreCase = false }: { readonly ignoreCase?: boolean } = {},
  ) {
    this.#ignoresCase = ignoreCase;
    let depth = 0;
    const entries = [...patterns];
    this.patterns = entries.map(([pattern]) => pattern);
    for (const [pattern, value] of entries) {
      let node = this.#root;
      const segments = segmentsOf(this.#read(pattern));
      depth = Math.max(depth, segments.length);
      const open = segments.at(-1) === '**';
      for (const segment of open ? segments.slice(0, -1) : segments) {
        node = step(node, segment);
      }
      if (open) node.rest = value;
      else node.exact = value;
    }
    this.#depth = depth;
  }

  /** The value of the most specific pattern that covers the path, or null. The path has one reading. */
  find(path: string): T | null {
    if (!path.startsWith('/')) return null;
    // One more than any pattern has tells that there are more: a path of 30,000 segments is not taken apart.
    return findIn(this.#root, segmentsOf(this.#read(path), this.#depth + 1), 0);
  }

  #read(path: string): string {
    return this.#ignoresCase ? lowerCase(path) : path;
  }
}

function step<T>(node: Node<T>, segment: string): Node<T> {
  if (segment === '*') {
    node.one ??= emptyNode();
    return node.one;
  }
  const known = node.literals.get(segment);
  if (known !== undefined) return known;
  const made = emptyNode<T>();
  node.literals.set(segment, made);
  return made;
}

/** Visits each node of the table at most once: a node's depth is the only index it is asked for. */
function findIn<T>(node: Node<T>, segments: readonly string[], at: number): T | null {
  const segment = segments[at];
  // `/orders/**` covers `/orders` itself.
  if (segment === undefined) return node.exact ?? node.rest;
  const literal = node.literals.get(segment);
  const byLiteral = literal === undefined ? null : findIn(literal, segments, at + 1);
  if (byLiteral !== null) return byLiteral;
  // `*` is one segment that is there: `/a/` has an empty one.
  const byOne = node.one === null || segment === '' ? null : findIn(node.one, segments, at + 1);
  return byOne ?? node.rest;
}
