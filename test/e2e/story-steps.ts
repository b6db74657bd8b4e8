import assert from 'node:assert/strict';
import { helm, kubectl } from './commands.ts';
import type { Tally } from './load.ts';
import { NAMESPACE, podNames } from './release.ts';

/** `helm test`; rejects with the log of its pod. */
export async function helmTest(): Promise<string> {
  try {
    await helm(['test', 'watchword', '--namespace', NAMESPACE, '--timeout', '240s']);
    return 'succeeded';
  } catch (error) {
    const log = await kubectl(['logs', 'watchword-test', '--namespace', NAMESPACE]).catch(() => '');
    throw new Error(`helm test failed: ${log}`, { cause: error });
  }
}

/** Says how many requests a load sent; throws where one was not answered with 200. */
export function nothingLost({ sent, lost }: Tally): string {
  assert.ok(sent > 500, `only ${sent} requests were sent`);
  assert.deepEqual(lost, {}, `of ${sent} requests`);
  return `${sent} requests, none lost`;
}

/** How long a pod took to be ready, and its memory, from the API and from its own metrics. */
export async function resources(): Promise<string> {
  const [pod = ''] = await podNames();
  const read = (path: string): Promise<string> =>
    kubectl(['get', 'pod', pod, '--namespace', NAMESPACE, '--output', `jsonpath=${path}`]);
  const ready = await read('{.status.conditions[?(@.type=="Ready")].lastTransitionTime}');
  const started = await read(
    '{.status.containerStatuses[?(@.name=="watchword")].state.running.startedAt}',
  );
  const metrics = await (
    await fetch(`http://${await read('{.status.podIP}')}:9190/metrics`)
  ).text();
  const memory = Number(/^process_resident_memory_bytes (\S+)$/m.exec(metrics)?.[1]);
  const seconds = (Date.parse(ready) - Date.parse(started)) / 1000;
  assert.ok(memory > 0 && seconds >= 0);
  return `ready ${seconds} s after its start, ${Math.round(memory / 1e6)} MB resident`;
}
