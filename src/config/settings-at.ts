import { z } from 'zod';
import { plainName } from './setting-names.ts';

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
  /** What `z.never()` becomes: a setting that is not supported yet. */
  readonly not?: object;
}

/** The names of the settings of a schema. */
export interface Settings {
  /** Those at a path, of every branch where it is a union. */
  readonly at: (path: readonly PropertyKey[]) => readonly string[];
  /**
   * The places that have a setting of one of these names (as `plainName` gives them), for people: `pipelines[].match[].hosts`. Those
   * in the same section as `from` alone, where there are some, and the least deep of them: alternatives and
   * rules repeat what their pipeline has.
   */
  readonly whereIs: (plain: readonly string[], from: readonly PropertyKey[]) => readonly string[];
}

/** The settings of a schema, by path and by name. */
export function settingsOf(schema: z.ZodType): Settings {
  const root = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as Part;
  const branches = (part: Part): readonly Part[] => {
    const named =
      part.$ref === undefined ? undefined : root.$defs?.[part.$ref.split('/').at(-1) ?? ''];
    const inner = [named ?? [], part.anyOf ?? [], part.oneOf ?? [], part.allOf ?? []].flat();
    return [part, ...inner.flatMap(branches)];
  };
  const at = (path: readonly PropertyKey[]): readonly string[] => {
    const parts = path.reduce<readonly Part[]>(
      (found, key) => found.flatMap((part) => below(part, key)).flatMap(branches),
      branches(root),
    );
    return [...new Set(parts.flatMap(supported))];
  };
  const placesOf = (part: Part, place: string): readonly (readonly [string, string])[] =>
    branches(part).flatMap(({ properties = {}, items, additionalProperties }) => [
      ...supported({ properties }).map((name) => [name, place] as const),
      ...Object.entries(properties).flatMap(([name, inner]) =>
        placesOf(inner, place === '' ? name : `${place}.${name}`),
      ),
      ...(items === undefined ? [] : placesOf(items, `${place}[]`)),
      ...(typeof additionalProperties === 'object'
        ? placesOf(additionalProperties, `${place}.*`)
        : []),
    ]);
  const whereIs: Settings['whereIs'] = (plain, from) => {
    const places = placesOf(root, '')
      .filter(([name]) => plain.includes(plainName(name)))
      .map(([name, place]) => (place === '' ? `the top, as ${name}` : `${place}.${name}`));
    const near = places.filter((place) => place.startsWith(String(from[0])));
    const found = near.length > 0 ? near : places;
    const least = Math.min(...found.map(depth));
    return [...new Set(near.length > 0 ? found.filter((one) => depth(one) === least) : found)];
  };
  return { at, whereIs };
}

function depth(place: string): number {
  return place.split('.').length;
}

function supported({ properties = {} }: Part): readonly string[] {
  return Object.keys(properties).filter((name) => properties[name]?.not === undefined);
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
