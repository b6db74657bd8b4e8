import type { CheckResponse } from '../support/check-client.ts';

/** What a test asks; what it does not say is a good request to the pipeline `orders` without a token. */
export interface HttpCheck {
  readonly method?: string;
  readonly host?: string;
  readonly path?: string;
  readonly token?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly context?: Readonly<Record<string, string>>;
}

/** The CheckRequest that a gateway makes of it. */
export function checkRequest(httpCheck: HttpCheck): object {
  const { method = 'GET', host = 'orders.example.com', path = '/orders/1', token } = httpCheck;
  const bearer = token === undefined ? {} : { authorization: `Bearer ${token}` };
  return {
    attributes: {
      source: { address: { socket_address: { address: '127.0.0.1', port_value: 4711 } } },
      request: {
        http: {
          id: 'request-1',
          method,
          host,
          path,
          scheme: 'https',
          protocol: 'HTTP/2',
          headers: { ...bearer, ...httpCheck.headers },
        },
      },
      context_extensions: httpCheck.context ?? {},
    },
  };
}

/** The reason that an answer carries for the gateway. */
export function reasonOf(response: CheckResponse): string {
  return response.dynamic_metadata?.fields['reason']?.stringValue ?? 'no reason';
}

/** Fails unless the answer refuses: `denied_response` under a code that is not 0. */
export function isRefusal(response: CheckResponse): boolean {
  const refuses = [7, 16].includes(response.status?.code ?? 0);
  return refuses && response.denied_response !== undefined && response.ok_response === undefined;
}
