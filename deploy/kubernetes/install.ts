import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';

const CHART = fileURLToPath(new URL('../../helm/watchword', import.meta.url));
const VALUES = fileURLToPath(new URL('./values.yaml', import.meta.url));
const HEAD = `# Watchword without Helm, made from the chart: do not edit. Set your image and the ConfigMap's configuration, then
#   kubectl apply -f deploy/kubernetes/install.yaml
# Made by: node deploy/kubernetes/generate.ts
apiVersion: v1
kind: Namespace
metadata:
  name: watchword
  labels: { pod-security.kubernetes.io/enforce: restricted }
`;

/** The chart for a release `watchword` in the namespace `watchword`, without the pods of Helm's hooks. */
export function renderChart(helm: string, values: unknown): string {
  const args = ['template', 'watchword', CHART, '--namespace', 'watchword', '--values', '-'];
  return execFileSync(helm, [...args, '--no-hooks', '--kube-version', '1.35'], {
    encoding: 'utf8',
    input: JSON.stringify(values),
  });
}

/** What an installation by Helm would make, as plain YAML, but for the traces of Helm. */
export function renderInstall(helm: string): string {
  const plain = renderChart(helm, parse(readFileSync(VALUES, 'utf8')))
    .split('\n')
    .filter(
      (line) => !/^\s*(helm\.sh\/chart|app\.kubernetes\.io\/managed-by|# Source):?/.test(line),
    )
    .map((line) => line.trimEnd())
    .join('\n');
  return `${HEAD}${plain.trimEnd()}\n`;
}
