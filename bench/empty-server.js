// @ts-check
import { Server, ServerCredentials } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';

/**
 * The server to compare with: it decodes and encodes everything as grpc-js and proto-loader do it by themselves, decides nothing and
 * answers OK. JavaScript, since the Node that runs it would otherwise carry the TypeScript stripper in its memory, which the
 * built server does not: `node bench/empty-server.js ADDRESS` from the root of the repository.
 */

const [, , address = '127.0.0.1:0'] = process.argv;

const OK = {
  status: { code: 0 },
  ok_response: { headers: [{ header: { key: 'x-auth-subject', value: 'client' } }] },
};

const protos = loadSync('envoy/service/auth/v3/external_auth.proto', {
  includeDirs: ['proto'],
  keepCase: true,
});
const service = /** @type {import('@grpc/grpc-js').ServiceDefinition} */ (
  protos['envoy.service.auth.v3.Authorization']
);

const server = new Server();
server.addService(service, {
  /**
   * @param {unknown} _call
   * @param {import('@grpc/grpc-js').sendUnaryData<typeof OK>} callback
   */
  Check: (_call, callback) => callback(null, OK),
});
server.bindAsync(address, ServerCredentials.createInsecure(), (error, port) => {
  if (error !== null) throw error;
  process.stdout.write(`serving on port ${port}\n`);
});
