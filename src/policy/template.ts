/** What a template may say of a refusal. */
export const TEMPLATE_NAMES = ['reason', 'text', 'request_id'] as const;
export type TemplateName = (typeof TEMPLATE_NAMES)[number];

/** A body with places in it, in turns: a text, a name, a text, … */
export interface Template {
  readonly texts: readonly string[];
  /** One fewer than texts. */
  readonly names: readonly TemplateName[];
}

const PLACE = /\{\{\s*([^{}]*?)\s*\}\}/g;

/** Reads a template, or says what is wrong with it. */
export function parseTemplate(source: string): Template | string {
  const texts: string[] = [];
  const names: TemplateName[] = [];
  let from = 0;
  for (const match of source.matchAll(PLACE)) {
    const name = TEMPLATE_NAMES.find((one) => one === match[1]);
    if (name === undefined) {
      const line = source.slice(0, match.index).split('\n').length;
      const known = TEMPLATE_NAMES.map((one) => `{{${one}}}`).join(', ');
      return `line ${line}: ${match[0].slice(0, 64)} stands for nothing; there is ${known}`;
    }
    texts.push(source.slice(from, match.index));
    names.push(name);
    from = match.index + match[0].length;
  }
  return { texts: [...texts, source.slice(from)], names };
}

/** Fills a template; `escaped` makes a value harmless where it is put. */
export function fillTemplate(
  { texts, names }: Template,
  values: Readonly<Record<TemplateName, string>>,
  escaped: (value: string) => string,
): string {
  return texts
    .map((text, index) => {
      const name = names[index];
      return name === undefined ? text : text + escaped(values[name]);
    })
    .join('');
}

/** For a text between the quotes of a JSON string. */
export function escapedForJson(value: string): string {
  return JSON.stringify(value).slice(1, -1);
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** For a text of HTML, or one between the quotes of an attribute. */
export function escapedForHtml(value: string): string {
  return value.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}
