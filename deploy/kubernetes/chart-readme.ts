import { parse } from 'yaml';

/** A row of the table of values. */
interface Value {
  readonly path: string;
  /** As JSON. */
  readonly fallback: string;
  /** The sentence in front of it in `values.yaml`; empty where the name says it. */
  readonly meaning: string;
}

/**
 * Reads the values that `text` (a `values.yaml`) documents. A comment that starts with `--` describes the value behind it; a
 * described mapping is one value, any other is read into. Throws where a line is not understood: a value must not be lost.
 */
export function valuesOf(text: string): readonly Value[] {
  const tree: unknown = parse(text);
  const values: Value[] = [];
  const path: string[] = [];
  let comment: string[] = [];
  let describedDepth = Number.POSITIVE_INFINITY;
  for (const line of text.split('\n')) {
    if (line.trim() === '') comment = [];
    const [, indent = '', name, rest = ''] = /^( *)([A-Za-z]+):(.*)$/.exec(line) ?? [];
    const note = /^ *# ?(.*)$/.exec(line)?.[1];
    if (note !== undefined) {
      if (note.startsWith('-- ')) comment = [note.slice(3)];
      else if (comment.length > 0) comment.push(note);
      continue;
    }
    if (name === undefined) {
      if (line.trim() === '') continue;
      throw new Error(`values.yaml: this line is not understood: ${line}`);
    }
    const depth = indent.length / 2;
    if (depth > describedDepth) continue;
    describedDepth = Number.POSITIVE_INFINITY;
    path.splice(depth, path.length, name);
    const opensMapping = rest.trim() === '';
    if (opensMapping && comment.length === 0) continue;
    if (opensMapping) describedDepth = depth;
    const fallback = JSON.stringify(path.reduce(member, tree));
    values.push({ path: path.join('.'), fallback, meaning: comment.join(' ') });
    comment = [];
  }
  return values;
}

function member(tree: unknown, name: string): unknown {
  return (tree as Readonly<Record<string, unknown>>)[name];
}

/** The chart's README: what `head` says, then a table of the values. */
export function chartReadme(head: string, values: string): string {
  const rows = valuesOf(values).map(({ path, fallback, meaning }) => {
    const cells = [`\`${path}\``, `\`${fallback}\``, meaning];
    return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  });
  return `${head.trimEnd()}\n\n## Values\n\n| value | default | meaning |\n| --- | --- | --- |\n${rows.join('\n')}\n`;
}
