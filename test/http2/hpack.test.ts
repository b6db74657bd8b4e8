import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer, type IncomingHttpHeaders } from 'node:http2';
import { type AddressInfo, createServer as createNetServer, type Socket } from 'node:net';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { FLAG, FRAME } from '../../src/http2/codes.ts';
import type { Field } from '../../src/http2/field.ts';
import { FrameReader } from '../../src/http2/frame-reader.ts';
import { SETTINGS_ACK, settingsFrame } from '../../src/http2/frame-writer.ts';
import { headerBlock } from '../../src/http2/header-block.ts';
import { HpackDecoder } from '../../src/http2/hpack-decoder.ts';

const MOST = 16_384;

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(/\s/g, ''), 'hex');
const pairs = (fields: readonly Field[] | null) => fields?.map(({ name, value }) => [name, value]);

/** RFC 7541 appendix C: what is sent on one connection after the other, and what it says. */
const SEQUENCES: Readonly<Record<string, readonly (readonly [string, readonly string[][]])[]>> = {
  'C.2.1, a literal that is indexed': [
    [
      '400a 6375 7374 6f6d 2d6b 6579 0d63 7573 746f 6d2d 6865 6164 6572',
      [['custom-key', 'custom-header']],
    ],
  ],
  'C.2.2, one that is not': [['040c 2f73 616d 706c 652f 7061 7468', [[':path', '/sample/path']]]],
  'C.2.4, an index': [['82', [[':method', 'GET']]]],
  'C.3, requests without Huffman codes': [
    [
      '8286 8441 0f77 7777 2e65 7861 6d70 6c65 2e63 6f6d',
      [
        [':method', 'GET'],
        [':scheme', 'http'],
        [':path', '/'],
        [':authority', 'www.example.com'],
      ],
    ],
    [
      '8286 84be 5808 6e6f 2d63 6163 6865',
      [
        [':method', 'GET'],
        [':scheme', 'http'],
        [':path', '/'],
        [':authority', 'www.example.com'],
        ['cache-control', 'no-cache'],
      ],
    ],
    [
      '8287 85bf 400a 6375 7374 6f6d 2d6b 6579 0c63 7573 746f 6d2d 7661 6c75 65',
      [
        [':method', 'GET'],
        [':scheme', 'https'],
        [':path', '/index.html'],
        [':authority', 'www.example.com'],
        ['custom-key', 'custom-value'],
      ],
    ],
  ],
  'C.4, the same with Huffman codes': [
    [
      '8286 8441 8cf1 e3c2 e5f2 3a6b a0ab 90f4 ff',
      [
        [':method', 'GET'],
        [':scheme', 'http'],
        [':path', '/'],
        [':authority', 'www.example.com'],
      ],
    ],
    [
      '8286 84be 5886 a8eb 1064 9cbf',
      [
        [':method', 'GET'],
        [':scheme', 'http'],
        [':path', '/'],
        [':authority', 'www.example.com'],
        ['cache-control', 'no-cache'],
      ],
    ],
    [
      '8287 85bf 4088 25a8 49e9 5ba9 7d7f 8925 a849 e95b b8e8 b4bf',
      [
        [':method', 'GET'],
        [':scheme', 'https'],
        [':path', '/index.html'],
        [':authority', 'www.example.com'],
        ['custom-key', 'custom-value'],
      ],
    ],
  ],
};

describe('HPACK, by the examples of its RFC', () => {
  for (const [title, sequence] of Object.entries(SEQUENCES)) {
    test(title, () => {
      const decoder = new HpackDecoder();
      for (const [block, fields] of sequence)
        assert.deepEqual(pairs(decoder.decode(hex(block), MOST)), fields);
    });
  }
});

/** Blocks that no peer may send. */
const MALFORMED: Readonly<Record<string, string>> = {
  'an index of 0': '80',
  'an index beyond both tables': 'be',
  'an integer that ends early': 'ff',
  'an integer that is too large': 'ff ff ff ff ff ff 0f',
  'a text that ends early': '40 0a 63',
  'a text that is missing': '40',
  'EOS within a Huffman code': '00 84 ff ff ff ff 00',
  'padding of a whole byte': '00 82 1f ff 00',
  'padding with a zero': '00 81 18 00',
  'a table that is larger than it may be': '3f e2 1f',
  'a change of the table after a field': '82 20',
};

describe('HPACK that is none ends the connection', () => {
  for (const [title, block] of Object.entries(MALFORMED)) {
    test(title, () => {
      assert.throws(() => new HpackDecoder().decode(hex(block), MOST), {
        name: 'ConnectionError',
        code: 9,
      });
    });
  }
});

