import { parseDuration } from '../base/duration.ts';
import { flowText } from './found-value.ts';

/** What to write in place of values that are nearly right. Null where nobody can say. */

/** The type that a setting wants, as zod calls it. */
export type WantedType = string;

/** Says how to write a value of another type than `wanted`, as `setting: value`. */
export function rightType(
  path: readonly PropertyKey[],
  wanted: WantedType,
  value: unknown,
): string | null {
  const right = converted(path, wanted, value);
  if (right === undefined) return null;
  const last = path.at(-1);
  const isEntry = typeof last !== 'string';
  return isEntry ? `write ${flowText(right)}` : `write ${flowText(last)}: ${flowText(right)}`;
}

function converted(path: readonly PropertyKey[], wanted: WantedType, value: unknown): unknown {
  switch (wanted) {
    case 'array':
    case 'tuple':
      return asList(path, value);
    case 'object':
    case 'record':
      return asObject(path, value);
    case 'string':
      return asText(value);
    case 'number':
    case 'int':
      return asNumber(value);
    case 'boolean':
      return asBoolean(value);
  }
  return undefined;
}

function asList(path: readonly PropertyKey[], value: unknown): unknown {
  if (typeof value === 'number' || typeof value === 'boolean') return [value];
  if (isMapping(value)) return listOf(path, value);
  if (typeof value !== 'string' || value.trim() === '') return undefined;
  if (isListOfNamed(path) || OBJECT_LISTS.has(String(path.at(-1)))) return undefined;
  if (path.at(-1) === 'tokenFrom') return [tokenPlace(value.trim())];
  if (path.at(-1) === 'match' || path.at(-1) === 'claims') return [asObject(path, value)];
  if (path.at(-1) === 'path' || path.at(-1) === 'claim') return claimPathOf(value);
  return value.split(/[\s,]+/).filter((word) => word !== '');
}

/** Lists at the top whose entries have a `name`; others write them as a mapping of names. */
function isListOfNamed(path: readonly PropertyKey[]): boolean {
  return path.length === 1 && ['issuers', 'pipelines', 'probes'].includes(String(path[0]));
}

/** Lists of objects of which no text tells what they should say. */
const OBJECT_LISTS: ReadonlySet<string> = new Set(['rules', 'anyOf']);

/** Where a token is, by the word that people write for it. */
function tokenPlace(text: string): object {
  const EXAMPLES = { cookie: 'access_token', query: 'access_token', websocketProtocol: 'bearer' };
  const known = Object.entries(EXAMPLES).find(([kind]) => kind === text);
  if (known !== undefined) return { [known[0]]: known[1] };
  const header = { header: text === 'header' ? 'authorization' : text.toLowerCase() };
  return header.header === 'authorization' ? { ...header, scheme: 'Bearer' } : header;
}

/** A mapping in place of a list: its entries by name, its one entry, or `{ a, b }` with braces in place of brackets. */
function listOf(
  path: readonly PropertyKey[],
  value: Readonly<Record<string, unknown>>,
): readonly unknown[] {
  const entries = Object.entries(value);
  if (entries.every(([, one]) => one === null)) return entries.map(([name]) => name);
  if (isListOfNamed(path) && entries.every(([, one]) => isMapping(one)))
    return entries.map(([name, one]) => ({ name, ...(one as object) }));
  if (path.at(-1) === 'claims' && !Object.hasOwn(value, 'path'))
    return entries.map(([name, one]) => ({ path: claimPathOf(name), in: listed(one) }));
  return [value];
}

function listed(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [value];
}

/** The names of a claim written with dots; a URL is one name. */
export function claimPathOf(text: string): readonly string[] {
  return text.includes('://') ? [text] : text.split('.').filter((name) => name !== '');
}

/** Objects by the setting that is one, made of the text or list that people write in their place. */
const OBJECTS: Readonly<Record<string, (texts: readonly string[]) => unknown>> = {
  scopes: (texts) => ({ all: texts }),
  selectableBy: (texts) => ({ namespaces: texts }),
  keys: ([text = '']) => (/^https?:/.test(text) ? { jwks: text } : { file: text }),
  log: ([text = '']) => ({ level: text }),
  forward: ([text = '']) => ({ headers: { 'x-auth-subject': text } }),
  match: (texts) => ({ paths: texts }),
  claims: (texts) => ({ path: texts }),
  headers: (texts) => ({ claim: texts }),
};

