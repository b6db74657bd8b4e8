import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { parseAllDocuments } from 'yaml';
import { findHelm } from '../cluster/programs.ts';

const run = promisify(execFile);

export const CHART = fileURLToPath(new URL('../../helm/watchword', import.meta.url));

/** A Kubernetes object, so far as the tests look at it. */
export interface KubeObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  // Each kind has its own.
  readonly [field: string]: unknown;
}

/** A values file of the chart's folder `ci`, or values as a tree. */
export type Values = string | Readonly<Record<string, unknown>>;

/** Helm's output for a release `watchword` in the namespace `gate`. Rejects with Helm's message. */
export async function template(values: Values, more: readonly string[] = []): Promise<string> {
  return withValues(values, (file) => {
    const args = ['template', 'watchword', CHART, '--namespace', 'gate', '--values', file];
    return helm([...args, '--kube-version', '1.35', ...more]);
  });
}

/** What Helm prints after it has installed the release, with no cluster asked. */
export async function notesOf(values: Values): Promise<string> {
  const text = await withValues(values, (file) => {
    const args = ['install', 'watchword', CHART, '--namespace', 'gate', '--values', file];
    return helm([...args, '--dry-run=client']);
  });
  return text.slice(text.lastIndexOf('\nNOTES:\n'));
}

/** The objects of `template`. */
export async function render(
  values: Values,
  more: readonly string[] = [],
): Promise<readonly KubeObject[]> {
  const documents = parseAllDocuments(await template(values, more));
  return documents
    .map((document) => document.toJS() as KubeObject | null)
    .filter((one) => one !== null);
}

/** Helm's message for values that it must refuse; throws where it takes them. */
export async function refusal(values: Values): Promise<string> {
  try {
    await template(values);
  } catch (error) {
    return (error as { stderr: string }).stderr;
  }
  throw new Error('Helm took these values');
}

/** Runs Helm; rejects with its exit code and output. */
export async function helm(args: readonly string[], program?: string): Promise<string> {
  const { stdout } = await run(program ?? (await findHelm()), args, { maxBuffer: 64 << 20 });
  return stdout;
}

/** Calls `use` with a file of these values. */
export async function withValues<T>(values: Values, use: (file: string) => Promise<T>): Promise<T> {
  if (typeof values === 'string') return use(join(CHART, 'ci', `${values}-values.yaml`));
  const folder = await mkdtemp(join(tmpdir(), 'watchword-chart-'));
  try {
    const file = join(folder, 'values.json');
    await writeFile(file, JSON.stringify(values));
    return await use(file);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** The one object of a kind and name; throws where there is none. */
export function only(objects: readonly KubeObject[], kind: string, name: string): KubeObject {
  const found = objects.filter((one) => one.kind === kind && one.metadata.name === name);
  const [object] = found;
  if (object === undefined || found.length > 1) throw new Error(`${found.length} ${kind} ${name}`);
  return object;
}
