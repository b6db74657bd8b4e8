import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { MethodDefinition } from '@grpc/proto-loader';
import fc from 'fast-check';
import type { Request } from '../../src/request/request.ts';
import { decode } from '../../src/transport/ext-authz/decode.ts';
import { loadProtos, SERVICE_NAME } from '../../src/transport/ext-authz/service.ts';
import { checkRequestBytes } from '../support/check-client.ts';
import { type Field, messageBytes } from './wire-message.ts';

/*
 * Our decoder scans the bytes and never makes the message. protobufjs makes it, from `proto/`. For every message the two
 * must see the same request; for every other way to write the same message, ours must see no difference.
 */

interface CheckRequest {
  readonly attributes?: {
    readonly request?: { readonly http?: HttpRequest };
    readonly context_extensions?: Readonly<Record<string, string>>;
  };
}

interface HttpRequest {
  readonly id?: string;
  readonly method?: string;
  readonly path?: string;
  readonly host?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly header_map?: { readonly headers: readonly HeaderValue[] };
}

interface HeaderValue {
  readonly key?: string;
  readonly value?: string;
  readonly raw_value?: Uint8Array;
}

const { Check } = loadProtos()[SERVICE_NAME] as unknown as {
  readonly Check: MethodDefinition<CheckRequest, object>;
};

