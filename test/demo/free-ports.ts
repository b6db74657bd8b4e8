import { PORTS, type Ports } from '../../deploy/demo/ports.ts';
import { freePorts as freePortsOf } from '../../deploy/support/free-port.ts';

/** Ports that nobody listens on, one for each part of the demo. */
export async function freePorts(): Promise<Ports> {
  const names = Object.keys(PORTS);
  const ports = await freePortsOf(names.length);
  return Object.fromEntries(names.map((name, i) => [name, ports[i]])) as Ports;
}
