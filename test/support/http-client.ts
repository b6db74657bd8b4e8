import { type ClientRequest, type IncomingMessage, request } from 'node:http';

export interface HttpResponse {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface GatewayCheck {
  /** Where it is sent; default: 127.0.0.1. */
  readonly address?: string;
  readonly port: number;
  readonly method: string;
  readonly host: string;
  /** Sent as it is: nothing is normalized. */
  readonly path: string;
  /** Sent in this order; a name may come twice. */
  readonly headers: readonly (readonly [string, string])[];
  /** Default: a byte with a POST, so that the backend is asked for something; else none. */
  readonly body?: string;
}

/** Sends one HTTP/1.1 request exactly as given. */
export function ask(httpCheck: GatewayCheck): Promise<HttpResponse> {
  const { address = '127.0.0.1', port, method, host, path, headers } = httpCheck;
  const body = httpCheck.body ?? (method === 'POST' ? 'x' : '');
  const lines = [
    ...headers,
    ...(body === '' && method !== 'POST'
      ? []
      : ([['content-length', String(body.length)]] as const)),
  ];
  return new Promise((resolve, reject) => {
    const sent = request(
      {
        host: address,
        port,
        method,
        path,
        setHost: false,
        agent: false,
        timeout: 10_000,
        headers: ['host', host, ...lines.flat()],
      },
      (response) => resolve(read(response)),
    );
    if (method !== sent.method) keepSpelling(sent, method);
    sent.once('error', reject);
    sent.once('timeout', () => sent.destroy(new Error('no answer within 10 s')));
    sent.end(body);
  });
}

/** `node:http` sends every method in upper case; its request line, which is made and not yet sent, is put right. */
function keepSpelling(sent: ClientRequest, method: string): void {
  const unsent = sent as unknown as { _header: string };
  unsent._header = unsent._header.replace(sent.method, method);
}

async function read(response: IncomingMessage): Promise<HttpResponse> {
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  const headers = Object.fromEntries(
    Object.entries(response.headers).map(([name, value]) => [name, String(value)]),
  );
  return {
    status: response.statusCode ?? 0,
    headers,
    body: Buffer.concat(chunks).toString('utf8'),
  };
}
