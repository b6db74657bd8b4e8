import { globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const SOURCE = fileURLToPath(new URL('../../src', import.meta.url));

/** A file of `src` and what it imports. */
export interface SourceFile {
  /** From `src`, such as `check/check.ts`. */
  readonly path: string;
  /** The folder at the top, or the name of a file that stands there. */
  readonly layer: string;
  readonly text: string;
  /** The text without comments. */
  readonly code: string;
  /** Files of `src`, from there; `import type` counts. */
  readonly files: readonly string[];
  /** Packages and modules of Node, by their whole name. */
  readonly packages: readonly string[];
}

/** `from '…'`, `import '…'` and `import('…')`, which are all the forms that our source has. */
const IMPORT = /(?<!['.])\b(?:from|import)\s*\(?\s*'([^']+)'/g;
/** A comment, or a string that may look like one; a string is kept. */
const COMMENT = /('(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`)|\/\*.*?\*\/|\/\/[^\n]*/gs;

/** Every TypeScript file of `src`. */
export function sourceFiles(): readonly SourceFile[] {
  return globSync('**/*.ts', { cwd: SOURCE }).sort().map(read);
}

function read(path: string): SourceFile {
  const text = readFileSync(join(SOURCE, path), 'utf8');
  const code = text.replace(COMMENT, (_, string: string | undefined) => string ?? '');
  const imported = [...code.matchAll(IMPORT)].map(([, name]) => name ?? '');
  return {
    path,
    layer: path.split('/')[0] ?? path,
    text,
    code,
    files: imported.filter((name) => name.startsWith('.')).map((name) => join(dirname(path), name)),
    packages: imported.filter((name) => !name.startsWith('.')),
  };
}