function asObject(path: readonly PropertyKey[], value: unknown): unknown {
  const texts = typeof value === 'string' ? value.split(/[\s,]+/) : value;
  if (!Array.isArray(texts) || !texts.every((text) => typeof text === 'string' && text !== ''))
    return undefined;
  const last = path.at(-1);
  const owner = typeof last === 'number' || path.at(-2) === 'headers' ? path.at(-2) : last;
  // The map of headers itself is no claim.
  if (last === 'headers')
    return Object.fromEntries(texts.map((header) => [header.toLowerCase(), 'sub']));
  return Object.hasOwn(OBJECTS, String(owner)) ? OBJECTS[String(owner)]?.(texts) : undefined;
}

function asText(value: unknown): unknown {
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (Array.isArray(value) && value.length === 1 && typeof value[0] === 'string') return value[0];
  if (!isMapping(value)) return undefined;
  // `[read: orders]` is a mapping, `[read:orders]` a text.
  const [entry, ...more] = Object.entries(value);
  return entry !== undefined && more.length === 0 && typeof entry[1] === 'string'
    ? `${entry[0]}:${entry[1]}`
    : undefined;
}

const SIZE = /^(\d+)\s*(k|ki|kb|kib|m|mi|mb|mib|g|gi|gb|gib)?b?$/i;
const FACTORS: Readonly<Record<string, number>> = { k: 1024, m: 1024 ** 2, g: 1024 ** 3 };

function asNumber(value: unknown): unknown {
  if (typeof value !== 'string') return undefined;
  const match = SIZE.exec(value.trim().replaceAll('_', ''));
  if (match === null) return undefined;
  return Number(match[1]) * (FACTORS[(match[2] ?? '').charAt(0).toLowerCase()] ?? 1);
}

function asBoolean(value: unknown): unknown {
  const word = String(value).trim().toLowerCase();
  if (['true', 'yes', 'on', '1', 'y', 'enabled'].includes(word)) return true;
  return ['false', 'no', 'off', '0', 'n', 'disabled'].includes(word) ? false : undefined;
}

const UNIT_WORDS: Readonly<Record<string, string>> = {
  '': 's',
  millisecond: 'ms',
  milli: 'ms',
  sec: 's',
  second: 's',
  min: 'm',
  minute: 'm',
  hr: 'h',
  hour: 'h',
  day: 'd',
};

/** The duration that a text was meant to be: `30` is seconds, `1h30m` is `90m`, `PT5M` (ISO 8601) is `5m`. */
export function meantDuration(text: string): string | null {
  const parts = text
    .trim()
    .toLowerCase()
    .replace(/^p(\d+d)?t?/, '$1')
    .matchAll(/\s*(\d+(?:\.\d+)?)\s*([a-zµ]*)/gy);
  let [total, read] = [0, 0];
  for (const part of parts) {
    const word = (part[2] ?? '').replace(/(?<=..)s$/, '');
    const unit = UNIT_WORDS[word] ?? (word === 'ms' ? 'ms' : word);
    const one = parseDuration(`1${unit}`);
    if (one === null) return null;
    total += Number(part[1]) * one;
    read += 1;
  }
  if (read === 0 || !/^[\s\d.a-zµ]*$/i.test(text.trim()) || !Number.isInteger(total)) return null;
  return writtenDuration(total);
}

function writtenDuration(milliseconds: number): string | null {
  for (const [unit, size] of [
    ['d', 86_400_000],
    ['h', 3_600_000],
    ['m', 60_000],
    ['s', 1000],
  ] as const)
    if (milliseconds >= size && milliseconds % size === 0) return `${milliseconds / size}${unit}`;
  return `${milliseconds}ms`;
}

/** The address that was meant: a port alone, one without a host, a URL, an IPv6 address without brackets. */
export function meantAddress(text: string): string | null {
  const rest = text
    .trim()
    .replace(/^[a-z][a-z0-9+.-]*:\/\//i, '')
    .replace(/\/.*$/, '');
  const port = /^:?(\d{1,5})$/.exec(rest)?.[1];
  if (port !== undefined) return `${rest.startsWith(':') ? '0.0.0.0' : '127.0.0.1'}:${port}`;
  if (/^\*:\d{1,5}$/.test(rest)) return `0.0.0.0${rest.slice(1)}`;
  const bare = /^([0-9a-f:]*::[0-9a-f:]*|(?:[0-9a-f]+:){7}[0-9a-f]+):(\d{1,5})$/i.exec(rest);
  if (bare !== null) return `[${bare[1]}]:${bare[2]}`;
  return rest !== text && /^[^:/\s]+:\d{1,5}$/.test(rest) ? rest : null;
}

function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
