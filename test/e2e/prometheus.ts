import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onPath } from '../../deploy/support/found.ts';
import { freePorts } from '../demo/free-ports.ts';
import { findPromtool } from '../support/promtool.ts';
import { kubectl, until } from './commands.ts';
import { CHART, NAMESPACE } from './release.ts';

/** A Prometheus on 127.0.0.1 that scrapes the pods as their annotations say. */
export interface Prometheus extends AsyncDisposable {
  /** Waits until an expression gives a value that `accepts`, and gives it. */
  value(expression: string, accepts: (value: number) => boolean): Promise<number>;
}

interface Vector {
  readonly data: {
    readonly result: readonly { readonly value: readonly [time: number, value: string] }[];
  };
}

export async function startPrometheus(): Promise<Prometheus> {
  const folder = await mkdtemp(join(tmpdir(), 'watchword-prometheus-'));
  const file = join(folder, 'prometheus.json');
  await writeFile(file, JSON.stringify(await configuration()));
  const { metrics: port } = await freePorts();
  const program = onPath('prometheus') ?? join(dirname(await findPromtool()), 'prometheus');
  const listen = `--web.listen-address=127.0.0.1:${port}`;
  const child = spawn(
    program,
    [`--config.file=${file}`, `--storage.tsdb.path=${folder}/data`, listen],
    { stdio: 'ignore' },
  );
  let complaints = '';
  child.stderr?.on('data', (part: Buffer) => {
    complaints = `${complaints}${part}`.slice(-2_000);
  });
  const ended = new Promise((resolve) => child.once('close', resolve));
  const failed = new Promise<never>((_, reject) => {
    child.once('error', reject);
    child.once('exit', (code) =>
      reject(new Error(`Prometheus ended with ${code}: ${complaints.slice(-500)}`)),
    );
  });
  failed.catch(() => undefined);
  const query = async (expression: string): Promise<number | undefined> => {
    const url = new URL(`http://127.0.0.1:${port}/api/v1/query`);
    url.searchParams.set('query', expression);
    const { data } = (await (
      await fetch(url, { signal: AbortSignal.timeout(5_000) })
    ).json()) as Vector;
    const text = data.result[0]?.value[1];
    return text === undefined ? undefined : Number(text);
  };
  return {
    value: (expression, accepts) =>
      Promise.race([
        failed,
        until(expression, 40, async () => {
          const value = await query(expression);
          return value !== undefined && accepts(value) ? value : undefined;
        }),
      ]),
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGTERM');
      await ended;
      await rm(folder, { recursive: true });
    },
  };
}

interface Pod {
  readonly metadata: {
    readonly name: string;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly status: { readonly podIP: string };
}

/** Targets as the annotations name them. Debian's Prometheus is built without the discovery of Kubernetes. */
async function targets(): Promise<readonly unknown[]> {
  const listed = await kubectl(['get', 'pods', '--namespace', NAMESPACE, '--output=json']);
  const { items } = JSON.parse(listed) as { items: readonly Pod[] };
  return items
    .filter(({ metadata }) => metadata.annotations?.['prometheus.io/scrape'] === 'true')
    .map(({ metadata: { name, annotations = {} }, status }) => ({
      targets: [`${status.podIP}:${annotations['prometheus.io/port']}`],
      labels: {
        namespace: NAMESPACE,
        pod: name,
        __metrics_path__: annotations['prometheus.io/path'],
      },
    }));
}

async function configuration(): Promise<unknown> {
  return {
    global: { scrape_interval: '1s', evaluation_interval: '1s' },
    rule_files: [join(CHART, 'files/alerts.yaml')],
    scrape_configs: [{ job_name: 'pods', static_configs: await targets() }],
  };
}
