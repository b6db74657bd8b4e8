import assert from 'node:assert/strict';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, test } from 'node:test';
import { until } from '../../deploy/support/until.ts';
import { askProbe } from '../../src/probe/prober.ts';
import { ProbeProof } from '../../src/probe/proof.ts';
import { folderWith } from '../server/folder.ts';
import { run } from '../server/running.ts';
import { settings } from '../server/settings.ts';
import { makeSigner } from '../server/signer.ts';
import { certificateFor } from '../support/certificate.ts';
import { makeKey } from '../support/keys.ts';

const PROOF = new ProbeProof('issuers and probes');
const CHALLENGE = 'Bearer realm="watchword"';
const servers: Server[] = [];

async function listen(server: Server): Promise<string> {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** What a probe finds where this answers. */
async function found(answer: RequestListener): Promise<string> {
  const connect = await listen(createServer(answer));
  const { result, says } = await askProbe(
    { name: 'a', url: 'http://shop.example/x', connect, caFile: null, every: 1_000 },
    PROOF,
  );
  return `${result}; ${says}`;
}

/** The challenge of a Watchword with the same configuration. */
function provenChallenge(host: string, path: string): string {
  return `${CHALLENGE}, probe="${PROOF.answer({ host, path })}"`;
}

const proves: RequestListener = (request, response) => {
  const challenge = provenChallenge(request.headers.host ?? '', request.url ?? '');
  response.writeHead(401, { 'www-authenticate': challenge }).end();
};

describe('a probe', () => {
  afterEach(() => {
    for (const server of servers.splice(0)) {
      server.closeAllConnections();
      server.close();
    }
  });

  test('sends no token, no cookie and no body, and follows no redirect', async () => {
    const asked: string[] = [];
    const says = await found((request, response) => {
      const { method, url, headers } = request;
      asked.push(`${method} ${url?.replace(/=.*/, '')} ${Object.keys(headers).sort().join(' ')}`);
      response.writeHead(302, { location: '/login' }).end();
    });
    assert.deepEqual(asked, [
      'GET /x?watchword-probe accept connection host user-agent x-request-id',
    ]);
    assert.match(says, /^not protected; 302 without a token: Watchword was not asked/);
  });

  const answers: Readonly<Record<string, readonly [RequestListener, RegExp]>> = {
    'a proven 401': [proves, /^protected; /],
    'a proven 401 with more in its challenge': [
      (request, response) => {
        const proof = provenChallenge('shop.example', request.url ?? '').slice(CHALLENGE.length);
        const metadata = ', resource_metadata="https://shop.example/.well-known/x"';
        response
          .writeHead(401, { 'www-authenticate': `${CHALLENGE}${metadata}${proof}` })
          .end('{"reason":"token_missing"}');
      },
      /^protected; /,
    ],
    'a 401 that only looks like one': [
      (_, response) => void response.writeHead(401, { 'www-authenticate': CHALLENGE }).end(),
      /^unproven; /,
    ],
    'the proof of another question': [
      (_, response) => {
        const { url } = PROOF.marked(new URL('http://shop.example/x'));
        const challenge = provenChallenge('shop.example', `${url.pathname}${url.search}`);
        response.writeHead(401, { 'www-authenticate': challenge }).end();
      },
      /^unproven; /,
    ],
    'its own mark sent back': [
      (request, response) => {
        const mark = request.url?.split('.').at(-1) ?? '';
        response.writeHead(401, { 'www-authenticate': `${CHALLENGE}, probe="${mark}"` }).end();
      },
      /^unproven; /,
    ],
    'a 401 of something else': [
      (_, response) =>
        void response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end(),
      /^not protected; 401, but not by Watchword$/,
    ],
    'a 200 with the challenge of Watchword': [
      (_, response) => void response.writeHead(200, { 'www-authenticate': CHALLENGE }).end('{}'),
      /^not protected; 200 /,
    ],
    'a body without an end': [
      (_, response) => {
        response.writeHead(200);
        const write = (): void => void response.write('x'.repeat(4096), () => setImmediate(write));
        write();
      },
      /^not protected; 200 /,
    ],
    'headers without an end': [
      (request) => {
        const { socket } = request;
        socket.on('error', () => {});
        socket.write('HTTP/1.1 401 No\r\n');
        const write = (): void => {
          if (!socket.destroyed)
            socket.write(`x: ${'x'.repeat(4096)}\r\n`, () => setImmediate(write));
        };
        write();
      },
      /^no answer; HPE_HEADER_OVERFLOW$/,
    ],
    'no answer at all': [() => {}, /^no answer; no whole answer in time$/],
    'a body that does not come': [
      (_, response) => void response.writeHead(401, { 'www-authenticate': CHALLENGE }).write('{'),
      /^no answer; no whole answer in time$/,
    ],
    'a connection that is closed': [
      (request) => void request.socket.destroy(),
      /^no answer; ECONNRESET$/,
    ],
  };
  for (const [what, [answer, says]] of Object.entries(answers)) {
    test(`finds ${what}`, async () => assert.match(await found(answer), says));
  }

  test('verifies TLS by its own certificate authorities, read anew each time', async () => {
    const pair = makeKey('RS256');
    const key = pair.privateKey.export({ type: 'pkcs8', format: 'pem' });
    const more = ['-addext', 'subjectAltName=DNS:shop.example'];
    const cert = certificateFor(pair, 'shop.example', more);
    const connect = await listen(createTlsServer({ key, cert }, proves));
    const other = certificateFor(makeKey('RS256'), 'shop.example', more);
    await using folder = await folderWith({ 'ca.crt': other });
    const probe = { name: 'a', connect, every: 5_000 };
    const ask = (host: string, caFile: string | null) =>
      askProbe({ ...probe, url: `https://${host}/x`, caFile }, PROOF);
    const { result } = await ask('shop.example', folder.at('ca.crt'));
    assert.equal(result, 'no answer');
    assert.equal((await ask('shop.example', null)).result, 'no answer');
    await folder.write('ca.crt', cert);
    assert.equal((await ask('shop.example', folder.at('ca.crt'))).result, 'protected');
    const { says } = await ask('other.example', folder.at('ca.crt'));
    assert.equal(says, 'ERR_TLS_CERT_ALTNAME_INVALID');
    assert.equal((await ask('shop.example', folder.at('gone.crt'))).says, 'ENOENT');
  });
});

test('a reload adds and takes away probes, and the metrics with them', async () => {
  const connect = await listen(createServer((_, response) => void response.end('open')));
  const probe = (name: string) => ({ name, url: 'http://shop.example/', connect, every: '1s' });
  await using folder = await folderWith({
    'watchword.yaml': settings({ probes: [probe('one')] }),
    'jwks.json': { keys: [makeSigner().jwk] },
  });
  await using watchword = await run(folder.at('watchword.yaml'));
  const names = async (): Promise<string> =>
    [...(await watchword.metrics()).keys()]
      .filter((name) => name.startsWith('watchword_probe_success'))
      .join(' ');
  await until('the first probe', async () => (await names()).includes('"one"') || undefined);
  await folder.write('watchword.yaml', settings({ probes: [probe('two')] }));
  await until(
    'the second in place of the first',
    async () => (await names()) === 'watchword_probe_success{probe="two"}' || undefined,
  );
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

test('the hash of what runs is that of the files, and changes with them', async () => {
  await using folder = await folderWith({
    'watchword.yaml': settings(),
    'jwks.json': { keys: [makeSigner().jwk] },
  });
  const path = folder.at('watchword.yaml');
  await using one = await run(path);
  await using two = await run(path);
  const hashOf = async (watchword: typeof one): Promise<string> => {
    const names = [...(await watchword.metrics()).keys()];
    return names.find((name) => name.startsWith('watchword_config_info')) ?? '';
  };
  const successful = async (): Promise<number | undefined> =>
    (await one.metrics()).get('watchword_config_last_reload_successful');
  const before = await hashOf(one);
  assert.match(before, /^watchword_config_info\{hash="[0-9a-f]{16}"\}$/);
  assert.equal(await hashOf(two), before);
  assert.equal(await successful(), 1);
  await folder.write('watchword.yaml', settings({ default: 'nobody' }));
  await until('the refusal', async () => (await successful()) === 0 || undefined);
  assert.equal(await hashOf(one), before, 'the configuration before it runs');
  await folder.write('watchword.yaml', settings({ default: 'public' }));
  await until('the reload', async () => (await hashOf(one)) !== before || undefined);
  assert.equal(await successful(), 1);
  const after = await hashOf(one);
  await until('the other replica', async () => (await hashOf(two)) === after || undefined);
  // What takes effect at the next start does not run yet.
  await folder.write('watchword.yaml', settings({ default: 'public', tokenCache: { entries: 7 } }));
  await one.said('these settings take effect at the next start');
  assert.equal(await hashOf(one), after);
  await using three = await run(path);
  assert.notEqual(await hashOf(three), after);
});
