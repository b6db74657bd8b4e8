import { setTimeout as delay } from 'node:timers/promises';
import type { Child } from '../support/child.ts';
import { checkDemo } from './check.ts';
import { instructions } from './instructions.ts';
import { documentedPorts, FREE_PORTS, isDemoRunning, type Ports, takenPorts } from './ports.ts';
import { type Step, startStack } from './stack.ts';
import { Tally } from './tally.ts';

/** Rejected when somebody wants the demo to stop. */
const stop = new Promise<never>((_resolve, reject) => {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => reject(new Error(`stopped by ${signal}`)));
  }
});
stop.catch(() => undefined);

const timed: Step = async (name, start, describe) => {
  const begin = performance.now();
  const value = await Promise.race([start(), stop]);
  const seconds = ((performance.now() - begin) / 1000).toFixed(2);
  print(`${name.padEnd(22)}${seconds.padStart(6)} s  ${describe(value)}`);
  return value;
};

process.exitCode = process.env['CHECK'] === '1' ? await check() : await show();
// A part that was coming up when the demo was stopped may still run; the exit ends it.
process.exit();

/** Runs the demo until it is stopped. */
async function show(): Promise<number> {
  let isUp = false;
  try {
    const ports = documentedPorts(process.env);
    const taken = await takenPorts(ports);
    if (taken.length > 0) throw new Error([...taken, ...(await otherDemo(ports))].join('\n'));
    await using stack = await startStack(ports, timed);
    print(instructions(stack));
    isUp = true;
    return await untilOneEnds(stack.children);
  } catch (error) {
    if (await isStopping()) {
      print('stopped');
      return isUp ? 0 : 1;
    }
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    return 1;
  }
}

/** One line where the ports are taken by another demo. */
async function otherDemo(ports: Ports): Promise<readonly string[]> {
  return (await isDemoRunning(ports))
    ? [
        `another demo runs: its issuer answers at http://127.0.0.1:${ports.issuer}/; Ctrl-C there stops it`,
      ]
    : [];
}

/** Runs the demo on free ports, drives it, and makes sure that nothing is left. */
async function check(): Promise<number> {
  const tally = new Tally(print);
  let children: readonly Child[] = [];
  await tally.check('every part came up and stayed', async () => {
    children = await drive(tally);
    return namesOf(children);
  });
  await tally.check('nothing is left running', () => {
    const left = children.filter(({ pid }) => isAlive(pid));
    if (left.length > 0) throw new Error(namesOf(left));
    return children.length === 0 ? 'nothing was started' : `${namesOf(children)} are gone`;
  });
  print(tally.summary());
  return tally.failed === 0 ? 0 : 1;
}

async function drive(tally: Tally): Promise<readonly Child[]> {
  await using stack = await startStack(FREE_PORTS, timed);
  await Promise.race([checkDemo(stack, tally), untilOneEnds(stack.children)]);
  return stack.children;
}

function namesOf(children: readonly Child[]): string {
  return children.map(({ name, pid }) => `${name} (${pid})`).join(', ');
}

/** Throws when a part ends, or when somebody stops the demo. */
async function untilOneEnds(children: readonly Child[]): Promise<never> {
  const ends = children.map(async (child): Promise<never> => {
    await child.ended;
    throw child.complaint('stopped working');
  });
  return Promise.race([stop, ...ends]);
}

/** A Ctrl-C reaches the parts too, and the end of one may be seen before the signal. */
function isStopping(): Promise<boolean> {
  const stopped = stop.catch(() => true);
  return Promise.race([stopped, delay(300).then(() => false)]);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
