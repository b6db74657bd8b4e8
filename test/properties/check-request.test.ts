import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { MethodDefinition } from '@grpc/proto-loader';
import fc from 'fast-check';
import { protocolOf } from '../../src/request/protocol.ts';
import type { Request, RouteRef } from '../../src/request/request.ts';
import { decode } from '../../src/transport/ext-authz/decode.ts';
import { SERVICE_NAME } from '../../src/transport/ext-authz/names.ts';
import { loadProtos } from '../../src/transport/ext-authz/service.ts';
import { checkRequestBytes } from '../support/check-client.ts';
import {
  type CheckRequest,
  context,
  type HttpRequest,
  http,
  message,
  routeMetadata,
} from './check-requests.ts';

/*
 * Our decoder scans the bytes and never makes the message; protobufjs makes it, from `proto/`. For every message the two must
 * see the same request.
 */

const { Check } = loadProtos()[SERVICE_NAME] as unknown as {
  readonly Check: MethodDefinition<CheckRequest, object>;
};

/** What a decision needs of a message, by protobufjs and the contract's words. */
function expectedOf(message: CheckRequest): Request {
  const http = message.attributes?.request?.http ?? {};
  const headers = headersOf(http);
  const last = (name: string) => headers.findLast(([one]) => one === name)?.[1] ?? null;
  const all = headers.filter(([one]) => one === 'authorization').map(([, value]) => value);
  const isPreflight = /^options$/i.test(http.method ?? '') && last('origin') !== null;
  const requestId = last('x-request-id') ?? '';
  return {
    method: http.method ?? '',
    host: http.host ?? '',
    path: latin1(http.path ?? ''),
    authorization: all.length === 0 ? null : all.join(','),
    preflightFor: isPreflight ? last('access-control-request-method') : null,
    protocol: protocolOf(last('content-type') ?? '', last('connect-protocol-version') !== null),
    context: Object.entries(message.attributes?.context_extensions ?? {}).filter(([name]) =>
      name.startsWith('watchword.dev/'),
    ),
    route: routeOf(message),
    port: message.attributes?.destination?.address?.socket_address?.port_value ?? 0,
    id: requestId === '' ? (http.id ?? '') : requestId,
  };
}

/** The first resource that Envoy Gateway names with kind, namespace and name. */
function routeOf({ attributes }: CheckRequest): RouteRef | null {
  const metadata = attributes?.route_metadata_context?.filter_metadata?.['envoy-gateway'];
  const values = metadata?.fields?.['resources']?.listValue?.values ?? [];
  const found = values.map(({ structValue }) => {
    const [kind, namespace, name] = ['kind', 'namespace', 'name'].map(
      (key) => structValue?.fields?.[key]?.stringValue,
    );
    return kind === undefined || namespace === undefined || name === undefined
      ? null
      : { kind, namespace, name };
  });
  return found.find((one) => one !== null) ?? null;
}

/** Names in lower case and values byte for byte; `header_map` is written after `headers`. */
function headersOf(http: HttpRequest): readonly (readonly [string, string])[] {
  const lower = (name: string) => name.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
  return [
    ...Object.entries(http.headers ?? {}).map(
      ([key, value]) => [lower(key), latin1(value)] as const,
    ),
    ...(http.header_map?.headers ?? []).map(({ key = '', value = '', raw_value }) => {
      const raw = Buffer.from(raw_value ?? []).toString('latin1');
      return [lower(key), raw === '' ? latin1(value) : raw] as const;
    }),
  ];
}

function latin1(text: string): string {
  return Buffer.from(text).toString('latin1');
}

describe('our decoder and protobufjs', () => {
  test('see the same request in every message', () => {
    fc.assert(
      fc.property(message, (some) => {
        const bytes = checkRequestBytes(some);
        assert.deepEqual(decode(bytes), expectedOf(Check.requestDeserialize(bytes)));
      }),
      { numRuns: 2_000 },
    );
  });

  test('see the same request in a message with every attribute that Envoy fills', () => {
    const peer = (port_value: number) => ({
      address: { socket_address: { address: '10.0.0.1', port_value } },
    });
    const rest = {
      source: { ...peer(1), labels: { a: 'b' }, principal: 'spiffe://a', certificate: 'x' },
      metadata_context: { filter_metadata: { f: { fields: { a: { stringValue: 'b' } } } } },
      tls_session: { sni: 'a' },
    };
    fc.assert(
      fc.property(
        http,
        context,
        routeMetadata,
        fc.nat(65_535),
        (some, context_extensions, route_metadata_context, port) => {
          const time = { seconds: 1, nanos: 2 };
          const request = {
            time,
            http: { ...some, scheme: 'https', protocol: 'HTTP/2', size: -1, body: 'b', query: 'q' },
          };
          const bytes = checkRequestBytes({
            attributes: {
              ...rest,
              destination: peer(port),
              request,
              context_extensions,
              route_metadata_context,
            },
          });
          assert.deepEqual(decode(bytes), expectedOf(Check.requestDeserialize(bytes)));
        },
      ),
      { numRuns: 1_000 },
    );
  });
});
