import { bindFault } from './free-port.ts';

/** The ports of the demo on 127.0.0.1, each with the environment variable that moves it. */
export const PORTS = {
  gateway: { port: 8080, variable: 'GATEWAY_PORT' },
  envoyAdmin: { port: 9901, variable: 'ENVOY_ADMIN_PORT' },
  watchword: { port: 9191, variable: 'WATCHWORD_PORT' },
  metrics: { port: 9190, variable: 'METRICS_PORT' },
  issuer: { port: 9400, variable: 'ISSUER_PORT' },
  billings: { port: 8181, variable: 'BILLINGS_PORT' },
  invoices: { port: 8182, variable: 'INVOICES_PORT' },
} as const;

export type PortName = keyof typeof PORTS;
export type Ports = Readonly<Record<PortName, number>>;

const NAMES = Object.keys(PORTS) as PortName[];

/** All zero: the kernel chooses, and nothing collides. */
export const FREE_PORTS: Ports = portsFrom(() => 0);

/** The documented ports, moved by the environment. Throws where a variable is no port. */
export function documentedPorts(environment: Readonly<Record<string, string | undefined>>): Ports {
  return portsFrom((name) => {
    const { port, variable } = PORTS[name];
    const text = environment[variable];
    if (text === undefined || text === '') return port;
    const moved = /^\d{1,5}$/.test(text) ? Number(text) : 0;
    if (moved < 1 || moved > 65_535) throw new Error(`${variable}=${text} is no port`);
    return moved;
  });
}

/** One line for each port that is taken: who needs it and how to move it. */
export async function takenPorts(ports: Ports): Promise<readonly string[]> {
  const taken = await Promise.all(
    NAMES.map(async (name) => ({ name, why: await bindFault(ports[name]) })),
  );
  return taken.flatMap(({ name, why }) =>
    why === undefined
      ? []
      : [
          `port ${ports[name]} (${name}) cannot be used: ${why}; choose another: make demo ${PORTS[name].variable}=${ports[name] + 1}`,
        ],
  );
}

function portsFrom(portOf: (name: PortName) => number): Ports {
  return Object.fromEntries(NAMES.map((name) => [name, portOf(name)])) as Ports;
}
