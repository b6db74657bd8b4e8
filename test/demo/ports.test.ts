import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { test } from 'node:test';
import { documentedPorts, FREE_PORTS, PORTS, takenPorts } from '../../deploy/demo/ports.ts';
import { freePorts as freePortsOf } from '../../deploy/support/free-port.ts';
import { freePorts } from './free-ports.ts';

test('the README of the demo lists exactly these ports', async () => {
  const text = await readFile(new URL('../../deploy/demo/README.md', import.meta.url), 'utf8');
  const rows = Object.entries(PORTS).map(
    ([name, { port, variable }]) => `| ${name} | ${port} | \`make demo ${variable}=…\` |`,
  );
  assert.deepEqual(text.match(/^\| \w+ \| \d.*$/gm), rows);
});

test('a variable moves its port and no other', () => {
  const ports = documentedPorts({ GATEWAY_PORT: '8088', METRICS_PORT: '' });
  assert.deepEqual(ports, { ...documentedPorts({}), gateway: 8088 });
  assert.equal(documentedPorts({}).gateway, 8080);
});

for (const text of ['0', '65536', 'http', '-1', '80 80', '1e3']) {
  test(`GATEWAY_PORT=${text} is an error that says so`, () => {
    assert.throws(() => documentedPorts({ GATEWAY_PORT: text }), {
      message: `GATEWAY_PORT=${text} is no port`,
    });
  });
}

test('every port that is taken is named', async () => {
  const ports = await freePorts();
  assert.deepEqual(await takenPorts(ports), []);
  const servers = [ports.issuer, ports.metrics].map((port) =>
    createServer().listen(port, '127.0.0.1'),
  );
  await Promise.all(
    servers.map((server) => new Promise((resolve) => server.once('listening', resolve))),
  );
  const taken = await takenPorts(ports);
  for (const server of servers) server.close();
  assert.deepEqual(
    taken.map((line) => /[A-Z_]+_PORT/.exec(line)?.[0]),
    ['METRICS_PORT', 'ISSUER_PORT'],
  );
});

test('the ports that the kernel chooses are never taken', async () => {
  assert.deepEqual(await takenPorts(FREE_PORTS), []);
});

test('free ports differ, and are none that the kernel of Linux gives to others by itself', async () => {
  const ports = await freePortsOf(50);
  assert.equal(new Set(ports).size, 50);
  for (const port of ports) assert.ok(port >= 1024 && port < 30_000, `${port}`);
});
