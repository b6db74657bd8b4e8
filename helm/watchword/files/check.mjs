// What `helm test` runs: waits until every replica runs the configuration of the release, asks about one request without a token,
// and with one where there is one, and asks each of its probes as the replicas do.
import { lookup } from 'node:dns/promises';
import { existsSync, readFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { createRequire } from 'node:module';
import { rootCertificates } from 'node:tls';

const { target, method, host, path, isProtected, issuer, tls, replicas } = JSON.parse(
  process.env.CHECK,
);
const CONFIG = '/etc/watchword';
const { configHash, probeSecret } = await import('/app/dist/config/hash.js');
const { readConfig } = await import('/app/dist/config/read.js');
const { askProbe } = await import('/app/dist/probe/prober.js');
const { ProbeProof } = await import('/app/dist/probe/proof.js');
const { probeSettings } = await import('/app/dist/server/probes.js');

/** Why a replica does not run the configuration with this hash; null where it does. */
async function otherwise(address, hash) {
  const where = address.includes(':') ? `[${address}]` : address;
  const signal = AbortSignal.timeout(5_000);
  try {
    const metrics = await (await fetch(`http://${where}:9190/metrics`, { signal })).text();
    if (metrics.includes(`watchword_config_info{hash="${hash}"} 1`)) return null;
    const wrong = metrics.includes('watchword_config_last_reload_successful 0');
    return wrong
      ? 'its files are wrong, and it serves the configuration before them'
      : 'it has not taken over the configuration of the release yet';
  } catch (error) {
    return `it does not answer at 9190: ${error.cause?.code ?? error.message}`;
  }
}

/** Waits for the replicas: a changed ConfigMap reaches a pod within about a minute. */
async function everyReplica(hash) {
  const until = Date.now() + 150_000;
  for (;;) {
    const found = await lookup(replicas.host, { all: true }).catch(() => []);
    const addresses = [...new Set(found.map(({ address }) => address))];
    const faults = await Promise.all(
      addresses.map(async (one) => [one, await otherwise(one, hash)]),
    );
    const wrong = faults.filter(([, fault]) => fault !== null);
    const enough = addresses.length >= replicas.least;
    if (enough && wrong.length === 0) {
      console.log(`ok: ${addresses.length} replicas run the configuration ${hash}`);
      return true;
    }
    if (Date.now() > until) {
      if (!enough)
        console.log(`WRONG: ${addresses.length} of ${replicas.least} replicas are there`);
      for (const [one, fault] of wrong) console.log(`WRONG: the replica at ${one}: ${fault}`);
      return false;
    }
    await new Promise((resolve) => setTimeout(resolve, 1_000));
  }
}

async function demoToken() {
  const body = JSON.stringify({
    client_id: 'demo',
    client_secret: 'demo-secret',
    audience: 'http://orders',
    grant_type: 'client_credentials',
  });
  const headers = { 'content-type': 'application/json' };
  const signal = AbortSignal.timeout(5_000);
  const answer = await fetch(`${issuer}oauth/token`, { method: 'POST', headers, body, signal });
  return (await answer.json()).access_token;
}

function overHttp(token) {
  const headers = { host, ...(token && { authorization: `Bearer ${token}` }) };
  return new Promise((resolve, reject) => {
    const request = httpRequest(new URL(path, target), { method, headers, timeout: 5_000 });
    request.once('timeout', () => request.destroy(new Error('no answer within 5 s')));
    request.once('error', reject);
    request.once('response', (answer) => resolve(answer.resume().statusCode));
    request.end();
  });
}

function overGrpc(token) {
  const require = createRequire('/app/');
  const { Client, credentials, loadPackageDefinition } = require('@grpc/grpc-js');
  const { loadSync } = require('@grpc/proto-loader');
  const file = 'envoy/service/auth/v3/external_auth.proto';
  const loaded = loadSync(file, { includeDirs: ['/app/proto'], keepCase: true, enums: String });
  const { Authorization } = loadPackageDefinition(loaded).envoy.service.auth.v3;
  const secret = (name) => readFileSync(`/etc/watchword-tls/${name}`);
  // The certificate's own authority where the Secret has it, itself where it signed itself, else one of those that all know.
  const authorities = ['ca.crt', 'tls.crt'].filter((name) =>
    existsSync(`/etc/watchword-tls/${name}`),
  );
  const trusted = () =>
    Buffer.from([...authorities.map((name) => secret(name)), ...rootCertificates].join('\n'));
  const identity = { checkServerIdentity: () => undefined };
  const channel = tls
    ? credentials.createSsl(trusted(), secret('tls.key'), secret('tls.crt'), identity)
    : credentials.createInsecure();
  const client = new Authorization(target, channel);
  const headers = { ':authority': host, ':method': method, ':path': path };
  if (token) headers.authorization = `Bearer ${token}`;
  const http = { method, host, path, headers };
  return new Promise((resolve, reject) => {
    const deadline = Date.now() + 5_000;
    client.check({ attributes: { request: { http } } }, { deadline }, (error, answer) => {
      Client.prototype.close.call(client);
      if (error) reject(error);
      else if ((answer.status?.code ?? 0) === 0) resolve(200);
      else resolve(numberOf(answer.denied_response.status.code));
    });
  });
}

/** The loader gives names of Envoy's StatusCode where it knows them. */
function numberOf(code) {
  return (
    { Unauthorized: 401, Forbidden: 403, BadRequest: 400, ServiceUnavailable: 503 }[code] ?? code
  );
}

const { config } = await readConfig(CONFIG);
let failed = !(await everyReplica(configHash(config)));
const ask = target.startsWith('http:') ? overHttp : overGrpc;
async function expect(what, status, token) {
  let got;
  // Between the readiness of a pod and the rules of its node a Service may refuse.
  for (let tries = 0; tries < 10; tries += 1) {
    got = await ask(token).catch((error) => error.message);
    if (typeof got === 'number' && got !== 503) break;
    await new Promise((resolve) => setTimeout(resolve, 1_000));
  }
  const right = got === status;
  failed ||= !right;
  console.log(
    `${right ? 'ok' : 'WRONG'}: ${method} ${host}${path} ${what}: ${got}${right ? '' : `, not ${status}`}`,
  );
}

await expect('without a token', isProtected ? 401 : 403);
const token = process.env.TOKEN?.trim() || (issuer && (await demoToken()));
if (token) await expect('with a token', 200, token);
const proof = new ProbeProof(probeSecret(config));
for (const probe of probeSettings(config)) {
  const { result, says } = await askProbe(probe, proof);
  failed ||= result !== 'protected';
  console.log(
    `${result === 'protected' ? 'ok' : 'WRONG'}: probe ${probe.name}: ${result}; ${says}`,
  );
}
process.exitCode = failed ? 1 : 0;
