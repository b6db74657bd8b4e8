import { dirname, resolve } from 'node:path';
import { type Document, isNode, LineCounter, parseDocument } from 'yaml';
import { z } from 'zod';
import type { Problem } from '../base/problem.ts';
import { CONFIG } from './shape.ts';
import { isPath } from './shape-values.ts';

type Raw = Readonly<Record<string, unknown>>;

/** One configuration file, parsed but not checked. */
export interface Fragment {
  readonly file: string;
  readonly value: Raw;
  /** `file:line` of a setting, or the file where the line is not known. */
  readonly placeOf: (path: readonly PropertyKey[]) => string;
}

export type FragmentRead =
  | { readonly ok: true; readonly fragment: Fragment }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/** Aliases make a small file large; a configuration needs few. */
const MOST_ALIASES = 100;

/** Parses a configuration file (YAML 1.2, of which JSON is a part). `name` is how problems call it. */
export function readFragment(file: string, name: string, text: string): FragmentRead {
  const lines = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    uniqueKeys: true,
  });
  const faults = [...document.errors, ...document.warnings];
  if (faults.length > 0) {
    return {
      ok: false,
      problems: faults.map(({ code, message, pos }) => ({
        path: `${name}:${lines.linePos(pos[0]).line}`,
        message: code === 'MULTIPLE_DOCS' ? 'has more than one document' : firstLine(message),
      })),
    };
  }
  const value = mappingOf(document);
  if (typeof value === 'string') return { ok: false, problems: [{ path: name, message: value }] };
  return {
    ok: true,
    fragment: {
      file,
      value: withAbsolutePaths(value, CONFIG, dirname(file)) as Raw,
      placeOf: placesIn(document, lines, name),
    },
  };
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? text;
}

/** The settings, or what is wrong with the document as a whole. */
function mappingOf(document: Document): Raw | string {
  try {
    const value: unknown = document.toJS({ maxAliasCount: MOST_ALIASES }) ?? {};
    return isMapping(value) ? value : 'is not a mapping of settings';
  } catch {
    // What the parser accepts can fail here for one reason only.
    return 'has too many aliases';
  }
}

function isMapping(value: unknown): value is Raw {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function placesIn(document: Document, lines: LineCounter, name: string): Fragment['placeOf'] {
  return (path) => {
    for (let length = path.length; length > 0; length -= 1) {
      const node = document.getIn(path.slice(0, length), true);
      if (isNode(node) && node.range) return `${name}:${lines.linePos(node.range[0]).line}`;
    }
    return name;
  };
}

/** Paths in a file are relative to that file, so that a fragment can be moved with its keys. The schema tells what is a path. */
function withAbsolutePaths(value: unknown, schema: unknown, folder: string): unknown {
  const inner = unwrapped(schema);
  if (isPath(inner))
    return typeof value === 'string' && value !== '' ? resolve(folder, value) : value;
  if (inner instanceof z.ZodArray && Array.isArray(value))
    return value.map((element) => withAbsolutePaths(element, inner.element, folder));
  if (!(inner instanceof z.ZodObject) || !isMapping(value)) return value;
  const shape: Raw = inner.shape;
  return Object.fromEntries(
    Object.entries(value).map(([name, setting]) => [
      name,
      Object.hasOwn(shape, name) ? withAbsolutePaths(setting, shape[name], folder) : setting,
    ]),
  );
}

function unwrapped(schema: unknown): unknown {
  const isWrapper =
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodPrefault;
  return isWrapper ? unwrapped(schema.unwrap()) : schema;
}
