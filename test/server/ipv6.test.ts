import assert from 'node:assert/strict';
import { networkInterfaces } from 'node:os';
import { test } from 'node:test';
import { boundAddress } from '../../src/transport/address.ts';
import { CheckClient } from '../support/check-client.ts';
import { ask } from '../support/http-client.ts';
import { folderWith } from './folder.ts';
import { checkRequest, reasonOf } from './question.ts';
import { run } from './running.ts';
import { settings } from './settings.ts';
import { makeSigner } from './signer.ts';

const FILES = (host: string) => ({
  'watchword.yaml': settings({
    listen: { grpc: `${host}:0`, admin: `${host}:0`, http: `${host}:0` },
    http: { trustedPeers: ['127.0.0.0/8', '::1'] },
  }),
  'jwks.json': { keys: [makeSigner().jwk] },
});

/** Whether this machine has IPv6: many containers have not, and the listeners must work there as well. */
const hasIpv6 = Object.values(networkInterfaces()).some((addresses) =>
  addresses?.some(({ address }) => address === '::1'),
);
/** The addresses that a listener on every address of both families must be reached at. */
const FAMILIES = hasIpv6 ? ['127.0.0.1', '::1'] : ['127.0.0.1'];

for (const host of FAMILIES) {
  test(`listeners on [::] are reached at ${host}: gRPC, HTTP and admin`, async () => {
    await using folder = await folderWith(FILES('[::]'));
    await using watchword = await run(folder.at('watchword.yaml'));
    const shown = host.includes(':') ? `[${host}]` : host;
    using client = new CheckClient(`${shown}:${watchword.grpcPort}`);
    assert.equal(reasonOf(await client.check(checkRequest({}))), 'token_missing');
    const request = { address: host, method: 'GET', host: 'orders.example.com', headers: [] };
    const admin = await ask({ ...request, port: watchword.adminPort, path: '/healthz' });
    assert.equal(admin.status, 200);
    const http = await ask({
      ...request,
      port: watchword.httpPort ?? 0,
      path: '/auth/envoy/-/orders/1',
    });
    // An IPv4 peer of an IPv6 listener is ::ffff:127.0.0.1, and is trusted as 127.0.0.1.
    assert.equal(http.status, 401, http.body);
  });
}

for (const host of FAMILIES) {
  const shown = host.includes(':') ? `[${host}]` : host;
  test(`a listener on ${shown} is reached there`, async () => {
    await using folder = await folderWith(FILES(shown));
    await using watchword = await run(folder.at('watchword.yaml'));
    using client = new CheckClient(`${shown}:${watchword.grpcPort}`);
    assert.equal(reasonOf(await client.check(checkRequest({}))), 'token_missing');
  });
}

const ROWS: readonly (readonly [address: string, code: string | null, bound: string])[] = [
  ['[::]:9191', null, '[::]:9191'],
  ['[::]:9191', 'EAFNOSUPPORT', '0.0.0.0:9191'],
  ['[::]:9191', 'EADDRNOTAVAIL', '0.0.0.0:9191'],
  // Something else is wrong: it is for the listener itself to say.
  ['[::]:9191', 'EMFILE', '[::]:9191'],
  ['[::1]:9191', 'EAFNOSUPPORT', '[::1]:9191'],
  ['0.0.0.0:9191', 'EAFNOSUPPORT', '0.0.0.0:9191'],
  ['unix:/run/watchword/authz.sock', 'EAFNOSUPPORT', 'unix:/run/watchword/authz.sock'],
];
for (const [address, code, bound] of ROWS) {
  test(`${address} is bound as ${bound} where [::] gives ${code ?? 'no error'}`, async () => {
    assert.equal(await boundAddress(address, () => Promise.resolve(code)), bound);
  });
}
