import { fileURLToPath } from 'node:url';
import type { ServiceDefinition } from '@grpc/grpc-js';
import { loadSync, type PackageDefinition } from '@grpc/proto-loader';

/** The folder of our subset of Envoy's API; the same from `src` and from `dist`. */
export const PROTO_FOLDER = fileURLToPath(new URL('../../../proto', import.meta.url));

export const SERVICE_NAME = 'envoy.service.auth.v3.Authorization';
export const CHECK_PATH = `/${SERVICE_NAME}/Check`;

/** The messages and the service as `proto/` describes them. */
export function loadProtos(): PackageDefinition {
  return loadSync('envoy/service/auth/v3/external_auth.proto', {
    includeDirs: [PROTO_FOLDER],
    keepCase: true,
  });
}

/**
 * The service with bytes in place of messages: the core reads and writes them itself, since decoding a whole CheckRequest
 * into objects costs more than a decision.
 */
export function bytesService(protos: PackageDefinition): ServiceDefinition {
  const { Check } = protos[SERVICE_NAME] as ServiceDefinition;
  if (Check === undefined) throw new Error(`${SERVICE_NAME} has no Check`);
  const asIs = (bytes: Buffer): Buffer => bytes;
  return { Check: { ...Check, requestDeserialize: asIs, responseSerialize: asIs } };
}
