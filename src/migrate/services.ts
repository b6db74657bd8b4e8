import type { Manifest } from './manifests.ts';
import { list, mapping } from './mapping.ts';

/** The number of a Service's port, given as a number or by its name; undefined where the Service is not in the file. */
export type PortOf = (
  namespace: string | undefined,
  service: string,
  port: unknown,
) => number | undefined;

/** Looks names of ports up in the Services among manifests: an HTTPRoute knows numbers only. */
export function portsOf(manifests: readonly Manifest[]): PortOf {
  const services = manifests.filter(({ kind }) => kind === 'Service');
  return (namespace, service, port) => {
    if (typeof port === 'number') return port;
    const found = services.find((one) => one.name === service && one.namespace === namespace);
    const ports = list(found?.spec['ports']).map(mapping);
    const number = ports.find((one) => one['name'] === port)?.['port'];
    return typeof number === 'number' ? number : undefined;
  };
}
