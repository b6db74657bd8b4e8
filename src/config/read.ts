import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { type Problem, ProblemsError } from '../base/problem.ts';
import { fileHint, systemCode } from '../base/system-code.ts';
import { type Finding, findingsOf, isLengthOfOtherType } from './explain-issue.ts';
import { type Fragment, readFragment } from './fragment.ts';
import { settingsOf } from './settings-at.ts';
import { CONFIG, type Config } from './shape.ts';

/** A configuration whose form is right. */
export interface ConfigRead {
  readonly config: Config;
  /** How to name a setting to its author: `file:line:column issuers[0].keys.file`. */
  readonly placeOf: (path: readonly PropertyKey[]) => string;
}

/** Where the configuration is when nobody says where. */
export const DEFAULT_CONFIG = '/etc/watchword';

const LARGEST_FILE = 4 * 1024 * 1024;
const FRAGMENT = /\.(?:ya?ml|json)$/;
/** Lists that every fragment may add to. Every other setting is said once. */
const MERGED = ['issuers', 'pipelines'] as const;

/** Reads a file, or a folder of fragments (one a team). Throws `ProblemsError` with all problems of form. */
export async function readConfig(path: string): Promise<ConfigRead> {
  const files = await fragmentFiles(path);
  const reads = await Promise.all(files.map((file) => readOne(file)));
  const problems = reads.flatMap((read) => (read.ok ? [] : read.problems));
  if (problems.length > 0) throw new ProblemsError(problems);
  const fragments = reads.flatMap((read) => (read.ok ? [read.fragment] : []));
  if (fragments.every(({ isEmpty }) => isEmpty)) throw new ProblemsError([emptyProblem(path)]);
  const conflicts = conflictsOf(fragments);
  if (conflicts.length > 0) throw new ProblemsError(conflicts);
  return parse(fragments);
}

/** The files of a configuration, in the order in which they are merged. */
export async function fragmentFiles(path: string): Promise<readonly string[]> {
  const whole = resolve(path);
  const kind = await stat(whole).catch((error: unknown) => {
    const isDefault = path === DEFAULT_CONFIG;
    const why = isDefault ? 'the default; name yours with --config' : notRead(error);
    const hint = why === null ? {} : { hint: why };
    throw new ProblemsError([{ path, message: `cannot be read: ${systemCode(error)}`, ...hint }]);
  });
  if (!kind.isDirectory()) return [whole];
  // Names that begin with a dot are the machinery of Kubernetes volumes and editors.
  const names = (await readdir(whole)).filter(
    (name) => FRAGMENT.test(name) && !name.startsWith('.'),
  );
  if (names.length === 0) {
    throw new ProblemsError([
      { path, message: 'has no configuration', hint: 'a .yaml, .yml or .json file' },
    ]);
  }
  return names.sort().map((name) => join(whole, name));
}

/** Nothing at all is more often a mount or a redirection that failed than a wish to refuse everything. */
function emptyProblem(path: string): Problem {
  return {
    path: basename(path),
    message: 'is empty: no setting is there',
    hint: 'issuers and pipelines, as docs/configuration.md shows; `{}` refuses every request',
  };
}

/** `fileHint` for what is named on a command line, from where it is run. */
function notRead(error: unknown): string | null {
  return systemCode(error) === 'ENOENT' ? 'there is no such file or folder' : fileHint(error);
}

/** Reads a configuration that is in no file yet. Throws `ProblemsError` with all problems of form. */
export function readConfigText(name: string, text: string): ConfigRead {
  const read = readFragment(resolve(name), name, text);
  if (!read.ok) throw new ProblemsError(read.problems);
  return parse([read.fragment]);
}

async function readOne(file: string): Promise<ReturnType<typeof readFragment>> {
  const name = basename(file);
  try {
    const text = await readFile(file, 'utf8');
    if (text.length > LARGEST_FILE)
      return { ok: false, problems: [{ path: name, message: 'is larger than 4 MiB' }] };
    return readFragment(file, name, text);
  } catch (error) {
    const hint = notRead(error);
    return {
      ok: false,
      problems: [
        {
          path: file,
          message: `cannot be read: ${systemCode(error)}`,
          ...(hint === null ? {} : { hint }),
        },
      ],
    };
  }
}

function conflictsOf(fragments: readonly Fragment[]): readonly Problem[] {
  const first = new Map<string, Fragment>();
  return fragments.flatMap((fragment) =>
    Object.keys(fragment.value).flatMap((key) => {
      if ((MERGED as readonly string[]).includes(key)) return [];
      const other = first.get(key);
      if (other === undefined) {
        first.set(key, fragment);
        return [];
      }
      return [
        {
          path: `${fragment.placeOf([key])} ${key}`,
          message: `is also set in ${basename(other.file)}`,
          hint: 'only issuers and pipelines are merged',
        },
      ];
    }),
  );
}

function parse(fragments: readonly Fragment[]): ConfigRead {
  const placeOf = placesOf(fragments);
  const parsed = CONFIG.safeParse(merge(fragments), { reportInput: true });
  if (parsed.success) return { config: parsed.data, placeOf };
  const settings = settingsOf(CONFIG);
  const findings = parsed.error.issues
    .filter((issue, _, all) => !isLengthOfOtherType(issue, all))
    .flatMap((issue) => findingsOf(issue, settings));
  throw new ProblemsError(findings.map((finding) => problemAt(placeOf, finding)));
}

function problemAt(placeOf: ConfigRead['placeOf'], { path, message, hint }: Finding): Problem {
  return { path: placeOf(path), message, ...(hint === undefined ? {} : { hint }) };
}

function merge(fragments: readonly Fragment[]): Record<string, unknown> {
  const merged: Record<string, unknown> = Object.assign({}, ...fragments.map(({ value }) => value));
  for (const key of MERGED) {
    const lists = fragments.flatMap(({ value }) => (key in value ? [value[key]] : []));
    // A value that is no list is left for the schema to refuse.
    const odd = lists.findIndex((list) => !Array.isArray(list));
    if (lists.length > 0) merged[key] = odd === -1 ? lists.flat() : lists[odd];
  }
  return merged;
}

/** Leads a path in the merged configuration back to the fragment that it came from. */
function placesOf(fragments: readonly Fragment[]): ConfigRead['placeOf'] {
  return (path) => {
    const [key, index, ...rest] = path;
    if (MERGED.includes(key as 'issuers') && typeof index === 'number') {
      let local = index;
      for (const fragment of fragments) {
        const length = lengthOf(fragment.value[String(key)]);
        const place = [key as string, local, ...rest];
        if (local < length) return `${fragment.placeOf(place)} ${dotted(place)}`;
        local -= length;
      }
    }
    const owner = fragments.find(({ value }) => String(key) in value) ?? fragments[0];
    return `${owner?.placeOf(path) ?? 'configuration'} ${dotted(path)}`.trim();
  };
}

function lengthOf(value: unknown): number {
  return Array.isArray(value) ? value.length : 0;
}

/** A path as people write it: `pipelines[0].name`. */
export function dotted(path: readonly PropertyKey[]): string {
  return path.reduce<string>(
    (text, part) =>
      typeof part === 'number'
        ? `${text}[${part}]`
        : `${text}${text === '' ? '' : '.'}${String(part)}`,
    '',
  );
}
