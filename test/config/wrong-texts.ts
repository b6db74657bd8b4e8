import { ISSUER, type Wrong } from './wrong.ts';

/** What is wrong with the text itself. */
export const WRONG_TEXTS: readonly Wrong[] = [
  {
    title: 'a key that is there twice',
    yaml: `default: deny\n${ISSUER}default: deny\n`,
    says: [
      "watchword.yaml:7: 'default' is set twice, first in line 1 (put what belongs to it under one)",
    ],
  },
  {
    title: 'text that is no YAML',
    yaml: `issuers: [\npipelines: }\n`,
    says: [
      'watchword.yaml:2: Flow sequence in block collection must be sufficiently indented and end with a ] (see the indentation of this line, and brackets and quotes before it)',
      'watchword.yaml:2: Unexpected flow-map-end token in YAML stream: "}"',
    ],
  },
  {
    title: 'a list in place of settings',
    yaml: '- a\n- b\n',
    says: ['watchword.yaml: is not a mapping of settings'],
  },
  {
    title: 'a scalar in place of settings',
    yaml: 'hello\n',
    says: ['watchword.yaml: is not a mapping of settings'],
  },
  {
    title: 'an alias bomb',
    yaml: `a: &a [x, x, x, x, x, x, x, x, x, x]\nb: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a, *a]\nc: &c [*b, *b, *b, *b, *b, *b, *b, *b, *b, *b]\nd: [*c, *c, *c, *c, *c, *c, *c, *c, *c, *c]\n`,
    says: ['watchword.yaml: has too many aliases'],
  },
  {
    title: 'a tag that names code',
    yaml: `default: !!js/function 'x'\n`,
    says: [
      'watchword.yaml:1: Unresolved tag: tag:yaml.org,2002:js/function (tags (!…) are not evaluated: write the value)',
    ],
  },
  {
    title: 'two documents in one file',
    yaml: `default: deny\n---\ndefault: deny\n`,
    says: [
      "watchword.yaml:2: has more than one document (one file, one document: without '---' between, or a folder of files)",
    ],
  },
  {
    title: 'a file of 5 MiB',
    yaml: `# ${'x'.repeat(5 * 1024 * 1024)}\ndefault: deny\n`,
    says: ['watchword.yaml: is larger than 4 MiB'],
  },
];
