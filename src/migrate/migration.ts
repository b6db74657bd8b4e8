import { stringify } from 'yaml';

/** Something that the user must know: what was left out, or means something else now. */
export interface Note {
  /** Object and setting, for example `pipelines.billings jwt.audience`. */
  readonly where: string;
  /** One sentence without a full stop. */
  readonly says: string;
  /** Whether something of the input has no counterpart in the result: the command then ends with 2. */
  readonly isLoss?: boolean;
}

/** A file of the result: one or more YAML documents. */
export interface MigratedFile {
  readonly name: string;
  /** What it is for, one line. */
  readonly about: string;
  readonly documents: readonly object[];
}

/** The configuration that does the same, and what has no counterpart. */
export interface Migration {
  readonly files: readonly MigratedFile[];
  readonly notes: readonly Note[];
}

/** What only the user knows; each has a stand-in that refuses. */
export interface MigrationOptions {
  /** `iss` of the tokens. */
  readonly issuer: string | undefined;
  readonly audience: string | undefined;
  /** Whether context extensions may name the pipelines; behind Contour tenants write these. Default: true. */
  readonly selectableByContext?: boolean;
  /** Variables of the environment that placeholders of Express Gateway stand for. */
  readonly variables?: ReadonlyMap<string, string>;
}

/** Until the user names the issuer no token has this one (RFC 2606 section 2), so everything is refused. */
export const UNKNOWN_ISSUER = 'https://issuer.invalid/';

/** The name of the pipeline that holds the place of what could not be translated. */
export const REFUSING_PIPELINE = 'refused';

/**
 * A claim that no issuer makes: with it a pipeline refuses every token. Its name is under a domain that nobody has (RFC 2606
 * section 2).
 */
export const NEVER_CLAIMED = { path: ['https://claim.invalid/'], in: ['never'] } as const;

/** One line for a terminal. */
export function describeNote({ where, says }: Note): string {
  return `${where}: ${says}`;
}

/** A file as text, the notes that belong to all of them in front. */
export function textOf({ about, documents }: MigratedFile, notes: readonly Note[]): string {
  const comments = [about, ...notes.map((note) => `- ${describeNote(note)}`)];
  const head = comments.map((line) => `# ${line}\n`).join('');
  return (
    head +
    documents
      .map((one) => stringify(one, { lineWidth: 0, aliasDuplicateObjects: false }))
      .join('---\n')
  );
}

/** A name as pipelines have them, made from any text. */
export function pipelineName(text: string): string {
  const name = text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 63)
    .replace(/^-+|-+$/g, '');
  return ['', 'deny', 'allow', 'none'].includes(name) ? `pipeline-${name || 'one'}` : name;
}

/** Names once each: a second object that would get the same name gets a number. */
export function uniqueNames(): (text: string) => string {
  const taken = new Set<string>();
  return (text) => {
    const first = pipelineName(text);
    let name = first;
    for (let number = 2; taken.has(name); number += 1) name = `${first.slice(0, 58)}-${number}`;
    taken.add(name);
    return name;
  };
}
