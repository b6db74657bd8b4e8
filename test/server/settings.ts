import { GRPC_SERVER } from '../support/grpc-server.ts';
import { ISS } from './signer.ts';

/**
 * A small configuration: the issuer `main` with its keys in `jwks.json`, the pipeline `orders` that wants one of its
 * tokens with a scope, and `public` that wants none. Laid over it is what a test is about.
 */
export function settings(own: object = {}): object {
  return {
    listen: { grpc: '127.0.0.1:0', admin: '127.0.0.1:0', grpcServer: GRPC_SERVER },
    shutdown: { grace: '2s' },
    issuers: [{ name: 'main', issuer: ISS, keys: { file: 'jwks.json' } }],
    pipelines: [ORDERS, PUBLIC],
    ...own,
  };
}

export const ORDERS = {
  name: 'orders',
  match: [{ hosts: ['orders.example.com'], paths: ['/orders/**'] }],
  require: { audiences: ['http://orders'], scopes: { all: ['read:orders'] } },
};

export const PUBLIC = {
  name: 'public',
  match: [{ hosts: ['orders.example.com'], paths: ['/public/**'] }],
  require: 'none',
};
