import { parse, stringify } from 'yaml';
import type { RecipeFile } from './recipe.ts';

/** The files of a recipe with one of them, which is YAML, changed. Throws where the recipe has no such file. */
export function inYaml<T>(
  files: readonly RecipeFile[],
  name: string,
  change: (tree: T) => void,
): readonly RecipeFile[] {
  if (!files.some((file) => file.name === name)) throw new Error(`the recipe has no ${name}`);
  return files.map((file) => {
    if (file.name !== name) return file;
    const tree = parse(file.text) as T;
    change(tree);
    return { ...file, text: stringify(tree, { lineWidth: 0 }) };
  });
}
