import { execFile } from 'node:child_process';
import { existsSync, globSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Custom resource definitions as one project releases them: files of a version of its Go module. */
interface Source {
  readonly module: string;
  /** Of the module's files, as go.sum has it. */
  readonly sum: string;
  /** A glob within the module. */
  readonly files: string;
}

/** The definitions that the gateways, and objects of the chart and of `watchword migrate`, need. */
const SETS: Readonly<Record<string, Source>> = {
  'gateway-api-experimental': {
    module: 'sigs.k8s.io/gateway-api@v1.6.3',
    sum: 'h1:lKpJa5bGlraC/QeACvCpsHLdmO6y0iKfzVl6gzaFEYc=',
    files: 'config/crd/experimental/gateway.networking*.yaml',
  },
  'envoy-gateway': {
    module: 'github.com/envoyproxy/gateway@v1.9.1',
    sum: 'h1:vAVp6/AlBXJ1aOhp1mxL7fNEzVEfjADUguUhm2wzxQY=',
    files: 'charts/gateway-helm/charts/crds/crds/generated/*.yaml',
  },
  contour: {
    module: 'github.com/projectcontour/contour@v1.33.8',
    sum: 'h1:QoOfwqWws+CVRFpsRC2+f1DmB5IdurtyUtepIsiWfE0=',
    files: 'examples/contour/01-crds.yaml',
  },
  istio: {
    module: 'istio.io/api@v1.31.4',
    sum: 'h1:AcnncYrlDj1PJkym7h88Gggkef4MAra8QpGaXRMsr+E=',
    files: 'kubernetes/customresourcedefinitions.gen.yaml',
  },
  'prometheus-operator': {
    module: 'github.com/prometheus-operator/prometheus-operator@v0.85.0',
    sum: 'h1:M5xLCLEoaW2IJfnuCwFzzpL+jSVQu3KGT84Pye+fW8s=',
    files:
      'example/prometheus-operator-crd/monitoring.coreos.com_{podmonitors,prometheusrules,servicemonitors}.yaml',
  },
  traefik: {
    module: 'github.com/traefik/traefik/v3@v3.7.13',
    sum: 'h1:T8wy9KuaFzCkmXCqAzDy7t73pBDR1DHrJe3pqXpNXTw=',
    files: 'docs/content/reference/dynamic-configuration/traefik.io_*.yaml',
  },
};

/**
 * The files of the definitions, 5 MB: of Go's module cache, which fetches what it has not got, or of the folders of
 * `E2E_CRDS_DIR`, one for each set. Rejects where one is not to be had or is not what the table says.
 */
export async function crdFiles(): Promise<readonly string[]> {
  const folder = process.env['E2E_CRDS_DIR'];
  const files = await Promise.all(
    Object.entries(SETS).map(([name, source]) =>
      folder ? released(join(folder, name)) : ofModule(source),
    ),
  );
  return files.flat();
}

function released(folder: string): readonly string[] {
  if (existsSync(folder)) return [folder];
  throw new Error(`${folder} is missing; without E2E_CRDS_DIR its files come from Go modules`);
}

async function ofModule({ module, sum, files }: Source): Promise<readonly string[]> {
  const { dir, got } = await download(module);
  if (got !== sum) throw new Error(`${module} has the sum ${got}, and not ${sum}`);
  const found = globSync(join(dir, files)).sort();
  if (found.length === 0) throw new Error(`${module} has no ${files}`);
  return found;
}

async function download(module: string): Promise<{ dir: string; got: string }> {
  const args = ['mod', 'download', '-json', module];
  try {
    // Outside of any module, so that none is asked for its own requirements.
    const { stdout } = await run('go', args, {
      cwd: tmpdir(),
      env: { ...process.env, GOWORK: 'off', GOFLAGS: '' },
    });
    const { Dir: dir, Sum: got } = JSON.parse(stdout) as { Dir: string; Sum: string };
    return { dir, got };
  } catch (cause) {
    const said = (cause as { stdout?: string; stderr?: string }).stdout || String(cause);
    throw new Error(`${module} is not to be had (${said}); run: go ${args.join(' ')}`, { cause });
  }
}
