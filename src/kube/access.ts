import { ProblemsError } from '../base/problem.ts';
import { SERVICE_ACCOUNT } from '../outgoing/service-account.ts';

/** How the API server is reached. */
export interface KubeAccess {
  /** Base URL without a slash at its end. */
  readonly server: string;
  /** Read anew for every request: the kubelet replaces it. Null: no token is sent. */
  readonly tokenFile: string | null;
  /** Certificate authorities to trust in place of the system's, or null. */
  readonly caFile: string | null;
}

/**
 * The access that the settings name, else that of the cluster that this process runs in. Throws `ProblemsError` where it runs in
 * none.
 */
export function kubeAccess(
  settings: {
    readonly apiServer?: string | undefined;
    readonly tokenFile?: string | undefined;
    readonly caFile?: string | undefined;
  },
  environment: Readonly<Record<string, string | undefined>>,
): KubeAccess {
  if (settings.apiServer !== undefined) {
    return {
      server: settings.apiServer.replace(/\/+$/, ''),
      tokenFile: settings.tokenFile ?? null,
      caFile: settings.caFile ?? null,
    };
  }
  const host = environment['KUBERNETES_SERVICE_HOST'];
  const port = environment['KUBERNETES_SERVICE_PORT'] ?? '443';
  if (host === undefined || host === '') {
    throw new ProblemsError([
      {
        path: 'routes.watch',
        message: 'needs a cluster, and KUBERNETES_SERVICE_HOST is not set',
        hint: 'run in a pod, or name routes.apiServer, routes.tokenFile and routes.caFile',
      },
    ]);
  }
  const authority = host.includes(':') ? `[${host}]` : host;
  return {
    server: `https://${authority}:${port}`,
    tokenFile: settings.tokenFile ?? SERVICE_ACCOUNT.tokenFile,
    caFile: settings.caFile ?? SERVICE_ACCOUNT.caFile,
  };
}
