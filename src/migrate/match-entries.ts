import type { Cell } from './match-table.ts';
import { demandsToken, pipelineKey, REFUSED } from './needs.ts';
import {
  baseOf,
  compareSpecificity,
  EVERY_PATH,
  isWithin,
  overlaps,
  type PathPattern,
  patternText,
} from './path-pattern.ts';

/** An entry of `match` of a pipeline. */
export interface MatchEntry {
  readonly hosts: readonly string[];
  readonly paths: readonly string[];
  readonly methods?: readonly string[];
}

/** The entries of `match` by `pipelineKey`, without cells that change nothing. */
export function matchEntries(cells: readonly Cell[]): ReadonlyMap<string, readonly MatchEntry[]> {
  const byHost = Map.groupBy(cells, ({ host }) => host);
  const kept = new Map(
    [...byHost].map(([host, all]) => [host, withoutIdle(openBases(all))] as const),
  );
  const needed = [...kept].flatMap(([host, all]) =>
    all.length > 0 ? all : closedHost(host, kept),
  );
  const placed = needed.flatMap(entriesOf);
  const byPipeline = Map.groupBy(placed, ({ pipeline }) => pipeline);
  return new Map([...byPipeline].map(([pipeline, all]) => [pipeline, joined(all)]));
}

/**
 * `/a/**` of `match` has `/a` too. Where Express Gateway refused that and the rest is open, the rest is written without it;
 * where the rest needs a token, so does `/a`.
 */
function openBases(cells: readonly Cell[]): readonly Cell[] {
  return cells.flatMap((cell): readonly Cell[] => {
    const base = baseOf(cell.path);
    if (base === null) return [cell];
    const own = cellAt(cells, base);
    const isWider = [...cell.needs].some(
      ([method, needs]) =>
        !demandsToken(needs) &&
        needs.kind !== 'refused' &&
        own?.needs.get(method)?.kind === 'refused',
    );
    if (!isWider) return [cell];
    const { segments } = base;
    const parts: readonly PathPattern[] = [
      { segments: [...segments, ''], isOpen: false },
      { segments: [...segments, '*'], isOpen: true },
      // What `/*` and `**` have in common is at the first.
      { segments: [...segments, '*'], isOpen: false },
    ];
    return parts
      .filter((part) => cellAt(cells, part) === undefined)
      .map((path) => ({ ...cell, path }));
  });
}

function cellAt(cells: readonly Cell[], path: PathPattern): Cell | undefined {
  return cells.find((one) => patternText(one.path) === patternText(path));
}

/** Takes away cells whose requests would be judged alike without them. */
function withoutIdle(cells: readonly Cell[]): readonly Cell[] {
  const kept = [...cells];
  for (const cell of cells) {
    const others = kept.filter((one) => one !== cell);
    if (isIdle(cell, others)) kept.splice(kept.indexOf(cell), 1);
  }
  return kept;
}

function isIdle(cell: Cell, others: readonly Cell[]): boolean {
  const less = others
    .filter((one) => inMatch(one.path).some((path) => overlaps(path, cell.path)))
    // `/a` and `/a/**` count as equal, and the first is taken for itself.
    .filter((one) => compareSpecificity(cell.path, one.path) <= 0)
    .sort((a, b) => compareSpecificity(a.path, b.path));
  for (const next of less) {
    if (!isAlike(cell, next)) return false;
    if (inMatch(next.path).some((path) => isWithin(cell.path, path))) return true;
  }
  return [...cell.needs.values()].every(({ kind }) => kind === 'refused');
}

/** A pattern with the path itself that `**` has in `match`. */
function inMatch(path: PathPattern): readonly PathPattern[] {
  const base = baseOf(path);
  return base === null ? [path] : [path, base];
}

/** Whether `next` lets nobody pass whom the cell refuses; a path that served nothing may need the token of what is below it. */
function isAlike(cell: Cell, next: Cell): boolean {
  const base = baseOf(next.path);
  const isBase = base !== null && patternText(base) === patternText(cell.path);
  return [...cell.needs].every(([method, needs]) => {
    const other = next.needs.get(method);
    if (other === undefined) return false;
    const isAbsent = needs.kind === 'refused' && needs.isAbsent;
    return pipelineKey(needs) === pipelineKey(other) || (isBase && isAbsent && demandsToken(other));
  });
}

/** A host without cells is refused as a whole where a wider host would have its requests. */
function closedHost(host: string, kept: ReadonlyMap<string, readonly Cell[]>): readonly Cell[] {
  const isOpened = [...kept].some(([wider, cells]) => cells.length > 0 && isWiderHost(wider, host));
  const needs = new Map([[null, REFUSED]]);
  return isOpened ? [{ host, path: EVERY_PATH, needs, conflict: [] }] : [];
}

function isWiderHost(wider: string, host: string): boolean {
  return wider === '*' || (wider.startsWith('*.') && host.endsWith(wider.slice(1)));
}

interface Placed extends MatchEntry {
  readonly pipeline: string;
}

/** A cell as entries: one for every other method, and those of the methods that need something else. */
function entriesOf({ host, path, needs }: Cell): readonly Placed[] {
  const at = { hosts: [host], paths: [patternText(path)] };
  const rest = pipelineKey(needs.get(null) ?? REFUSED);
  const named = [...needs].flatMap(([method, one]) => {
    const pipeline = pipelineKey(one);
    return method === null || pipeline === rest ? [] : [{ method, pipeline }];
  });
  const byPipeline = Map.groupBy(named, ({ pipeline }) => pipeline);
  const entries = [...byPipeline].map(([pipeline, all]) => ({
    ...at,
    pipeline,
    methods: all.map(({ method }) => method),
  }));
  // Methods that no entry has are refused.
  return rest === REFUSED.kind && entries.length > 0
    ? entries
    : [{ ...at, pipeline: rest }, ...entries];
}

/** Entries of one pipeline with paths, and then hosts, joined. */
function joined(entries: readonly Placed[]): readonly MatchEntry[] {
  const paths = Map.groupBy(entries, ({ hosts, methods }) => JSON.stringify([hosts, methods]));
  const withPaths = [...paths.values()].flatMap((all) => {
    const [first] = all;
    return first === undefined ? [] : [{ ...first, paths: all.flatMap((one) => one.paths) }];
  });
  const hosts = Map.groupBy(withPaths, (one) => JSON.stringify([one.paths, one.methods]));
  return [...hosts.values()].flatMap((all) => {
    const [first] = all;
    if (first === undefined) return [];
    const { pipeline: _, ...entry } = first;
    return [{ ...entry, hosts: all.flatMap((one) => one.hosts) }];
  });
}
