import { Agent } from 'node:http';
import { ask, bearer, type Gateway } from './ask.ts';

/** What happened to the requests of a load. */
export interface Tally {
  readonly sent: number;
  /** Statuses and connection errors other than 200, with their number. */
  readonly lost: Readonly<Record<string, number>>;
}

const CLIENTS = 8;
/** Most requests of one load: an upper bound, so that it ends by itself. */
const MOST = 200_000;

/** Sends requests with a token by some clients, each on its own connection, until `action` has ended and a second longer. */
export async function whileLoaded(
  gateway: Gateway,
  path: string,
  token: string,
  action: () => Promise<unknown>,
): Promise<Tally> {
  const agent = new Agent({ keepAlive: true, maxSockets: CLIENTS });
  const lost: Record<string, number> = {};
  let sent = 0;
  let over = false;
  const client = async (): Promise<void> => {
    while (!over && sent < MOST) {
      sent += 1;
      const { status } = await ask(gateway, path, bearer(token), agent).catch(
        (error: NodeJS.ErrnoException) => ({
          status: error.code ?? error.message,
        }),
      );
      if (status !== 200) lost[status] = (lost[status] ?? 0) + 1;
      // About 800 requests a second leave the machine something for the pods.
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  };
  const clients = Array.from({ length: CLIENTS }, client);
  try {
    await action();
    await new Promise((resolve) => setTimeout(resolve, 1_000));
  } finally {
    over = true;
    await Promise.all(clients);
    agent.destroy();
  }
  return { sent, lost };
}
