import { readFileSync } from 'node:fs';

interface EcsField {
  readonly type: string;
  readonly values?: readonly string[];
  readonly list?: boolean;
  /** `event.type`s by category. */
  readonly types?: Readonly<Record<string, readonly string[]>>;
}

const { fields } = JSON.parse(readFileSync(new URL('ecs.json', import.meta.url), 'utf8')) as {
  readonly fields: Readonly<Record<string, EcsField>>;
};

/** What is wrong with a document by Elastic Common Schema; empty where nothing is. */
export function ecsFaults(document: object): readonly string[] {
  const faults = leavesOf(document, '').flatMap(([name, value]) => faultsOf(name, value));
  const { category = [], type = [] } =
    (document as { event?: Record<string, string[]> }).event ?? {};
  const expected = category.flatMap((one) => fields['event.category']?.types?.[one] ?? []);
  const odd = type.filter((one) => !expected.includes(one)).map((one) => `event.type ${one}`);
  return [...faults, ...odd];
}

function leavesOf(value: object, path: string): readonly (readonly [string, unknown])[] {
  return Object.entries(value).flatMap(([name, inner]) => {
    const here = path === '' ? name : `${path}.${name}`;
    const isObject = typeof inner === 'object' && inner !== null && !Array.isArray(inner);
    return isObject && here !== 'labels' ? leavesOf(inner, here) : [[here, inner] as const];
  });
}

function faultsOf(name: string, value: unknown): readonly string[] {
  const field = fields[name];
  if (field === undefined) return [`${name} is no field`];
  if (name === 'labels')
    return Object.entries(value as object).flatMap(([label, text]) =>
      typeof text === 'string' && !label.includes('.') ? [] : [`label ${label}`],
    );
  if (Array.isArray(value) !== (field.list === true)) return [`${name} is a list, or should be`];
  const values = Array.isArray(value) ? value : [value];
  return values.flatMap((one) => {
    if (typeof one !== 'string') return [`${name} is no text`];
    if (field.type === 'date' && new Date(one).toISOString() !== one) return [`${name} is no date`];
    const isAllowed = field.values === undefined || field.values.includes(one);
    return isAllowed ? [] : [`${name} is ${one}`];
  });
}