test('a list that is too long is read, since the tables of both sides must stay the same', () => {
  const decoder = new HpackDecoder();
  // custom-key: custom-header, indexed; then by its index.
  const indexed = hex('400a 6375 7374 6f6d 2d6b 6579 0d63 7573 746f 6d2d 6865 6164 6572');
  assert.equal(decoder.decode(indexed, 10), null);
  assert.deepEqual(pairs(decoder.decode(hex('be'), MOST)), [['custom-key', 'custom-header']]);
});

test('an index that is named ten thousand times makes no list of ten thousand', () => {
  const decoder = new HpackDecoder();
  const value = Buffer.alloc(3_000, 'a');
  const literal = Buffer.concat([hex('4001 61 7f'), hex('b916'), value]);
  const block = Buffer.concat([literal, Buffer.alloc(10_000, 0xbe)]);
  assert.equal(decoder.decode(block, MOST), null);
});

test('random bytes are read or refused, and never anything else', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      try {
        new HpackDecoder().decode(Buffer.from(bytes), MOST);
      } catch (error) {
        assert.equal((error as Error).name, 'ConnectionError');
      }
    }),
    { numRuns: 2_000 },
  );
});

/** The header blocks that Node's own encoder makes of requests on one connection. */
async function encodedByNode(
  requests: readonly Readonly<Record<string, string>>[],
): Promise<readonly Buffer[]> {
  const blocks: Buffer[] = [];
  const server = createNetServer((socket: Socket) => {
    socket.on('error', () => undefined);
    socket.write(Buffer.concat([settingsFrame([]), SETTINGS_ACK]));
    const reader = new FrameReader();
    socket.on('data', (chunk: Buffer) =>
      reader.read(chunk, (type, flags, _, payload) => {
        if (type !== FRAME.headers) return;
        assert.ok((flags & FLAG.endHeaders) !== 0);
        blocks.push(Buffer.from((flags & FLAG.priority) === 0 ? payload : payload.subarray(5)));
      }),
    );
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const session = connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  session.on('error', () => undefined);
  for (const headers of requests)
    session
      .request(headers)
      .on('error', () => undefined)
      .end();
  while (blocks.length < requests.length) await new Promise((resolve) => setImmediate(resolve));
  session.destroy();
  server.close();
  return blocks;
}

const NAME = fc.stringMatching(/^x-[a-z0-9-]{1,20}$/);
const VALUE = fc.stringMatching(/^[!-~]([ -~]{0,200}[!-~])?$/);
const HEADERS = fc.dictionary(NAME, VALUE, { maxKeys: 12 });

test("what Node's encoder writes is read as it was meant, over the tables of many requests", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(HEADERS, { minLength: 1, maxLength: 12 }), async (lists) => {
      const requests = lists.map((own) => ({ ':path': '/', ...own }));
      const decoder = new HpackDecoder();
      for (const [index, block] of (await encodedByNode(requests)).entries()) {
        const fields = decoder.decode(block, 1_000_000) ?? assert.fail('too long');
        const own = fields.filter(({ name }) => name.startsWith('x-'));
        assert.deepEqual(Object.fromEntries(own.map(({ name, value }) => [name, value])), {
          ...lists[index],
        });
      }
    }),
    { numRuns: 40 },
  );
});

test('a block that is made here is read by Node', async () => {
  const fields = {
    ':status': '200',
    'content-type': 'application/grpc',
    'grpc-message': 'm'.repeat(300),
  };
  assert.deepEqual(
    pairs(new HpackDecoder().decode(headerBlock(fields), MOST)),
    Object.entries(fields),
  );
  const server = createServer();
  await once(server.listen(0, '127.0.0.1'), 'listening');
  server.close();
  const raw = createNetServer((socket: Socket) => {
    socket.on('error', () => undefined);
    const reader = new FrameReader();
    socket.write(Buffer.concat([settingsFrame([]), SETTINGS_ACK]));
    socket.on('data', (chunk: Buffer) =>
      reader.read(chunk, (type) => {
        if (type !== FRAME.headers) return;
        const block = headerBlock(fields);
        const head = Buffer.from([
          0,
          0,
          0,
          FRAME.headers,
          FLAG.endHeaders | FLAG.endStream,
          0,
          0,
          0,
          1,
        ]);
        head.writeUIntBE(block.length, 0, 3);
        socket.write(Buffer.concat([head, block]));
      }),
    );
  });
  await once(raw.listen(0, '127.0.0.1'), 'listening');
  const session = connect(`http://127.0.0.1:${(raw.address() as AddressInfo).port}`);
  session.on('error', () => undefined);
  const [got] = (await once(session.request({ ':path': '/' }).end(), 'response')) as [
    IncomingHttpHeaders,
  ];
  session.destroy();
  raw.close();
  assert.equal(got['grpc-message'], fields['grpc-message']);
});
