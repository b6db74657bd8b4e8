import { redactTokens } from '../../base/redact.ts';
import { PathTable } from '../../policy/path-table.ts';
import type { ClaimHeader } from '../../policy/pipeline.ts';
import { NAME_PREFIX } from '../../request/request.ts';
import {
  type Parsed,
  parseForward,
  parseMode,
  parseName,
  parseNames,
  parsePaths,
  parseScopes,
  parseWords,
  valueFault,
} from './annotation-values.ts';

/** What a route says about its own policy: the annotations under our prefix, read but not yet held against a pipeline. */
export interface RoutePolicy {
  /** The pipeline that it names, or null. */
  readonly pipeline: string | null;
  /** How it changes the pipeline that judges it, or null where it does not. */
  readonly tightening: Tightening | null;
  /** What is wrong with it; a route with one fault is refused. */
  readonly faults: readonly string[];
}

/** Stricter terms for one route. Absent members change nothing. */
export interface Tightening {
  /** Configured names. */
  readonly issuers?: readonly string[];
  readonly audiences?: readonly string[];
  readonly scopes?: readonly string[];
  readonly 'scopes-any'?: readonly string[];
  readonly mode?: 'enforce' | 'shadow';
  /** The only one that loosens. */
  readonly 'public-paths'?: readonly string[];
  readonly 'forward-headers'?: readonly ClaimHeader[];
}

/** The closed set: each name after the prefix with its syntax. */
const TABLE = {
  pipeline: parseName,
  issuers: parseNames,
  audiences: parseWords,
  scopes: parseScopes,
  'scopes-any': parseScopes,
  mode: parseMode,
  'public-paths': parsePaths,
  'forward-headers': parseForward,
} as const satisfies Record<string, (value: string) => Parsed<unknown>>;

type AnnotationName = keyof typeof TABLE;

/** The names after the prefix, in the order of the documentation. */
export const ANNOTATION_NAMES: readonly AnnotationName[] = Object.keys(TABLE) as AnnotationName[];

/** A route without an annotation of ours. */
export const NO_POLICY: RoutePolicy = { pipeline: null, tightening: null, faults: [] };

/**
 * Reads names and values, prefix included; names of others are not looked at. Unknown names and bad values are faults: a word
 * that is misspelt must not be a policy that is not applied.
 */
export function readAnnotations(
  entries: Iterable<readonly [name: string, value: unknown]>,
): RoutePolicy {
  const terms: Record<string, unknown> = {};
  const faults: string[] = [];
  for (const [name, value] of entries) {
    if (!name.startsWith(NAME_PREFIX)) continue;
    const short = name.slice(NAME_PREFIX.length);
    const fault = readInto(terms, short, value);
    if (fault !== null) faults.push(`${NAME_PREFIX}${redactTokens(short).slice(0, 64)} ${fault}`);
  }
  const { pipeline = null, ...tightening } = terms as { pipeline?: string } & Tightening;
  if (faults.length === 0 && Object.keys(terms).length === 0) return NO_POLICY;
  const changes = Object.keys(tightening).length > 0;
  return { pipeline, tightening: changes ? tightening : null, faults };
}

function readInto(terms: Record<string, unknown>, name: string, value: unknown): string | null {
  if (!Object.hasOwn(TABLE, name)) return `is unknown; there is ${ANNOTATION_NAMES.join(', ')}`;
  if (typeof value !== 'string') return 'is not a string';
  const unusable = valueFault(value);
  if (unusable !== null) return unusable;
  const parsed = TABLE[name as AnnotationName](value);
  if (!parsed.ok) return parsed.fault;
  terms[name] = parsed.value;
  return null;
}

const tables = new WeakMap<readonly string[], PathTable<true>>();

/** The public paths of a tightening as a table, made once; null where it has none. */
export function publicPathsOf(tightening: Tightening | null): PathTable<true> | null {
  const patterns = tightening?.['public-paths'];
  if (patterns === undefined) return null;
  const known = tables.get(patterns);
  if (known !== undefined) return known;
  const table = new PathTable(patterns.map((pattern) => [pattern, true] as const));
  tables.set(patterns, table);
  return table;
}
