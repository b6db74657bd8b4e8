import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  type LineCounter,
  type Node,
  parseDocument,
  visit,
  type YAMLError,
} from 'yaml';
import type { Problem } from '../base/problem.ts';
import { foundValue } from './found-value.ts';
import { placeholderHint, placeholderIn } from './placeholders.ts';

/** Parses a text of YAML, with its lines. What is wrong with it is in the document, for `yamlFaults`. */
export function documentOf(text: string, lines: LineCounter): Document.Parsed {
  return parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    uniqueKeys: true,
    logLevel: 'error',
  });
}

/** Explains what a YAML parser says of a text, in terms of what people meant. `at` gives `file:line:column` of an offset. */
export function yamlFaults(
  document: Document,
  text: string,
  at: (offset: number) => string,
): readonly Problem[] {
  const faults = [...document.errors, ...document.warnings];
  for (const { pos } of faults) {
    const template = templateIn(lineAround(text, pos[0]));
    if (template !== null) {
      const message = 'is a template that nobody has rendered';
      return [{ path: at(pos[0]), message, hint: placeholderHint(template) }];
    }
  }
  const explained = faults.map((fault) => ({
    path: at(fault.pos[0]),
    ...explain(fault, text, document),
  }));
  // One slip makes the parser say several things of one place.
  const seen = new Set<string>();
  const first = explained.filter(({ path, message }) => {
    const isNew = !seen.has(`${path} ${message}`);
    seen.add(`${path} ${message}`);
    return isNew;
  });
  return first.length > 0 ? first : unresolvedAliases(document, at);
}

/** `[**]` and `*.example.com` without quotes are aliases to YAML, of anchors that nobody has set. */
function unresolvedAliases(document: Document, at: (offset: number) => string): readonly Problem[] {
  const problems: Problem[] = [];
  const anchors = new Set<string>();
  visit(document, {
    Node: (_, node) => {
      if (isAlias(node)) {
        if (!anchors.has(node.source))
          problems.push({ path: at(startOf(node)), ...starred(`*${node.source}`) });
      } else if (node.anchor !== undefined) anchors.add(node.anchor);
    },
  });
  return problems;
}

function startOf(node: Node): number {
  return node.range?.[0] ?? 0;
}

function starred(text: string): Pick<Problem, 'message' | 'hint'> {
  return {
    message: `${foundValue(text)} without quotes is an alias to YAML, of an anchor that is not set`,
    hint: `write ${foundValue(text)} in quotes`,
  };
}

function explain(
  { code, message, pos }: YAMLError,
  text: string,
  document: Document,
): Pick<Problem, 'message' | 'hint'> {
  switch (code) {
    case 'MULTIPLE_DOCS':
      return {
        message: 'has more than one document',
        hint: "one file, one document: without '---' between, or a folder of files",
      };
    case 'TAB_AS_INDENT':
      return { message: 'a tab: YAML is indented with spaces only', hint: 'two spaces a level' };
    case 'DUPLICATE_KEY':
      return duplicate(document, text, pos[0]);
    case 'BAD_ALIAS':
      return starred(/^\*[^\s,\]}]*/.exec(text.slice(pos[0]))?.[0] ?? '*');
    case 'BAD_SCALAR_START': {
      const value = /^[^\s,\]}]*/.exec(text.slice(pos[0]))?.[0] ?? '';
      return {
        message: `a text that begins with '${text[pos[0]] ?? ''}' needs quotes`,
        hint: `write '${foundValue(value).replaceAll("'", '')}' in quotes`,
      };
    }
    case 'BLOCK_AS_IMPLICIT_KEY':
    case 'MULTILINE_IMPLICIT_KEY':
      return {
        message: first(message),
        hint: "a text with ': ' in it needs quotes; else see the indentation of this line and the one before",
      };
    case 'MISSING_CHAR':
    case 'BAD_INDENT':
      return {
        message: first(message),
        hint: 'see the indentation of this line, and brackets and quotes before it',
      };
    case 'TAG_RESOLVE_FAILED':
      return { message: first(message), hint: 'tags (!…) are not evaluated: write the value' };
    default:
      return { message: first(message) };
  }
}

/** A placeholder of a template engine, which makes a text that is no YAML. */
function templateIn(line: string): string | null {
  return /\{\{|<%|\{%/.test(line) ? placeholderIn(line) : null;
}

/** The key, and where it was set first. */
function duplicate(
  document: Document,
  text: string,
  offset: number,
): Pick<Problem, 'message' | 'hint'> {
  const lineOf = (at: number): number => text.slice(0, at).split('\n').length;
  let found: Pick<Problem, 'message' | 'hint'> = { message: 'a setting is there twice' };
  visit(document, {
    Map: (_, map) => {
      const twice = map.items.find(({ key }) => isNode(key) && startOf(key) === offset)?.key;
      if (!isMap(map) || !isScalar(twice)) return;
      const once = map.items.find(({ key }) => isScalar(key) && key.value === twice.value)?.key;
      const where = isNode(once) ? `, first in line ${lineOf(startOf(once))}` : '';
      found = {
        message: `${foundValue(String(twice.value))} is set twice${where}`,
        hint: 'put what belongs to it under one',
      };
    },
  });
  return found;
}

function lineAround(text: string, offset: number): string {
  const start = text.lastIndexOf('\n', offset - 1) + 1;
  const end = text.indexOf('\n', offset);
  return text.slice(start, end === -1 ? undefined : end);
}

function first(text: string): string {
  return text.split('\n', 1)[0] ?? text;
}

/** `file:line:column` of an offset. */
export function placeAt(name: string, lines: LineCounter, offset: number): string {
  const { line, col } = lines.linePos(offset);
  return `${name}:${line}:${col}`;
}
