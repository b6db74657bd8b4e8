import { dirname, resolve } from 'node:path';
import { type Document, isNode, LineCounter, parseDocument } from 'yaml';
import type { Problem } from '../base/problem.ts';

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
      problems: faults.map((fault) => ({
        path: `${name}:${lines.linePos(fault.pos[0]).line}`,
        message: firstLine(fault.message),
      })),
    };
  }
  const value = mappingOf(document);
  if (value === null) {
    return { ok: false, problems: [{ path: name, message: 'is not a mapping of settings' }] };
  }
  return {
    ok: true,
    fragment: {
      file,
      value: withAbsolutePaths(value, dirname(file)),
      placeOf: placesIn(document, lines, name),
    },
  };
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? text;
}

function mappingOf(document: Document): Raw | null {
  try {
    const value: unknown = document.toJS({ maxAliasCount: MOST_ALIASES }) ?? {};
    return isMapping(value) ? value : null;
  } catch {
    return null;
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

const FILE_SETTINGS = ['file', 'secretFile', 'caFile', 'tokenFile', 'fallbackFile', 'cacheDir'];

/** Paths in a file are relative to that file, so that a fragment can be moved with its keys. */
function withAbsolutePaths(value: Raw, folder: string): Raw {
  const { issuers, routes } = value;
  return {
    ...value,
    ...(isMapping(routes) ? { routes: withAbsolute(routes, folder) } : {}),
    ...(Array.isArray(issuers)
      ? {
          issuers: issuers.map((issuer: unknown) => {
            const keys = isMapping(issuer) ? issuer['keys'] : undefined;
            if (!isMapping(issuer) || !isMapping(keys)) return issuer;
            return { ...issuer, keys: withAbsolute(keys, folder) };
          }),
        }
      : {}),
  };
}

function withAbsolute(settings: Raw, folder: string): Raw {
  const absolute = Object.entries(settings).map(([name, setting]) =>
    FILE_SETTINGS.includes(name) && typeof setting === 'string' && setting !== ''
      ? [name, resolve(folder, setting)]
      : [name, setting],
  );
  return Object.fromEntries(absolute) as Raw;
}
