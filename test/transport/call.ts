import { Client, type ClientOptions, credentials, type ServiceError } from '@grpc/grpc-js';
import type { MethodDefinition } from '@grpc/proto-loader';

/** A gRPC client of any service on a local port, with the options that a test is about. */
export function clientOf(port: number, options: ClientOptions = {}): Client & Disposable {
  const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure(), options);
  return Object.assign(client, { [Symbol.dispose]: () => client.close() });
}

export type Method<Out> = MethodDefinition<object, Out>;

/** One unary call. Rejects with the `ServiceError` of a call that fails. */
export function call<Out>(
  client: Client,
  { path, requestSerialize, responseDeserialize }: Method<Out>,
  request: object,
): Promise<Out> {
  const { promise, resolve, reject } = Promise.withResolvers<Out>();
  client.makeUnaryRequest(
    path,
    requestSerialize,
    responseDeserialize,
    request,
    { deadline: Date.now() + 10_000 },
    (error: ServiceError | null, response?: Out) => {
      if (response === undefined) reject(error ?? new Error('no response'));
      else resolve(response);
    },
  );
  return promise;
}
