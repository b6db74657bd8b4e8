import type { LabelName } from './metrics.ts';

/** Where the values of each label come from: never from a request, so that no client can make the series grow. */
export const LABELS: Readonly<Record<LabelName, string>> = {
  candidate: 'the [reasons](../../README.md#reasons)',
  cause: 'a closed list',
  grpc_code: 'the 17 codes of gRPC',
  grpc_method: 'the six methods that are served',
  grpc_service: 'Authorization, Health, ServerReflection',
  grpc_type: '`unary`, `server_stream`, `bidi_stream`',
  hash: 'one at a time',
  issuer: 'names in `issuers`, and `-` for a token that names none of them',
  kind: 'kinds of route objects; `-` beyond the bound',
  listener: '`grpc`, `http`',
  live: 'the [reasons](../../README.md#reasons)',
  mode: '`enforce`, `shadow`',
  node: 'one',
  outcome: '`allow`, `deny`, `error`',
  pipeline: 'names in `pipelines`, and `-` where none was found',
  probe: 'names in `probes`',
  reason: 'the [reasons](../../README.md#reasons)',
  result: 'a closed list; for tokens `verified` and the reasons',
  route: 'names of watched objects, within the bound',
  route_namespace: 'namespaces of watched objects, within the bound',
  sink: '`stdout`',
  state: 'a closed list',
  trigger: 'a closed list',
  version: 'one',
};
