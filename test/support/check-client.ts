import { Client, credentials, type ServiceError } from '@grpc/grpc-js';
import type { MethodDefinition } from '@grpc/proto-loader';
import { SERVICE_NAME } from '../../src/transport/ext-authz/names.ts';
import { loadProtos } from '../../src/transport/ext-authz/service.ts';

/** `envoy.service.auth.v3.CheckResponse` as proto-loader shows it; what was not sent is absent. */
export interface CheckResponse {
  readonly status?: { readonly code?: number };
  readonly denied_response?: {
    readonly status: { readonly code: string | number };
    readonly headers?: readonly HeaderValueOption[];
    readonly body: string;
  };
  readonly ok_response?: {
    readonly headers?: readonly HeaderValueOption[];
    readonly headers_to_remove?: readonly string[];
    readonly query_parameters_to_remove?: readonly string[];
  };
  readonly dynamic_metadata?: {
    readonly fields: Readonly<Record<string, { readonly stringValue?: string }>>;
  };
}

export interface HeaderValueOption {
  readonly header: { readonly key: string; readonly value: string };
  readonly append?: unknown;
  readonly append_action?: unknown;
}

const check = loadProtos()[SERVICE_NAME] as unknown as {
  readonly Check: MethodDefinition<object, CheckResponse>;
};

/** The bytes of a CheckRequest, written by protobufjs from `proto/`. */
export function checkRequestBytes(request: object): Buffer {
  return check.Check.requestSerialize(request);
}

/** Reads a CheckResponse by protobufjs from `proto/`. */
export function readCheckResponse(bytes: Buffer): CheckResponse {
  return check.Check.responseDeserialize(bytes);
}

/** A gRPC client of the server under test. */
export class CheckClient implements Disposable {
  readonly #client: Client;

  /** `address` is `HOST:PORT` or `unix:/PATH`. */
  constructor(address: string) {
    this.#client = new Client(address, credentials.createInsecure());
  }

  /** Asks with a message; `deadline` in milliseconds, null for none. */
  check(request: object, deadline: number | null = 5_000): Promise<CheckResponse> {
    return this.checkBytes(checkRequestBytes(request), deadline);
  }

  /** Asks with bytes that need not be a CheckRequest; `deadline` null for none. */
  checkBytes(bytes: Buffer, deadline: number | null = 5_000): Promise<CheckResponse> {
    return new Promise((resolve, reject) => {
      this.#client.makeUnaryRequest(
        check.Check.path,
        (message: Buffer) => message,
        readCheckResponse,
        bytes,
        deadline === null ? {} : { deadline: Date.now() + deadline },
        (error: ServiceError | null, response?: CheckResponse) => {
          if (error !== null) reject(error);
          else if (response === undefined) reject(new Error('no response'));
          else resolve(response);
        },
      );
    });
  }

  [Symbol.dispose](): void {
    this.#client.close();
  }
}
