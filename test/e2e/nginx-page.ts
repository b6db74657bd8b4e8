import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { parseAllDocuments } from 'yaml';
import { NGINX } from './nginx-ingresses.ts';
import { NAMESPACE } from './release.ts';

interface KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly data?: Readonly<Record<string, string>>;
  readonly spec?: object;
}

/** The object of that name on the page about ingress-nginx, in the namespaces of this run. */
export function onPage(kind: string, name: string): KubernetesObject {
  const page = readFileSync(
    new URL('../../docs/gateways/ingress-nginx.md', import.meta.url),
    'utf8',
  )
    .replaceAll('watchword-http.watchword.svc', `watchword-http.${NAMESPACE}.svc`)
    .replaceAll('ingress-nginx/removed-headers', `${NGINX}/removed-headers`)
    .replaceAll('namespace: ingress-nginx', `namespace: ${NGINX}`);
  const objects = [...page.matchAll(/^( *)```yaml\n(.*?)^ *```$/gms)].flatMap(
    ([, indent = '', text = '']) =>
      parseAllDocuments(text.replaceAll(new RegExp(`^${indent}`, 'gm'), '')).map(
        (document) => document.toJS() as KubernetesObject,
      ),
  );
  const found = objects.find((one) => one.kind === kind && one.metadata.name === name);
  return found ?? assert.fail(`the page has no ${kind} ${name}`);
}
