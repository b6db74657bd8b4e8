import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

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

/** What an installation by Helm would make, as plain YAML, but for the traces of Helm. */
export function renderInstall(helm: string): string {
  const args = ['template', 'watchword', CHART, '--namespace', 'watchword', '--values', VALUES];
  const rendered = execFileSync(helm, [...args, '--skip-tests'], { encoding: 'utf8' });
  const plain = rendered
    .split('\n')
    .filter(
      (line) => !/^\s*(helm\.sh\/chart|app\.kubernetes\.io\/managed-by|# Source):?/.test(line),
    )
    .map((line) => line.trimEnd())
    .join('\n');
  return `${HEAD}${plain.trimEnd()}\n`;
}
