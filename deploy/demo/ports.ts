import { bindFault, freePort } from '../support/free-port.ts';

/** The ports of the demo on 127.0.0.1, each with the environment variable that moves it. */
export const PORTS = {
  gateway: { port: 8080, variable: 'GATEWAY_PORT' },
  envoyAdmin: { port: 9901, variable: 'ENVOY_ADMIN_PORT' },
  watchword: { port: 9191, variable: 'WATCHWORD_PORT' },
  metrics: { port: 9190, variable: 'METRICS_PORT' },
  console: { port: 9189, variable: 'CONSOLE_PORT' },
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
  const lines: string[] = [];
  const given = new Set(Object.values(ports));
  for (const { name, why } of taken) {
    if (why === undefined) continue;
    const other = await nextFree(ports[name], given);
    given.add(other);
    lines.push(
      `port ${ports[name]} (${name}) cannot be used: ${why}; choose another: make demo ${PORTS[name].variable}=${other}`,
    );
  }
  return lines;
}

/** The first port above one that nobody listens on and that is not given to another part. */
async function nextFree(port: number, given: ReadonlySet<number>): Promise<number> {
  for (let other = port + 1; other <= 65_535; other += 1)
    if (!given.has(other) && (await bindFault(other)) === undefined) return other;
  return freePort();
}

/** Whether a dev-issuer answers where that of the demo would: another demo runs. */
export async function isDemoRunning({ issuer }: Ports): Promise<boolean> {
  try {
    const answer = await fetch(`http://127.0.0.1:${issuer}/.well-known/jwks.json`, {
      signal: AbortSignal.timeout(1_000),
    });
    return (await answer.text()).includes('watchword-dev-');
  } catch {
    return false;
  }
}

function portsFrom(portOf: (name: PortName) => number): Ports {
  return Object.fromEntries(NAMES.map((name) => [name, portOf(name)])) as Ports;
}
