import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { decode } from '../../src/transport/ext-authz/decode.ts';
import { checkRequestBytes } from '../support/check-client.ts';
import { type CheckRequest, message } from './check-requests.ts';
import { type Field, messageBytes } from './wire-message.ts';

/*
 * Protocol Buffers allow many ways to write one message. protobufjs writes one of them (and reads only some: it does not merge
 * the pieces of a message); ours must see the same request in all.
 */

/** Fields of a message in another way that means the same: see each test. */
type Rewrite = (fields: readonly Field[], random: () => number) => readonly Field[];

/** The message as a tree of fields, in the order in which protobufjs writes them. */
function fieldsOf(some: CheckRequest): readonly Field[] {
  const entry = (number: number, key: string, text: string): Field => ({
    number,
    repeated: true,
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
      repeated: true,
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
      if (!('fields' in field) || field.repeated === true) return [field];
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
