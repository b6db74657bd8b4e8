import { z } from 'zod';

/** A part of a JSON Schema, as far as settings are found by it. */
interface Part {
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, Part>>;
  readonly properties?: Readonly<Record<string, Part>>;
  readonly additionalProperties?: Part | boolean;
  readonly items?: Part;
  readonly anyOf?: readonly Part[];
  readonly oneOf?: readonly Part[];
  readonly allOf?: readonly Part[];
}

/** The names of the settings that a schema has at a path, of every branch where it is a union. */
export function settingsAt(schema: z.ZodType): (path: readonly PropertyKey[]) => readonly string[] {
  const root = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as Part;
  const branches = (part: Part): readonly Part[] => {
    const named =
      part.$ref === undefined ? undefined : root.$defs?.[part.$ref.split('/').at(-1) ?? ''];
    const inner = [named ?? [], part.anyOf ?? [], part.oneOf ?? [], part.allOf ?? []].flat();
    return [part, ...inner.flatMap(branches)];
  };
  return (path) => {
    const parts = path.reduce<readonly Part[]>(
      (at, key) => at.flatMap((part) => below(part, key)).flatMap(branches),
      branches(root),
    );
    return [...new Set(parts.flatMap(({ properties = {} }) => Object.keys(properties)))];
  };
}

function below(
  { items, properties, additionalProperties }: Part,
  key: PropertyKey,
): readonly Part[] {
  if (typeof key === 'number') return items === undefined ? [] : [items];
  const name = String(key);
  if (properties !== undefined && Object.hasOwn(properties, name)) return [properties[name] ?? {}];
  return typeof additionalProperties === 'object' ? [additionalProperties] : [];
}
