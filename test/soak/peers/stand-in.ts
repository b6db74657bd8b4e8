import { readFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { Server, ServerCredentials, type ServerUnaryCall, type sendUnaryData } from '@grpc/grpc-js';
import { ReflectionService } from '@grpc/reflection';
import { HealthImplementation } from 'grpc-health-check';
import { collectDefaultMetrics, Histogram, Registry } from 'prom-client';
import { redactTokens } from '../../../src/base/redact.ts';
import { BYTES_SERVICE, loadProtos } from '../../../src/transport/ext-authz/service.ts';
import { checkRequestBytes } from '../../support/check-client.ts';

/**
 * The control: servers as their libraries make them, without a limit of ours. It allows whatever it is asked. Arguments: the ports of
 * gRPC, HTTP and admin, then certificate and key where TLS is spoken.
 */
const [grpc = '', http = '', admin = '', cert, key] = process.argv.slice(2);
const pems =
  cert === undefined || key === undefined
    ? null
    : { cert: readFileSync(cert), key: readFileSync(key) };
const protos = loadProtos();
const server = new Server({ 'grpc.max_receive_message_length': 128 * 1024 });
const answer = checkRequestBytes({});
server.addService(BYTES_SERVICE, {
  Check: (_: ServerUnaryCall<Buffer, Buffer>, callback: sendUnaryData<Buffer>) =>
    callback(null, Buffer.concat([Buffer.from([0x1a, 0x00]), answer])),
});
new HealthImplementation({ '': 'SERVING' }).addToServer(server);
new ReflectionService(protos).addToServer(server);
const credentials =
  pems === null
    ? ServerCredentials.createInsecure()
    : ServerCredentials.createSsl(null, [{ cert_chain: pems.cert, private_key: pems.key }]);
server.bindAsync(`127.0.0.1:${grpc}`, credentials, () => undefined);

const registry = new Registry();
collectDefaultMetrics({ register: registry });
const histogram = new Histogram({
  name: 'a',
  help: 'as many series as a small configuration has',
  labelNames: ['n'],
  registers: [registry],
});
for (let n = 0; n < 50; n += 1) histogram.observe({ n }, n);
const metrics: RequestListener = (_, response) => {
  void registry.metrics().then((text) => response.end(text));
};
createServer(metrics).listen(Number(admin), '127.0.0.1');
const allow: RequestListener = (incoming, response) => {
  redactTokens(String(incoming.headers['authorization']));
  response.end();
};
const httpServer = pems === null ? createServer(allow) : createTlsServer(pems, allow);
httpServer.listen(Number(http), '127.0.0.1', () => process.stdout.write('"adminPort" ready\n'));
