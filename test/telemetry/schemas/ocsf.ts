import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';

interface Attribute {
  readonly type: string;
  readonly list?: boolean;
  readonly required?: boolean;
  readonly values?: readonly (number | string)[];
  readonly profile?: string;
}

interface Schema {
  readonly class_uid: number;
  readonly category_uid: number;
  /** What each type is made of. */
  readonly types: Readonly<Record<string, string>>;
  readonly objects: Readonly<
    Record<
      string,
      {
        readonly attributes: Readonly<Record<string, Attribute>>;
        readonly constraints?: { readonly at_least_one?: readonly string[] };
      }
    >
  >;
}

const SCHEMA = JSON.parse(readFileSync(new URL('ocsf.json', import.meta.url), 'utf8')) as Schema;

type Document = Readonly<Record<string, unknown>>;

/** What is wrong with an event of the class HTTP Activity by OCSF; empty where nothing is. */
export function ocsfFaults(event: object): readonly string[] {
  const document = event as Document;
  const { class_uid, category_uid, type_uid, activity_id } = document;
  const { profiles = [] } = (document['metadata'] ?? {}) as { profiles?: readonly string[] };
  return [
    ...(class_uid === SCHEMA.class_uid ? [] : ['class_uid']),
    ...(category_uid === SCHEMA.category_uid ? [] : ['category_uid']),
    ...(type_uid === SCHEMA.class_uid * 100 + Number(activity_id) ? [] : ['type_uid']),
    ...objectFaults('http_activity', document, '', profiles),
  ];
}

function objectFaults(
  name: string,
  document: Document,
  path: string,
  profiles: readonly string[],
): readonly string[] {
  const { attributes, constraints } = SCHEMA.objects[name] ?? { attributes: {} };
  const missing = Object.entries(attributes)
    .filter(([attribute, { required }]) => required === true && document[attribute] === undefined)
    .map(([attribute]) => `${path}${attribute} is missing`);
  const anyOf = constraints?.at_least_one;
  const none = anyOf?.every((one) => !(one in document)) ? [`${path}: none of ${anyOf}`] : [];
  const wrong = Object.entries(document).flatMap(([attribute, value]) => {
    const known = attributes[attribute];
    const here = `${path}${attribute}`;
    if (known === undefined) return [`${here} is no attribute of ${name}`];
    if (known.profile !== undefined && !profiles.includes(known.profile))
      return [`${here}: profile`];
    if (Array.isArray(value) !== (known.list === true)) return [`${here} is a list, or should be`];
    const values: readonly unknown[] = Array.isArray(value) ? value : [value];
    return values.flatMap((one) => valueFaults(known, one, here, profiles));
  });
  return [...missing, ...none, ...wrong];
}

function valueFaults(
  { type, values }: Attribute,
  value: unknown,
  path: string,
  profiles: readonly string[],
): readonly string[] {
  if (SCHEMA.objects[type] !== undefined)
    return objectFaults(type, value as Document, `${path}.`, profiles);
  const expected = { string_t: 'string', object: 'object' }[SCHEMA.types[type] ?? ''] ?? 'number';
  if (typeof value !== expected) return [`${path} is a ${typeof value}`];
  if (type === 'ip_t' && isIP(String(value)) === 0) return [`${path} is ${value}`];
  return values === undefined || values.includes(value as number) ? [] : [`${path} is ${value}`];
}
