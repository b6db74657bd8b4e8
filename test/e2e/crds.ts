import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folders with the custom resource definitions that the gateways and the chart's objects need. */
const SETS = [
  'gateway-api-experimental',
  'envoy-gateway',
  'contour',
  'istio',
  'prometheus-operator',
] as const;

/**
 * The folders of the definitions: under `E2E_CRDS_DIR`, else in `shared/crds` beside the checkout. They are too large for the
 * project (4 MB); each folder holds the released files of one gateway. Throws where one is missing.
 */
export function crdFolders(): readonly string[] {
  const beside = fileURLToPath(new URL('../../../shared/crds', import.meta.url));
  const root = process.env['E2E_CRDS_DIR'] || beside;
  const missing = SETS.filter((name) => !existsSync(join(root, name)));
  if (missing.length > 0) {
    throw new Error(
      `no custom resource definitions of ${missing.join(', ')} in ${root}; put the files that these projects release into folders of these names and set E2E_CRDS_DIR`,
    );
  }
  return SETS.map((name) => join(root, name));
}
