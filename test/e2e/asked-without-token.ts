import { Agent } from 'node:http';
import { ask, type Gateway } from './ask.ts';

/** What requests without a token got behind one gateway. */
export interface Answers {
  readonly sent: number;
  /** Those that the backend answered: none, where the gateway stays closed. */
  readonly open: number;
  /** Watchword's own 401. */
  readonly asked: number;
  /** Other statuses and errors of connections, with their number: refused by a gateway without Watchword. */
  readonly refused: Readonly<Record<string, number>>;
}

/**
 * Sends requests without a token, each a millisecond after the last answer, until `action` has ended. A connection that stays
 * open may belong to an older listener, which the gateway drains; a new one gets the newest.
 */
export async function askedWithoutToken(
  gateways: readonly Gateway[],
  path: string,
  action: () => Promise<unknown>,
): Promise<readonly Answers[]> {
  let over = false;
  const [kept, fresh] = [new Agent({ keepAlive: true }), new Agent({ keepAlive: false })];
  const loop = async (gateway: Gateway, agent: Agent, seen: Map<string, number>) => {
    while (!over) {
      const got = await ask(gateway, path, {}, agent).then(
        ({ status }) => String(status),
        (error: NodeJS.ErrnoException) => error.code ?? error.message,
      );
      if (!over) seen.set(got, (seen.get(got) ?? 0) + 1);
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  };
  const tallies = gateways.map(() => new Map<string, number>());
  const loops = gateways.flatMap((gateway, index) =>
    [kept, fresh, fresh].map((agent) => loop(gateway, agent, tallies[index] ?? new Map())),
  );
  try {
    await action();
  } finally {
    over = true;
    // A request to a killed pod would wait for its time-out.
    for (const agent of [kept, fresh]) agent.destroy();
    await Promise.all(loops);
  }
  return tallies.map(answersOf);
}

function answersOf(seen: ReadonlyMap<string, number>): Answers {
  const answers = { sent: 0, open: 0, asked: 0, refused: {} as Record<string, number> };
  for (const [got, count] of seen) {
    answers.sent += count;
    // What is neither an error nor a refusal came from behind the gateway.
    if (/^[1-3]/.test(got)) answers.open += count;
    else if (got === '401') answers.asked += count;
    else answers.refused[got] = count;
  }
  return answers;
}
