import { claimsOf } from './token.ts';

/** A request that the demo sends and expects to be refused. */
export interface Refused {
  readonly title: string;
  readonly status: number;
  readonly reason: string;
  readonly pipeline: string;
  readonly path: string;
  readonly token: string | null;
}

/** The refused requests of the demo. `token` is one of dev-issuer, with the scope read:orders only. */
export function refusedRequests(token: string): readonly Refused[] {
  return [
    {
      title: '401 without a token',
      status: 401,
      reason: 'token_missing',
      pipeline: 'billings',
      path: '/orders/1',
      token: null,
    },
    {
      title: '401 with a token that was changed',
      status: 401,
      reason: 'signature_invalid',
      pipeline: 'billings',
      path: '/orders/1',
      token: changed(token),
    },
    {
      title: '403 for scope',
      status: 403,
      reason: 'scope_insufficient',
      pipeline: 'invoices',
      path: '/invoices/7',
      token,
    },
  ];
}

/** Says that somebody else is the subject; the signature stays. */
function changed(token: string): string {
  const [header = '', , signature = ''] = token.split('.');
  const claims = { ...claimsOf(token), sub: 'admin' };
  return [header, Buffer.from(JSON.stringify(claims)).toString('base64url'), signature].join('.');
}
