import { createPrivateKey, sign } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { clusterHome } from '../cluster/programs.ts';

/**
 * A token of the cluster with other claims, signed by the cluster's own key, which `test/cluster/up` made: an API server issues
 * no token that ends in less than ten minutes, and none that has ended.
 */
export function changedToken(token: string, claims: Readonly<Record<string, unknown>>): string {
  const [head = '', body = ''] = token.split('.');
  const before = JSON.parse(Buffer.from(body, 'base64url').toString()) as object;
  const after = Buffer.from(JSON.stringify({ ...before, ...claims })).toString('base64url');
  const key = createPrivateKey(readFileSync(join(clusterHome(), 'state/pki/serviceaccount.key')));
  const signed = sign('sha256', Buffer.from(`${head}.${after}`), key);
  return `${head}.${after}.${signed.toString('base64url')}`;
}

/** A token that names a key that the cluster has never had. */
export function withUnknownKey(token: string, kid: string): string {
  const [head = '', ...rest] = token.split('.');
  const before = JSON.parse(Buffer.from(head, 'base64url').toString()) as object;
  const after = Buffer.from(JSON.stringify({ ...before, kid })).toString('base64url');
  return [after, ...rest].join('.');
}
