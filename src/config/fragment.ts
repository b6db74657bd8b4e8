import { dirname, resolve } from 'node:path';
import { type Document, isCollection, isMap, isNode, isScalar, LineCounter } from 'yaml';
import { z } from 'zod';
import type { Problem } from '../base/problem.ts';
import { otherDocument, otherText } from './other-document.ts';
import { CONFIG } from './shape.ts';
import { isPath } from './shape-values.ts';
import { documentOf, placeAt, yamlFaults } from './yaml-faults.ts';

type Raw = Readonly<Record<string, unknown>>;

/** One configuration file, parsed but not checked. */
export interface Fragment {
  readonly file: string;
  readonly value: Raw;
  /** Whether it has no settings at all, not even `{}`: an empty file, or comments only. */
  readonly isEmpty: boolean;
  /** `file:line:column` of a setting, or the file where the line is not known. */
  readonly placeOf: (path: readonly PropertyKey[]) => string;
}

export type FragmentRead =
  | { readonly ok: true; readonly fragment: Fragment }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/** Aliases make a small file large; a configuration needs few. */
export const MAX_ALIASES = 100;

/** What a file is meant to be. */
export interface FileForm {
  /** Tells which settings are paths. */
  readonly schema: z.ZodType;
  /** As problems call it. */
  readonly called: string;
}

const CONFIGURATION: FileForm = { schema: CONFIG, called: 'a configuration of Watchword' };

/** Parses a configuration file (YAML 1.2, of which JSON is a part). `name` is how problems call it. */
export function readFragment(
  file: string,
  name: string,
  text: string,
  form: FileForm = CONFIGURATION,
): FragmentRead {
  const refused = (problem: Problem): FragmentRead => ({ ok: false, problems: [problem] });
  const unreadable = textFault(text);
  if (unreadable !== null) return refused({ path: name, ...unreadable });
  const lines = new LineCounter();
  const document = documentOf(text, lines);
  const problems = yamlFaults(document, text, (offset) => placeAt(name, lines, offset));
  if (problems.length > 0) {
    const other = otherText(text);
    return other === null ? { ok: false, problems } : refused(isOther(name, other, form));
  }
  const value = mappingOf(document);
  if (typeof value === 'string') {
    const other = otherText(text);
    return refused(other === null ? { path: name, message: value } : isOther(name, other, form));
  }
  const other = otherDocument(value);
  if (other !== null) return refused(isOther(name, other, form));
  return {
    ok: true,
    fragment: {
      file,
      value: withAbsolutePaths(value, form.schema, dirname(file)) as Raw,
      isEmpty: document.contents === null,
      placeOf: placesIn(document, (offset) => placeAt(name, lines, offset), name),
    },
  };
}

function isOther(
  path: string,
  { is, hint }: { readonly is: string; readonly hint: string },
  { called }: FileForm,
): Problem {
  return { path, message: `is ${is}, not ${called}`, hint };
}

/** What editors and shells do to a text that then reads as something else. */
function textFault(text: string): Pick<Problem, 'message' | 'hint'> | null {
  if (text.includes('\0'))
    return {
      message: 'is not UTF-8 text',
      hint: 'PowerShell writes UTF-16 by `>`: save it as UTF-8',
    };
  const line = text.split('\n').findIndex((one) => /^ *[\u00a0\u2000-\u200b\u3000]/.test(one));
  if (line === -1) return null;
  return {
    message: `line ${line + 1} is indented with a character that looks like a space`,
    hint: 'a no-break space, as web pages have it: type the spaces anew',
  };
}

/** The settings, or what is wrong with the document as a whole. */
function mappingOf(document: Document): Raw | string {
  try {
    const value: unknown = document.toJS({ maxAliasCount: MAX_ALIASES }) ?? {};
    return isMapping(value) ? value : 'is not a mapping of settings';
  } catch {
    // What the parser accepts, aliases resolved, can fail here for one reason only.
    return 'has too many aliases';
  }
}

function isMapping(value: unknown): value is Raw {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The place of each setting of a document; `otherwise` where it has none. */
export function placesIn(
  document: Document,
  at: (offset: number) => string,
  otherwise: string,
): Fragment['placeOf'] {
  return (path) => {
    for (let length = path.length; length > 0; length -= 1) {
      const range = rangeAt(document, path.slice(0, length));
      if (range !== null) return at(range);
    }
    return otherwise;
  };
}

/** Where a setting's value begins; where it has none, or begins on a line below, its name does. Null where it is not there. */
function rangeAt(document: Document, path: readonly PropertyKey[]): number | null {
  const value = document.getIn(path, true);
  const owner = path.length === 1 ? document.contents : document.getIn(path.slice(0, -1), true);
  const name = isMap(owner)
    ? owner.items.find(({ key }) => isScalar(key) && String(key.value) === path.at(-1))?.key
    : undefined;
  const isBelow = isCollection(value) && value.flow !== true;
  const isEmpty = isScalar(value) && value.value === null;
  const node = isNode(name) && (isBelow || isEmpty || !isNode(value)) ? name : value;
  return isNode(node) ? (node.range?.[0] ?? null) : null;
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
