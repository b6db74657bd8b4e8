import { readFileSync } from 'node:fs';

/** A fenced block of a document. */
export interface Block {
  readonly language: string;
  readonly text: string;
}

/** The fenced blocks of one section of a document, from its heading to the next of the same level. */
export function blocksOf(file: URL, heading: string): readonly Block[] {
  const [, section = ''] = readFileSync(file, 'utf8').split(`\n## ${heading}\n`);
  const [own = ''] = section.split(/^## /m);
  return [...own.matchAll(/^```(\w+)\n(.*?)^```$/gms)].map(([, language = '', text = '']) => ({
    language,
    text,
  }));
}

/** The commands of console blocks, as one script. What a shell continues stays together. */
export function scriptOf(blocks: readonly Block[]): string {
  return blocks
    .filter(({ language }) => language === 'console')
    .map(({ text }) => text.replaceAll(/^\$ /gm, ''))
    .join('');
}
