import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** An API server that has Ingresses alone: discovery, one list, and watches in which nothing happens. */
export interface IngressApi extends AsyncDisposable {
  readonly url: string;
}

const GROUP = '/apis/networking.k8s.io/v1';
const RESOURCES = [{ name: 'ingresses', kind: 'Ingress', namespaced: true, verbs: ['list'] }];

/** Starts it on a free port of 127.0.0.1. */
export async function startIngressApi(items: readonly unknown[]): Promise<IngressApi> {
  const json = (response: ServerResponse, body: object): void => {
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(body));
  };
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '', 'http://api');
    if (url.searchParams.has('watch')) response.writeHead(200).flushHeaders();
    else if (url.pathname === GROUP) json(response, { resources: RESOURCES });
    else if (url.pathname.endsWith('/ingresses'))
      json(response, { metadata: { resourceVersion: '1' }, items });
    else response.writeHead(404).end('{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
