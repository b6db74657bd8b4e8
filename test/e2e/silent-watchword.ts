import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { answers, type Gateway } from './ask.ts';
import { apply, kubectl } from './commands.ts';
import { HERE, HERE_NAME } from './forward.ts';
import { configure, ingressOf, NGINX } from './nginx-ingresses.ts';

/** Asks through the controller where what it asks takes connections and says nothing. Tells how long that took. */
export async function silence(gateway: Gateway, timeouts: string): Promise<string> {
  if (process.env['E2E_USE_KUBECONFIG'] === '1')
    return 'needs a cluster whose pods reach this machine';
  const sockets: Socket[] = [];
  const server = createServer((socket) => sockets.push(socket.on('error', () => undefined)));
  server.listen(0, HERE);
  await once(server, 'listening');
  try {
    const { port } = server.address() as AddressInfo;
    const host = `silent.${gateway.host}`;
    const annotations = { 'auth-url': `http://${HERE_NAME}:${port}/` };
    await configure({ 'http-snippet': `${await httpSnippet()}${timeouts}` });
    await apply(ingressOf({ name: 'silent', host, annotations }));
    await answers({ ...gateway, host }, '/', 500);
    const asked = sockets.length;
    const start = performance.now();
    await answers({ ...gateway, host }, '/', 500, {}, 0);
    const seconds = (performance.now() - start) / 1000;
    assert.equal(sockets.length, asked + 1);
    assert.ok(seconds < 5, `${seconds} s`);
    return `500 after ${seconds.toFixed(1)} s`;
  } finally {
    for (const socket of sockets) socket.destroy();
    server.close();
  }
}

/** What this run's controller has there already. */
function httpSnippet(): Promise<string> {
  const path = 'jsonpath={.data.http-snippet}';
  return kubectl(['get', 'configmap', 'controller', '--namespace', NGINX, '--output', path]);
}
