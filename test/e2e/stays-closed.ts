import assert from 'node:assert/strict';
import { answers, type Gateway } from './ask.ts';
import { type Answers, askedWithoutToken } from './asked-without-token.ts';
import { kubectl } from './commands.ts';
import { NAMESPACE } from './release.ts';

/** Times that Watchword's pods go and come back behind each gateway: an opening of a moment is not seen every time. */
const TRIALS = 12;
const FORCE = ['--force', '--grace-period=0'];
const SELECTOR = 'app.kubernetes.io/name=watchword,app.kubernetes.io/instance=watchword';

/**
 * Requests without a token while all pods of Watchword go at once and come back, killed and scaled to none in turn. Rejects where
 * one of them reached the backend behind any of the gateways. Tells how many were sent.
 */
export async function staysClosed(gateways: readonly Gateway[], path: string): Promise<string> {
  let sent = 0;
  let gaps = 0;
  for (let trial = 0; trial < TRIALS; trial += 1) {
    const leave = trial % 2 === 0 ? killed : scaledToNone;
    for (const one of await closedWhile(gateways, path, leave)) {
      // Else a pod was there all the time: the kubelet may end a deleted one after the next is ready.
      if (Object.keys(one.refused).length > 0) gaps += 1;
      sent += one.sent;
    }
  }
  const tried = TRIALS * gateways.length;
  assert.ok(gaps >= tried / 2, `only ${gaps} of ${tried} times all pods were away`);
  return `${TRIALS} times, ${sent} requests without a token, none at the backend`;
}

/** The same once, while the pods of `namespaces`, in which gateways run, are killed with Watchword's. */
export async function staysClosedFromTheStart(
  gateways: readonly Gateway[],
  path: string,
  namespaces: readonly string[],
): Promise<string> {
  const tallies = await closedWhile(gateways, path, async () => {
    await Promise.all([
      ...namespaces.map((one) =>
        kubectl(['delete', 'pods', '--all', '--namespace', one, ...FORCE]),
      ),
      killed(),
    ]);
  });
  return `${tallies.map(({ sent }) => sent).join(' and ')} requests without a token, none at the backend`;
}

/** What the requests got during `action` and until Watchword answers again. Rejects where one reached the backend. */
export async function closedWhile(
  gateways: readonly Gateway[],
  path: string,
  action: () => Promise<unknown>,
): Promise<readonly Answers[]> {
  const tallies = await askedWithoutToken(gateways, path, async () => {
    await action();
    await rolledOut();
    for (const gateway of gateways) await answers(gateway, path, 401, {}, 60);
    // What a gateway is told last comes after its first answers.
    await new Promise((resolve) => setTimeout(resolve, 500));
  });
  for (const [index, { open, ...others }] of tallies.entries())
    assert.equal(open, 0, `${gateways[index]?.host}: ${JSON.stringify(others)}`);
  return tallies;
}

function rolledOut(): Promise<string> {
  const where = ['--namespace', NAMESPACE, '--timeout=120s'];
  return kubectl(['rollout', 'status', 'deployment/watchword', ...where]);
}

async function killed(): Promise<void> {
  await kubectl(['delete', 'pods', '--selector', SELECTOR, '--namespace', NAMESPACE, ...FORCE]);
}

async function scaledToNone(): Promise<void> {
  const scale = (replicas: number): Promise<string> =>
    kubectl(['scale', 'deployment/watchword', '--namespace', NAMESPACE, `--replicas=${replicas}`]);
  await scale(0);
  await killed();
  await scale(2);
}
