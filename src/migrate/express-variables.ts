import { isMapping } from './mapping.ts';
import type { Note } from './migration.ts';

/** `${NAME}` and `${NAME:-default}` as Express Gateway replaces them before it reads the YAML; `$${NAME}` stays (lib/config/config.js). */
const PLACEHOLDER = /\$?\$\{([A-Za-z0-9_]+)(:-(.*?))?\}/g;

/** What stands for a variable that nobody has given: no YAML syntax is in it. */
const UNSET = /WATCHWORD_UNSET_([A-Za-z0-9_]+?)_END/;

/** The text with placeholders replaced: by `variables`, by their default, or by a mark that `unsetVariable` finds. */
export function withVariables(text: string, variables: ReadonlyMap<string, string>): string {
  return text.replace(PLACEHOLDER, (whole, name: string, _, fallback?: string) => {
    if (whole.startsWith('$$')) return whole;
    return variables.get(name) ?? (fallback || `WATCHWORD_UNSET_${name}_END`);
  });
}

/** The name of the variable that a value hangs on and that nobody has given, or null. */
export function unsetVariable(value: string): string | null {
  return UNSET.exec(value)?.[1] ?? null;
}

/** Notes of the values that placeholders are in; `marked` is the same document with every placeholder marked. */
export function variableNotes(
  marked: unknown,
  variables: ReadonlyMap<string, string>,
): readonly Note[] {
  return valuesOf(marked, '').flatMap(({ where, value }) => {
    const name = unsetVariable(value);
    if (name === null) return [];
    const given = variables.get(name);
    return [
      {
        where,
        says:
          given === undefined
            ? `is a placeholder of the environment: the value of ${name} is not known; its default is taken where it has one, else what hangs on it is refused (--env ${name}=…)`
            : `is a placeholder of the environment: ${name} is taken from --env`,
        isLoss: given === undefined,
      },
    ];
  });
}

/** The document with every placeholder marked, its default too. */
export function markVariables(text: string): string {
  return text.replace(PLACEHOLDER, (whole, name: string) =>
    whole.startsWith('$$') ? whole : `WATCHWORD_UNSET_${name}_END`,
  );
}

interface Value {
  readonly where: string;
  readonly value: string;
}

function valuesOf(tree: unknown, where: string): readonly Value[] {
  if (typeof tree === 'string') return [{ where, value: tree }];
  if (Array.isArray(tree)) return tree.flatMap((one, index) => valuesOf(one, `${where}[${index}]`));
  if (!isMapping(tree)) return [];
  return Object.entries(tree).flatMap(([key, one]) => [
    { where: `${where}${where === '' ? '' : '.'}${key} (its name)`, value: key },
    ...valuesOf(one, `${where}${where === '' ? '' : '.'}${key}`),
  ]);
}
