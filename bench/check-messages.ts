import type { MethodDefinition } from '@grpc/proto-loader';
import { SERVICE_NAME } from '../src/transport/ext-authz/names.ts';
import { loadProtos } from '../src/transport/ext-authz/service.ts';

/** What is looked at in an answer: `google.rpc.Status.code`, and the reason in Watchword's dynamic metadata. */
export interface Verdict {
  readonly code: number;
  /** Null where the answer has none, as that of an empty server. */
  readonly reason: string | null;
}

interface CheckResponse {
  readonly status?: { readonly code?: number };
  readonly dynamic_metadata?: {
    readonly fields?: Readonly<Record<string, { readonly stringValue?: string } | undefined>>;
  };
}

const { Check } = loadProtos()[SERVICE_NAME] as unknown as {
  readonly Check: MethodDefinition<object, CheckResponse>;
};

/**
 * A CheckRequest as Envoy sends it for a browser's request: 13 headers, with a token one more, about 1,470 bytes. `index` makes the
 * request ids differ. The result has the 5 bytes before it that gRPC puts there.
 */
export function checkRequest(index: number, token: string | null): Buffer {
  const message = Check.requestSerialize({
    attributes: {
      source: peer('203.0.113.7', 51_234),
      destination: peer('10.0.0.2', 8443),
      request: {
        time: { seconds: Math.floor(Date.now() / 1000), nanos: 123_456_000 },
        http: {
          id: String(index),
          method: 'GET',
          path: PATH,
          host: HOST,
          scheme: 'https',
          protocol: 'HTTP/2',
          headers: headersOf(index, token),
        },
      },
    },
  });
  const prefix = Buffer.alloc(5);
  prefix.writeUInt32BE(message.length, 1);
  return Buffer.concat([prefix, message]);
}

/** Reads an answer with the official way of protobufjs, not with code of the server. */
export function readVerdict(message: Buffer): Verdict {
  const { status, dynamic_metadata: metadata } = Check.responseDeserialize(message);
  return {
    code: status?.code ?? 0,
    reason: metadata?.fields?.['reason']?.stringValue ?? null,
  };
}

const HOST = 'orders.example.com';
const PATH = '/orders/42?expand=lines';

function headersOf(index: number, token: string | null): Readonly<Record<string, string>> {
  const trace = String(index + 1).padStart(32, '0');
  return {
    ':authority': HOST,
    ':method': 'GET',
    ':path': PATH,
    ':scheme': 'https',
    accept: 'application/json, text/plain, */*',
    'accept-encoding': 'gzip, deflate, br, zstd',
    'accept-language': 'en-GB,en;q=0.9',
    'user-agent':
      'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36',
    'x-forwarded-for': '203.0.113.7',
    'x-forwarded-proto': 'https',
    'x-request-id': `6c5f3f5e-0d5b-4b5f-9a53-${String(index).padStart(12, '0')}`,
    traceparent: `00-${trace}-${trace.slice(16)}-01`,
    'x-envoy-external-address': '203.0.113.7',
    ...(token === null ? {} : { authorization: `Bearer ${token}` }),
  };
}

function peer(address: string, port: number): object {
  return { address: { socket_address: { address, port_value: port } } };
}
