import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import type { ServiceDefinition } from '@grpc/grpc-js';
import type { PackageDefinition } from '@grpc/proto-loader';
import { CHECK_PATH } from './names.ts';

const require = createRequire(import.meta.url);

/** The folder of our subset of Envoy's API; the same from `src` and from `dist`. */
export const PROTO_FOLDER = fileURLToPath(new URL('../../../proto', import.meta.url));

/** The messages and the service as `proto/` describes them. Loads the parser: nothing that serves checks needs it. */
export function loadProtos(): PackageDefinition {
  const { loadSync } = require('@grpc/proto-loader') as typeof import('@grpc/proto-loader');
  return loadSync('envoy/service/auth/v3/external_auth.proto', {
    includeDirs: [PROTO_FOLDER],
    keepCase: true,
  });
}

const asIs = (bytes: Buffer): Buffer => bytes;

/**
 * The service with bytes in place of messages: the core reads and writes them itself, since decoding a whole CheckRequest
 * into objects costs more than a decision.
 */
export const BYTES_SERVICE: ServiceDefinition = {
  Check: {
    path: CHECK_PATH,
    ...{ requestStream: false, responseStream: false },
    ...{ requestSerialize: asIs, requestDeserialize: asIs },
    ...{ responseSerialize: asIs, responseDeserialize: asIs },
  },
};
