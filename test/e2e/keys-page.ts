import { readFileSync } from 'node:fs';
import { parse, parseAllDocuments } from 'yaml';

/** What a reader of docs/keys.md copies, with another namespace in place of the page's `shop`. */
export interface KeysPage {
  /** Values of the chart. */
  readonly values: PageValues;
  /** Arguments of `kubectl get` that find the issuer. */
  readonly findIssuer: readonly string[];
  /** Arguments of `kubectl create token`. */
  readonly createToken: readonly string[];
  readonly account: unknown;
  readonly pod: PagePod;
}

interface PageValues {
  readonly config: { readonly issuers: { issuer: string }[] };
  readonly [name: string]: unknown;
}

interface PagePod {
  readonly spec: { readonly containers: Record<string, unknown>[] };
  readonly [name: string]: unknown;
}

const PAGE = new URL('../../docs/keys.md', import.meta.url);

/** Reads the section about service-account tokens. */
export function keysPage(namespace: string): KeysPage {
  const page = readFileSync(PAGE, 'utf8').replaceAll(/\bshop\b/g, namespace);
  const section = page.split('\n## Service-account tokens\n')[1]?.split('\n## ')[0] ?? '';
  const blocks = [...section.matchAll(/^```(yaml|console)\n(.*?)^```$/gms)];
  const [values = '', manifests = ''] = blocks.flatMap(([, kind, text = '']) =>
    kind === 'yaml' ? [text] : [],
  );
  const commands = blocks.flatMap(([, kind, text = '']) => (kind === 'console' ? [text] : []));
  const [account, pod] = parseAllDocuments(manifests).map((document) => document.toJS() as unknown);
  return {
    values: parse(values) as PageValues,
    findIssuer: argumentsOf(commands, 'get'),
    createToken: argumentsOf(commands, 'create'),
    account,
    pod: pod as PagePod,
  };
}

function argumentsOf(commands: readonly string[], verb: string): readonly string[] {
  const command = commands.find((text) => text.startsWith(`$ kubectl ${verb} `));
  if (command === undefined) throw new Error(`docs/keys.md has no kubectl ${verb}`);
  return command.trim().split(/\s+/).slice(2);
}
