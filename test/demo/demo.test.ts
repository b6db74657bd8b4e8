import assert from 'node:assert/strict';
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { PORTS, type PortName, type Ports, takenPorts } from '../../deploy/demo/ports.ts';
import { bindFault } from '../../deploy/support/free-port.ts';
import { until } from '../../deploy/support/until.ts';
import { freePorts } from './free-ports.ts';

const DEMO = fileURLToPath(new URL('../../deploy/demo/demo.ts', import.meta.url));

/** A demo in a process group of its own, as a shell starts it. */
interface Demo {
  readonly process: ChildProcess;
  readonly pid: number;
  readonly ports: Ports;
  /** Everything that it has printed. */
  readonly printed: () => string;
  readonly ended: Promise<number | null>;
}

const started: Demo[] = [];
after(() => {
  for (const { process: demo } of started) demo.kill('SIGKILL');
});

async function startDemo(ports: Ports): Promise<Demo> {
  const moved = Object.entries(ports).map(([name, port]) => [
    PORTS[name as PortName].variable,
    String(port),
  ]);
  const environment = { ...process.env, ...Object.fromEntries(moved), CHECK: '' };
  const demo = spawn(process.execPath, [DEMO], { detached: true, env: environment });
  let printed = '';
  for (const stream of [demo.stdout, demo.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      printed += text;
    });
  }
  const ended = new Promise<number | null>((resolve) => demo.once('close', resolve));
  const one = { process: demo, pid: demo.pid ?? 0, ports, printed: () => printed, ended };
  started.push(one);
  return one;
}

async function demoThatIsUp(): Promise<Demo> {
  const demo = await startDemo(await freePorts());
  await until('the demo', () => {
    if (demo.process.exitCode !== null) throw new Error(demo.printed());
    return demo.printed().includes('Ctrl-C stops everything.') || undefined;
  });
  return demo;
}

test('the lines that the demo prints do what they say', async () => {
  const demo = await demoThatIsUp();
  const commands = demo.printed().match(/^ {2}(?:curl|[A-Z]+=|echo) ?.*/gm) ?? [];
  const out = await bash(commands.join('\n'));
  const statuses = [...out.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status);
  assert.deepEqual(statuses, ['401', '200', '403', '401', '401'], out);
  for (const reason of ['scope_insufficient', 'token_expired', 'audience_wrong'])
    assert.match(out, new RegExp(`reason="${reason}",mode="enforce"\\} 1`));
  assert.match(out, /^decision deny audience_wrong/m);
  demo.process.kill('SIGTERM');
  await demo.ended;
});

test('Ctrl-C stops the demo and leaves nothing', async () => {
  const demo = await demoThatIsUp();
  process.kill(-demo.pid, 'SIGINT');
  assert.equal(await demo.ended, 0, demo.printed());
  assert.deepEqual(await takenPorts(demo.ports), []);
});

test('a SIGTERM for the demo alone stops the parts too', async () => {
  const demo = await demoThatIsUp();
  demo.process.kill('SIGTERM');
  assert.equal(await demo.ended, 0, demo.printed());
  assert.deepEqual(await takenPorts(demo.ports), []);
});

test('a Ctrl-C before everything is up leaves nothing', async () => {
  const demo = await startDemo(await freePorts());
  await until('the first part', () => demo.printed().includes('dev-issuer') || undefined);
  process.kill(-demo.pid, 'SIGINT');
  assert.equal(await demo.ended, 1, demo.printed());
  assert.match(demo.printed(), /stopped\n$/);
  assert.deepEqual(await takenPorts(demo.ports), []);
});

test('a port that is taken is one line that says how to move it', async () => {
  const ports = await freePorts();
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(ports.gateway, '127.0.0.1', resolve));
  try {
    const demo = await startDemo(ports);
    assert.equal(await demo.ended, 1);
    const [, other] = /GATEWAY_PORT=(\d+)/.exec(demo.printed()) ?? [];
    assert.equal(await bindFault(Number(other)), undefined);
    assert.equal(
      demo.printed(),
      `port ${ports.gateway} (gateway) cannot be used: it is taken; choose another: make demo GATEWAY_PORT=${other}\n`,
    );
  } finally {
    server.close();
  }
});

test('another demo is named, and the ports that are suggested are free and differ', async () => {
  const first = await demoThatIsUp();
  const second = await startDemo(first.ports);
  assert.equal(await second.ended, 1);
  const said = second.printed();
  assert.match(
    said,
    /another demo runs: its issuer answers at http:\/\/127\.0\.0\.1:\d+\/; Ctrl-C there stops it/,
  );
  const ports = [...said.matchAll(/_PORT=(\d+)/g)].map(([, port]) => Number(port));
  assert.equal(new Set(ports).size, Object.keys(PORTS).length);
  for (const port of ports) assert.equal(await bindFault(port), undefined);
  first.process.kill('SIGTERM');
  await first.ended;
});

test('a part that ends early ends the demo with its last lines', async () => {
  const demo = await demoThatIsUp();
  process.kill(await partOf(demo, 'serve'), 'SIGKILL');
  assert.equal(await demo.ended, 1);
  assert.match(
    demo.printed(),
    /watchword stopped working and ended \(SIGKILL\); it said last:\n.*"msg":"serving"/,
  );
  assert.deepEqual(await takenPorts(demo.ports), []);
});

/** The process that the demo started with such an argument. */
async function partOf({ pid }: Demo, argument: string): Promise<number> {
  for (const entry of await readdir('/proc')) {
    const [stat, line] = await Promise.all(
      ['stat', 'cmdline'].map((file) => readFile(`/proc/${entry}/${file}`, 'utf8').catch(() => '')),
    );
    const parent = /\) \S (\d+)/.exec(stat ?? '')?.[1];
    if (parent === String(pid) && line?.split('\0').includes(argument)) return Number(entry);
  }
  throw new Error(`the demo has no part ${argument}`);
}

function bash(script: string): Promise<string> {
  return new Promise((resolve) => {
    execFile('bash', ['-c', script], (_error, stdout, stderr) => resolve(stdout + stderr));
  });
}