/** What a decision needs of a message, by protobufjs and the contract's words. */
function expectedOf(message: CheckRequest): Request {
  const http = message.attributes?.request?.http ?? {};
  const headers = headersOf(http);
  const last = (name: string) => headers.findLast(([one]) => one === name)?.[1] ?? null;
  const all = headers.filter(([one]) => one === 'authorization').map(([, value]) => value);
  const isPreflight = http.method === 'OPTIONS' && last('origin') !== null;
  const requestId = last('x-request-id') ?? '';
  return {
    method: http.method ?? '',
    host: http.host ?? '',
    path: latin1(http.path ?? ''),
    authorization: all.length === 0 ? null : all.join(','),
    preflightFor: isPreflight ? last('access-control-request-method') : null,
    grpc: last('content-type')?.startsWith('application/grpc') ?? false,
    context: Object.entries(message.attributes?.context_extensions ?? {}).filter(([name]) =>
      name.startsWith('watchword.dev/'),
    ),
    id: requestId === '' ? (http.id ?? '') : requestId,
  };
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
const context = fc.dictionary(
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
const http = fc.record(
  {
    id: word,
    method: fc.oneof(word, fc.constantFrom('OPTIONS', 'GET')),
    path: word,
    host: word,
    headers: fc.dictionary(name, value, { maxKeys: 6 }),
    header_map: fc.record({ headers: fc.array(headerValue, { maxLength: 4 }) }),
  },
  { requiredKeys: [] },
);
const message: fc.Arbitrary<CheckRequest> = fc.record(
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

const MANY = { numRuns: 2_000 };

describe('our decoder and protobufjs', () => {
  test('see the same request in every message', () => {
    fc.assert(
      fc.property(message, (some) => {
        const bytes = checkRequestBytes(some);
        assert.deepEqual(decode(bytes), expectedOf(Check.requestDeserialize(bytes)));
      }),
      MANY,
    );
  });

  test('see the same request in a message with every attribute that Envoy fills', () => {
    const peer = { address: { socket_address: { address: '10.0.0.1', port_value: 1 } } };
    const rest = {
      source: { ...peer, labels: { a: 'b' }, principal: 'spiffe://a', certificate: 'x' },
      destination: peer,
      metadata_context: { filter_metadata: { f: { fields: { a: { stringValue: 'b' } } } } },
      route_metadata_context: { filter_metadata: {} },
      tls_session: { sni: 'a' },
    };
    fc.assert(
      fc.property(http, context, (some, context_extensions) => {
        const time = { seconds: 1, nanos: 2 };
        const request = {
          time,
          http: { ...some, scheme: 'https', protocol: 'HTTP/2', size: -1, body: 'b', query: 'q' },
        };
        const bytes = checkRequestBytes({ attributes: { ...rest, request, context_extensions } });
        assert.deepEqual(decode(bytes), expectedOf(Check.requestDeserialize(bytes)));
      }),
      { numRuns: 500 },
    );
  });
});

/** Fields of a message in another way that means the same: see each test. */
type Rewrite = (fields: readonly Field[], random: () => number) => readonly Field[];

/** The message as a tree of fields, in the order in which protobufjs writes them. */
function fieldsOf(some: CheckRequest): readonly Field[] {
  const entry = (number: number, key: string, text: string): Field => ({
    number,
    fields: [
      { number: 1, value: key },
      { number: 2, value: text },
    ],
  });
  const { attributes } = some;
  const sent = attributes?.request?.http;
  const scalars = (
    [
      ['id', 1],
      ['method', 2],
      ['path', 4],
      ['host', 5],
    ] as const
  ).flatMap(([key, number]): Field[] => {
    const text = sent?.[key];
    return text === undefined ? [] : [{ number, value: text }];
  });
  const headers = Object.entries(sent?.headers ?? {}).map(([key, text]) => entry(3, key, text));
  const mapped = (sent?.header_map?.headers ?? []).map(
    ({ key = '', value: text, raw_value }): Field => ({
      number: 1,
      fields: [
        { number: 1, value: key },
        text === undefined
          ? { number: 3, value: Buffer.from(raw_value ?? []) }
          : { number: 2, value: text },
      ],
    }),
  );
  const nested = (number: number, fields: readonly Field[] | undefined): Field[] =>
    fields === undefined ? [] : [{ number, fields }];
  const httpFields = sent && [...scalars, ...headers, ...nested(13, sent.header_map && mapped)];
  const requestFields = attributes?.request && nested(2, httpFields);
  const extensions = Object.entries(attributes?.context_extensions ?? {});
  return nested(
    1,
    attributes && [
      ...nested(4, requestFields),
      ...extensions.map(([key, text]) => entry(10, key, text)),
    ],
  );
}

/** Applies a rewrite to a message and to every message in it. */
function rewritten(
  fields: readonly Field[],
  rewrite: Rewrite,
  random: () => number,
): readonly Field[] {
  const inner = fields.map((field) =>
    'fields' in field ? { ...field, fields: rewritten(field.fields, rewrite, random) } : field,
  );
  return rewrite(inner, random);
}

const isRepeated = (field: Field): boolean => [3, 10].includes(field.number) && 'fields' in field;

const REWRITES: Readonly<Record<string, Rewrite>> = {
  'with its fields in another order': (fields, random) => {
    // Repeated fields keep their order among themselves, since that has a meaning.
    const places = fields.map((field) => [random(), field] as const).sort(([a], [b]) => a - b);
    const repeated = fields.filter((field) => 'fields' in field);
    return places.map(([, field]) => ('fields' in field ? (repeated.shift() ?? field) : field));
  },
  'with unknown fields of every wire type': (fields, random) =>
    fields.flatMap((field) => [unknownField(random), field]).concat(unknownField(random)),
  'with messages in several pieces': (fields, random) =>
    fields.flatMap((field): readonly Field[] => {
      if (!('fields' in field) || isRepeated(field)) return [field];
      const cut = Math.floor(random() * (field.fields.length + 1));
      return [
        { ...field, fields: field.fields.slice(0, cut) },
        { ...field, fields: field.fields.slice(cut) },
      ];
    }),
  'with texts said twice, of which the last counts': (fields, random) =>
    fields.flatMap((field): readonly Field[] =>
      'value' in field && field.value.length > 0 && random() < 0.5
        ? [{ number: field.number, value: 'said before' }, field]
        : [field],
    ),
  'with lengths and tags written longer than they need be': (fields) =>
    fields.map((field) => ({ ...field, long: true })),
};

/** Numbers that no message of ours has, up to the largest whose tag is read. */
function unknownField(random: () => number): Field {
  const number = 100 + Math.floor(random() * (2 ** 25 - 101));
  return { number, unknown: ([0, 1, 2, 5] as const)[Math.floor(random() * 4)] ?? 0 };
}

/** Numbers from 0 up to 1, evenly, as many as are asked for. */
const chances = fc.infiniteStream(fc.nat({ max: 999 })).map((stream) => (): number => {
  const next = stream.next();
  return next.done ? 0 : next.value / 1_000;
});

describe('our decoder sees no difference in a message', () => {
  for (const [how, rewrite] of Object.entries(REWRITES)) {
    test(how, () => {
      fc.assert(
        fc.property(message, chances, (some, random) => {
          const plain = decode(messageBytes(fieldsOf(some)));
          assert.deepEqual(plain, decode(checkRequestBytes(some)), 'the tree is the message');
          const other = messageBytes(rewritten(fieldsOf(some), rewrite, random));
          assert.deepEqual(decode(other), plain);
        }),
        { numRuns: 1_000 },
      );
    });
  }
});
