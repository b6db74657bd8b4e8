import { readFile, stat } from 'node:fs/promises';
import { fileHint, systemCode } from '../base/system-code.ts';
import { escapedForJson, fillTemplate, parseTemplate, type Template } from '../policy/template.ts';
import type { Finding } from './explain-issue.ts';
import type { Config } from './shape.ts';

/** Largest body, in bytes: every refusal carries it. */
const LARGEST = 32 * 1024;

/** The templates of a configuration by their files. */
export type Templates = ReadonlyMap<string, Template>;

type Read = { readonly template: Template } | Pick<Finding, 'message' | 'hint'>;

/** Reads the bodies that pipelines name, and says which of them cannot be used. */
export async function readTemplates({
  pipelines,
}: Config): Promise<{ readonly templates: Templates; readonly findings: readonly Finding[] }> {
  const templates = new Map<string, Template>();
  const named = pipelines.flatMap(({ refusal }, index) =>
    (['json', 'html'] as const).flatMap((kind) => {
      const file = refusal?.body?.[kind];
      return file === undefined
        ? []
        : [{ kind, file, path: ['pipelines', index, 'refusal', 'body', kind] }];
    }),
  );
  const findings: Finding[] = [];
  for (const { kind, file, path } of named) {
    const read = await readTemplate(file, kind);
    if ('template' in read) templates.set(file, read.template);
    else findings.push({ path, ...read });
  }
  return { templates, findings };
}

/** The files of bodies, which are watched. */
export function templateFiles({ pipelines }: Config): readonly string[] {
  return pipelines.flatMap(({ refusal }) =>
    Object.values(refusal?.body ?? {}).filter((file) => file !== undefined),
  );
}

async function readTemplate(file: string, kind: 'json' | 'html'): Promise<Read> {
  const read = await readText(file);
  if (typeof read !== 'string') return read;
  const template = parseTemplate(read);
  if (typeof template === 'string') return { message: `${file}: ${template}` };
  return kind === 'html' || fillsToJson(template)
    ? { template }
    : {
        message: `${file} is no JSON when it is filled`,
        hint: 'places stand between quotes: "reason": "{{reason}}"',
      };
}

async function readText(file: string): Promise<string | Pick<Finding, 'message' | 'hint'>> {
  try {
    const { size } = await stat(file);
    if (size > LARGEST) return { message: `${file} is larger than ${LARGEST / 1024} KiB` };
    const text = new TextDecoder('utf-8', { fatal: true }).decode(await readFile(file));
    return text.trim() === '' ? { message: `${file} is empty` } : text;
  } catch (error) {
    if (error instanceof TypeError) return { message: `${file} is not UTF-8 text` };
    const hint = fileHint(error);
    return {
      message: `${file} cannot be read: ${systemCode(error)}`,
      ...(hint === null ? {} : { hint }),
    };
  }
}

/** Whether a template is JSON when it is filled with what needs escapes. */
function fillsToJson(template: Template): boolean {
  const value = 'a "quoted" \\ word';
  try {
    const values = { reason: value, text: value, request_id: value };
    JSON.parse(fillTemplate(template, values, escapedForJson));
    return true;
  } catch {
    return false;
  }
}
