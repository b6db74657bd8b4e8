import type { z } from 'zod';
import { closest } from '../base/closest.ts';
import { isHidden } from './found-value.ts';
import { placeholderHint, placeholderIn } from './placeholders.ts';
import { plainName } from './setting-names.ts';
import { rightType } from './what-to-write.ts';

/** What to write in place of a value that the schema refused. */

type Issue = z.core.$ZodIssue;

/** What to write, where the value tells what was meant. */
export function hintFor(issue: Issue): string | null {
  const { input, path } = issue;
  if (isHidden(path)) return null;
  const placeholder = typeof input === 'string' ? placeholderIn(input) : templateIn(input);
  if (placeholder !== null) return placeholderHint(placeholder);
  switch (issue.code) {
    case 'invalid_type':
      if (input === null) return 'leave it out, or fill it';
      // What the schema says itself has its advice in it.
      return issue.message.startsWith('Invalid input')
        ? rightType(path, issue.expected, input)
        : null;
    case 'invalid_value':
      return nearValue(issue.values, input);
    case 'invalid_union': {
      const types = issue.errors
        .flat()
        .flatMap((one) => (one.code === 'invalid_type' ? [one.expected] : []));
      const written = types.map((type) =>
        typeof input === 'boolean' ? null : rightType(path, type, input),
      );
      return nearLiteral(issue) ?? written.find((one) => one !== null) ?? meaningOf(path);
    }
    case 'invalid_format':
      return nearText(issue, input);
    default:
      return null;
  }
}

/** What the values of a setting mean, where people guess. */
export function meaningOf(path: readonly PropertyKey[]): string | null {
  return path.at(-1) === 'require'
    ? '`{}` accepts every token of the issuers that names their audience, `none` asks for no token'
    : null;
}

/** `{{ .Values.x }}` without quotes is a mapping to YAML. */
function templateIn(input: unknown): string | null {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) return null;
  const inner = Object.keys(input).find((key) => /^\{.*\}$/.test(key));
  return inner === undefined ? null : `{${inner}}`;
}

/** The literal of a union that was meant. */
export function nearLiteral(issue: z.core.$ZodIssueInvalidUnion): string | null {
  const inner = issue.errors.flat();
  return nearValue(
    inner.flatMap((one) => (one.code === 'invalid_value' ? one.values : [])),
    issue.input,
  );
}

/** Words for a choice that others have. */
const OTHER_VALUES: Readonly<Record<string, string>> = {
  warning: 'warn',
  trace: 'debug',
  verbose: 'debug',
  fatal: 'error',
  critical: 'error',
  off: 'silent',
  remove: 'strip',
  drop: 'strip',
  delete: 'strip',
  allow: 'pass',
  deny: 'refuse',
  block: 'refuse',
  audit: 'shadow',
  report: 'shadow',
  dryrun: 'shadow',
  monitor: 'shadow',
};

function nearValue(values: readonly z.core.util.Primitive[], input: unknown): string | null {
  if (values.includes(true) && /^(?:true|yes|on)$/i.test(String(input))) return 'write true';
  if (values.includes(true) && input === false) return 'leave it out';
  if (typeof input !== 'string') return null;
  const texts = values.filter((one) => typeof one === 'string');
  const plain = plainName(input.replace(/\s/g, ''));
  const same = texts.find((one) => [plain, OTHER_VALUES[plain]].includes(plainName(one)));
  const near = same ?? closest(input, texts);
  return near === null ? null : `did you mean '${near}'?`;
}

/** Other spellings of a text that its setting would take. */
const SPELLINGS: readonly ((text: string) => string)[] = [
  (text) => text.trim(),
  (text) => text.trim().toLowerCase(),
  (text) => text.trim().toUpperCase(),
  (text) =>
    text
      .trim()
      .replace(/([a-z0-9])([A-Z])/g, '$1-$2')
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-+|-+$/g, ''),
];

function nearText(issue: z.core.$ZodIssueInvalidStringFormat, input: unknown): string | null {
  if (typeof input !== 'string') return null;
  if (issue.format === 'url') return nearUrl(input);
  if (input.includes('://')) return 'a name that this configuration gives, not a URL';
  const [owner, entry] = issue.path.slice(-2);
  if (input === '*' && owner === 'namespaces' && typeof entry === 'number')
    return "write namespaces: '*', without brackets";
  if (input === '*' && owner === 'methods') return 'leave methods out: that is all of them';
  return respelled(input, /^\/(.*)\/[a-z]*$/s.exec(issue.pattern ?? '')?.[1] ?? null);
}

function nearUrl(text: string): string | null {
  if (/^(?:true|yes|on)$/i.test(text)) return 'write true';
  return /^[\w-]+(?:\.[\w-]+)+(?::\d+)?(?:\/|$)/.test(text) ? `write https://${text}` : null;
}

/** Another spelling that the source of a regular expression takes. */
function respelled(input: string, source: string | null): string | null {
  if (source === null) return null;
  const fits = (text: string): boolean => text !== '' && new RegExp(source).test(text);
  const words = input.split(/[\s,]+/).filter((word) => word !== '');
  if (words.length > 1 && words.every(fits)) return `write each by itself: ${words.join(', ')}`;
  const right = SPELLINGS.map((spell) => spell(input)).find(fits);
  return right === undefined ? null : `write ${right}`;
}
