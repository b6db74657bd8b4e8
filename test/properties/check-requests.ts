import fc from 'fast-check';

/** As proto-loader shows it. */
export interface CheckRequest {
  readonly attributes?: {
    readonly request?: { readonly http?: HttpRequest };
    readonly destination?: Peer;
    readonly context_extensions?: Readonly<Record<string, string>>;
    readonly route_metadata_context?: {
      readonly filter_metadata?: Readonly<Record<string, Struct>>;
    };
  };
}

/** Where the gateway took the connection. */
interface Peer {
  readonly address?: {
    readonly socket_address?: { readonly address?: string; readonly port_value?: number };
  };
}

/** `google.protobuf.Struct` and the values that matter here. */
export interface Struct {
  readonly fields?: Readonly<Record<string, Value>>;
}

export interface Value {
  readonly stringValue?: string;
  readonly structValue?: Struct;
  readonly listValue?: { readonly values?: readonly Value[] };
}

export interface HttpRequest {
  readonly id?: string;
  readonly method?: string;
  readonly path?: string;
  readonly host?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly header_map?: { readonly headers: readonly HeaderValue[] };
}

export interface HeaderValue {
  readonly key?: string;
  readonly value?: string;
  readonly raw_value?: Uint8Array;
}

const word = fc.oneof(fc.string({ unit: 'grapheme', maxLength: 12 }), fc.constantFrom('', 'a'));
const name = fc.oneof(
  fc.constantFrom(
    'authorization',
    'Authorization',
    'AUTHORIZATION',
    'content-type',
    'origin',
    'access-control-request-method',
    'x-request-id',
    'x-request-iD',
    'authorizatio',
    'authorization2',
  ),
  // No digits alone: JavaScript would put such a name first in an object, whatever its place in the message.
  word.map((one) => `x${one}`),
);
const value = fc.oneof(word, fc.constantFrom('application/grpc', 'application/grpc+proto', 'GET'));
export const context = fc.dictionary(
  fc.oneof(
    word.map((one) => `watchword.dev/${one}`),
    word.map((one) => `x${one}`),
  ),
  word,
  { maxKeys: 4 },
);
const headerValue = fc.oneof(
  fc.record({ key: name, value }),
  fc.record({ key: name, raw_value: fc.uint8Array({ maxLength: 12 }).map(Buffer.from) }),
);
export const http = fc.record(
  {
    id: word,
    method: fc.oneof(word, fc.constantFrom('OPTIONS', 'Options', 'GET')),
    path: word,
    host: word,
    headers: fc.dictionary(name, value, { maxKeys: 6 }),
    header_map: fc.record({ headers: fc.array(headerValue, { maxLength: 4 }) }),
  },
  { requiredKeys: [] },
);
/** A message of which any part may be missing. */
export const message: fc.Arbitrary<CheckRequest> = fc.record(
  {
    attributes: fc.record(
      {
        request: fc.record({ http }, { requiredKeys: [] }),
        context_extensions: context,
      },
      { requiredKeys: [] },
    ),
  },
  { requiredKeys: [] },
);

const text: fc.Arbitrary<Value> = fc.oneof(
  word.map((one) => ({ stringValue: one })),
  fc.constant({}),
);
const resource: fc.Arbitrary<Value> = fc.oneof(
  fc
    .record({ kind: text, namespace: text, name: text, other: text }, { requiredKeys: [] })
    .map((fields) => ({ structValue: { fields } })),
  text,
);
const resources: fc.Arbitrary<Value> = fc.oneof(
  fc.array(resource, { maxLength: 3 }).map((values) => ({ listValue: { values } })),
  resource,
);

/** Metadata of a route, as Envoy Gateway writes it and as it never would. */
export const routeMetadata: fc.Arbitrary<{
  readonly filter_metadata: Readonly<Record<string, Struct>>;
}> = fc.record({
  filter_metadata: fc.dictionary(
    fc.constantFrom('envoy-gateway', 'other'),
    fc.record({ fields: fc.dictionary(fc.constantFrom('resources', 'x'), resources) }),
  ),
});
