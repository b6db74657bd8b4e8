import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A local issuer of key sets. `answer` may be replaced while it runs. */
export interface IssuerServer extends AsyncDisposable {
  /** Where its key set is. */
  readonly url: string;
  /** How often it was asked. */
  readonly asked: number;
  /** Resolves when it is asked the next time. */
  nextAsked(): Promise<void>;
  /** The document that it answers with; null takes the question and never answers; 'down' answers 503. */
  answer: object | 'down' | null;
}

/** Starts it on a free port. */
export async function startIssuer(answer: IssuerServer['answer']): Promise<IssuerServer> {
  let asked = 0;
  let next = Promise.withResolvers<void>();
  const server = createServer((_, response) => {
    asked += 1;
    next.resolve();
    next = Promise.withResolvers();
    if (issuer.answer === 'down') response.writeHead(503).end();
    else if (issuer.answer !== null) response.end(JSON.stringify(issuer.answer));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const issuer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks.json`,
    get asked() {
      return asked;
    },
    answer,
    nextAsked: () => next.promise,
    [Symbol.asyncDispose]: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return issuer;
}
