import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cpus, loadavg, release, totalmem } from 'node:os';
import { promisify } from 'node:util';

/** Where figures come from, each as a line: without that they say nothing. */
export interface Machine {
  readonly processor: string;
  readonly memory: string;
  readonly kernel: string;
  readonly versions: string;
  /** What else runs: processes that want a processor, over the last minute, before the bench began. */
  readonly load: string;
}

/** Describes this machine; `withGo` asks Go for its version. */
export async function describeMachine(withGo: boolean): Promise<Machine> {
  const all = cpus();
  const { version } = JSON.parse(
    readFileSync(new URL('../package.json', import.meta.url), 'utf8'),
  ) as { version: string };
  const { node, openssl, v8 } = process.versions;
  const go = withGo ? [(await promisify(execFile)('go', ['version'])).stdout.trim()] : [];
  return {
    processor: `${all.length} x ${all[0]?.model.trim() ?? 'unknown'}`,
    memory: `${(totalmem() / 1024 ** 3).toFixed(0)} GiB`,
    kernel: `Linux ${release()}`,
    versions: [
      `Watchword ${version}`,
      `Node ${node}`,
      `V8 ${v8}`,
      `OpenSSL ${openssl}`,
      ...go,
    ].join(', '),
    load: loadavg()[0]?.toFixed(1) ?? '',
  };
}

/** Whether other processes take part in every figure. */
export function isBusy({ load }: Machine): boolean {
  return Number(load) > cpus().length / 2;
}
