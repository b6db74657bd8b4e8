// What `helm test` runs: asks about one request without a token, and with one where there is one.
import { readFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { createRequire } from 'node:module';

const { target, method, host, path, isProtected, issuer, tls } = JSON.parse(process.env.CHECK);

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
  const identity = { checkServerIdentity: () => undefined };
  const channel = tls
    ? credentials.createSsl(secret(tls.ca), secret('tls.key'), secret('tls.crt'), identity)
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

const ask = target.startsWith('http:') ? overHttp : overGrpc;
let failed = false;
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
process.exitCode = failed ? 1 : 0;
