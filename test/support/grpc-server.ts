/** The gRPC server that tests of the listener start: `make test` runs them with each (`listen.grpcServer`). */
export const GRPC_SERVER: 'grpc-js' | 'lean' =
  process.env['TEST_GRPC_SERVER'] === 'lean' ? 'lean' : 'grpc-js';

/** `lean` answers Check and the health check; other methods of health and reflection are not there. */
export const HAS_STREAMS: boolean = GRPC_SERVER === 'grpc-js';
