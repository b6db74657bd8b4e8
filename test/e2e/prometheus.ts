import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onPath } from '../../deploy/demo/found.ts';
import { freePorts } from '../demo/free-ports.ts';
import { findPromtool } from '../support/promtool.ts';
import { kubeconfig, until } from './commands.ts';
import { CHART, NAMESPACE } from './release.ts';

/** A Prometheus on 127.0.0.1 that finds the pods by their annotations, as those without the operator do. */
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
  await writeFile(file, JSON.stringify(configuration()));
  const { metrics: port } = await freePorts();
  const program = onPath('prometheus') ?? join(dirname(await findPromtool()), 'prometheus');
  const listen = `--web.listen-address=127.0.0.1:${port}`;
  const child = spawn(
    program,
    [`--config.file=${file}`, `--storage.tsdb.path=${folder}/data`, listen],
    { stdio: 'ignore' },
  );
  const ended = new Promise((resolve) => child.once('close', resolve));
  const failed = new Promise<never>((_, reject) => child.once('error', reject));
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

function configuration(): unknown {
  const meta = '__meta_kubernetes_pod';
  return {
    global: { scrape_interval: '1s', evaluation_interval: '1s' },
    rule_files: [join(CHART, 'files/alerts.yaml')],
    scrape_configs: [
      {
        job_name: 'pods',
        kubernetes_sd_configs: [
          { role: 'pod', kubeconfig_file: kubeconfig(), namespaces: { names: [NAMESPACE] } },
        ],
        relabel_configs: [
          {
            source_labels: [`${meta}_annotation_prometheus_io_scrape`],
            regex: 'true',
            action: 'keep',
          },
          {
            source_labels: [`${meta}_ip`, `${meta}_annotation_prometheus_io_port`],
            separator: ':',
            target_label: '__address__',
          },
          {
            source_labels: [`${meta}_annotation_prometheus_io_path`],
            target_label: '__metrics_path__',
          },
          { source_labels: ['__meta_kubernetes_namespace'], target_label: 'namespace' },
          { source_labels: [`${meta}_name`], target_label: 'pod' },
        ],
      },
    ],
  };
}
