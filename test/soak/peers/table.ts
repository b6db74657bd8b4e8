import type { AttackName } from './attacks.ts';

export type Port = 'grpc' | 'grpc+tls' | 'http' | 'http+tls' | 'admin';

/** A hostile peer, the ports that it is tried at, and the point of the issue that it stands for. */
export interface HostilePeer {
  readonly point: number;
  readonly attack: AttackName;
  readonly ports: readonly Port[];
  /** It is a client of the gateway, and what it sends comes from there. */
  readonly throughGateway?: boolean;
}

const GRPC: readonly Port[] = ['grpc', 'grpc+tls'];
const EVERY: readonly Port[] = ['grpc', 'grpc+tls', 'http', 'http+tls', 'admin'];

/** Whatever one peer does. */
export const HOSTILE_PEERS: readonly HostilePeer[] = [
  { point: 7, attack: 'open calls of 54 KB of headers', ports: GRPC },
  { point: 7, attack: 'headers without end and no SETTINGS acknowledged', ports: ['grpc'] },
  { point: 8, attack: 'GET /metrics, pipelined', ports: ['admin'] },
  { point: 8, attack: 'GET /metrics on many connections', ports: ['admin'] },
  { point: 8, attack: 'GET /healthz, pipelined', ports: ['admin'] },
  { point: 9, attack: 'gzip bombs', ports: GRPC },
  { point: 9, attack: 'empty messages', ports: ['grpc'] },
  { point: 10, attack: 'answers that nobody reads', ports: GRPC },
  { point: 10, attack: 'requests without an end', ports: ['grpc'] },
  { point: 10, attack: 'watchers of health', ports: GRPC },
  { point: 10, attack: 'reflection that nobody reads', ports: ['grpc'] },
  { point: 10, attack: 'calls of no method', ports: ['grpc'] },
  { point: 11, attack: 'silent connections', ports: EVERY },
  { point: 11, attack: 'half a handshake', ports: ['grpc+tls', 'http+tls'] },
  { point: 11, attack: 'connections without a request', ports: ['grpc+tls', 'http+tls'] },
  { point: 11, attack: 'half a request', ports: ['http', 'admin'] },
  { point: 12, attack: 'unsigned token, over gRPC', ports: ['grpc'], throughGateway: true },
  { point: 12, attack: 'commas, over gRPC', ports: ['grpc'], throughGateway: true },
  { point: 12, attack: 'encodings, over gRPC', ports: ['grpc'], throughGateway: true },
  { point: 12, attack: 'request id, over gRPC', ports: ['grpc'], throughGateway: true },
  { point: 12, attack: 'unsigned token, over HTTP', ports: ['http'], throughGateway: true },
  { point: 12, attack: 'commas, over HTTP', ports: ['http'], throughGateway: true },
  { point: 12, attack: 'encodings, over HTTP', ports: ['http'], throughGateway: true },
  { point: 12, attack: 'request id, over HTTP', ports: ['http'], throughGateway: true },
  { point: 13, attack: 'tokens of issuers that hang', ports: ['grpc'], throughGateway: true },
];
