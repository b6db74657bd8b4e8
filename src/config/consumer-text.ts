import { type Document, LineCounter } from 'yaml';
import { z } from 'zod';
import type { Problem } from '../base/problem.ts';
import { hasDuplicateNames } from '../token/json-object.ts';
import { CONSUMER_ENTRY, type ConsumerEntry } from './consumer-entry.ts';
import { findingsOf } from './explain-issue.ts';
import { MAX_ALIASES, placesIn } from './fragment.ts';
import { dotted } from './read.ts';
import { settingsOf } from './settings-at.ts';
import { documentOf, yamlFaults } from './yaml-faults.ts';

/** An entry of a list of consumers, or what is wrong with it. `place` is `file:line`. */
export type EntryRead =
  | { readonly ok: true; readonly entry: ConsumerEntry; readonly place: string }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/** Largest list that is read at once, in characters: YAML takes half a second for it, in which nothing is decided. */
const MAX_AT_ONCE = 256 * 1024;

const LIST = z.array(CONSUMER_ENTRY);
const SETTINGS = settingsOf(LIST);

/** Comments and empty lines, then the first entry of a list that begins at the start of its line. */
const HEAD =
  /^(?:\uFEFF?(?:[ \t]*(?:#[^\n]*)?\r?\n)*(?:---[ \t]*\r?\n)?(?:[ \t]*(?:#[^\n]*)?\r?\n)*)(?=-[ \r\n])/;
/** An entry in JSON, on one line. JSON is YAML, and ten times as fast to read. */
const JSON_ENTRY = /^- (\{.*\})\s*$/;

/**
 * Reads a list of consumers (YAML 1.2, of which JSON is a part) entry by entry, so that whoever reads may stop between two of
 * them. `name` is how problems call the file.
 */
export function* readEntries(name: string, text: string): Generator<EntryRead> {
  const head = HEAD.exec(text);
  if (head === null) {
    yield* text.length > MAX_AT_ONCE ? [tooLarge(name)] : readPart(name, text, 1, 0);
    return;
  }
  let at = head[0].length;
  let line = head[0].split('\n').length;
  for (let index = 0; at < text.length; index += 1) {
    const next = text.indexOf('\n- ', at);
    const end = next === -1 ? text.length : next + 1;
    const part = text.slice(at, end);
    yield* readOneLine(name, part, line) ?? readPart(name, part, line, index);
    line += part.split('\n').length - 1;
    at = end;
  }
}

function tooLarge(name: string): EntryRead {
  const message = `is larger than ${MAX_AT_ONCE / 1024} KiB and has no entry at the start of a line, so that it cannot be read in parts`;
  return {
    ok: false,
    problems: [{ path: name, message, hint: 'write each entry on a line of its own: - {"id": …}' }],
  };
}

/** An entry that is right and in JSON; null for any other, whose places YAML knows. */
function readOneLine(name: string, part: string, line: number): readonly EntryRead[] | null {
  const json = JSON_ENTRY.exec(part)?.[1];
  if (json === undefined) return null;
  try {
    const parsed = CONSUMER_ENTRY.safeParse(JSON.parse(json));
    if (!parsed.success || hasDuplicateNames(json)) return null;
    return [{ ok: true, entry: parsed.data, place: `${name}:${line}` }];
  } catch {
    return null;
  }
}

/** Entries of a part of a file: `first` is its line there, `index` that of its first entry in the list. */
function* readPart(name: string, text: string, first: number, index: number): Generator<EntryRead> {
  const lines = new LineCounter();
  const document = documentOf(text, lines);
  const at = (offset: number): string => {
    const { line, col } = lines.linePos(offset);
    return `${name}:${line + first - 1}:${col}`;
  };
  const faults = yamlFaults(document, text, at);
  if (faults.length > 0) {
    yield { ok: false, problems: faults };
    return;
  }
  const value: unknown = plainValue(document);
  if (!Array.isArray(value)) {
    const message = 'must be a list of consumers: - { id: alice }';
    const hint = value === null ? { hint: 'it is empty; `[]` is a list without one' } : {};
    yield { ok: false, problems: [{ path: name, message, ...hint }] };
    return;
  }
  const placeOf = placesIn(document, at, name);
  for (const [own, one] of value.entries()) {
    const parsed = CONSUMER_ENTRY.safeParse(one, { reportInput: true });
    if (parsed.success) {
      // A text of YAML is a piece of the file's, and would keep all of it in memory.
      const entry = JSON.parse(JSON.stringify(parsed.data)) as ConsumerEntry;
      yield { ok: true, entry, place: placeOf([own]) };
      continue;
    }
    const found = parsed.error.issues.flatMap((issue) =>
      findingsOf({ ...issue, path: [index + own, ...issue.path] }, SETTINGS),
    );
    const problems = found.map(({ path, ...rest }) => ({
      ...rest,
      path: `${placeOf([own, ...path.slice(1)])} ${dotted(path)}`,
    }));
    yield { ok: false, problems };
  }
}

function plainValue(document: Document): unknown {
  try {
    return document.toJS({ maxAliasCount: MAX_ALIASES });
  } catch {
    // What the parser accepts, aliases resolved, can fail here for one reason only.
    return null;
  }
}
