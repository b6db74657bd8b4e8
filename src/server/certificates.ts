import type { Logger } from 'pino';
import { ProblemsError } from '../base/problem.ts';
import type { Config } from '../config/shape.ts';
import { watchFiles } from '../live/watch-files.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { ListenerCertificate } from '../transport/certificate.ts';

/** The certificates of the listeners; null for a listener without TLS. */
export interface Certificates {
  readonly grpc: ListenerCertificate | null;
  readonly http: ListenerCertificate | null;
}

/** Opens what `listen` names. Throws `ProblemsError` where a file cannot be used. */
export async function openCertificates({ tls, httpTls }: Config['listen']): Promise<Certificates> {
  return {
    grpc: tls === undefined ? null : await ListenerCertificate.open('listen.tls', tls),
    http: httpTls === undefined ? null : await ListenerCertificate.open('listen.httpTls', httpTls),
  };
}

/** Reloads each certificate when its files change, until it is disposed of. What is wrong is said and changes nothing. */
export function followFiles(certificates: Certificates, metrics: Metrics, log: Logger): Disposable {
  using stack = new DisposableStack();
  const opened = Object.entries(certificates).flatMap(
    ([listener, certificate]: [string, ListenerCertificate | null]) =>
      certificate === null ? [] : [{ listener, certificate }],
  );
  const reloads = metrics.counter('watchword_certificate_reloads_total');
  const state = metrics.gauge('watchword_certificate_last_reload_successful');
  for (const { listener, certificate } of opened) {
    for (const result of ['success', 'failure']) reloads.inc({ listener, result }, 0);
    state.set({ listener }, 1);
    const { files, firstState } = certificate;
    const reload = async (): Promise<null> => {
      const result = await reloadOf(certificate, listener, log);
      reloads.inc({ listener, result });
      state.set({ listener }, result === 'success' ? 1 : 0);
      return null;
    };
    stack.use(watchFiles(() => Promise.resolve(files), firstState, reload));
  }
  metrics.gauge('watchword_certificate_not_after_timestamp_seconds', (gauge) => {
    for (const { listener, certificate } of opened)
      gauge.set({ listener }, certificate.material.notAfter / 1000);
  });
  return stack.move();
}

async function reloadOf(
  certificate: ListenerCertificate,
  listener: string,
  log: Logger,
): Promise<'success' | 'failure'> {
  const { files } = certificate;
  try {
    await certificate.reload();
    log.info({ listener, files }, 'the certificate of the listener was reloaded');
    return 'success';
  } catch (error) {
    const problem = error instanceof ProblemsError ? error.message : String(error);
    log.error(
      { listener, problem },
      'the certificate of the listener is wrong; the one before it stays',
    );
    return 'failure';
  }
}
