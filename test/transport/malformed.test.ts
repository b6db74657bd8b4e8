import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import fc from 'fast-check';
import { type Folder, folderWith } from '../server/folder.ts';
import { checkRequest, isRefusal, reasonOf } from '../server/question.ts';
import { type Running, run } from '../server/running.ts';
import { settings } from '../server/settings.ts';
import { makeSigner } from '../server/signer.ts';
import { checkRequestBytes } from '../support/check-client.ts';

const signer = makeSigner();
const GOOD = checkRequest({ token: signer.token() });
const GOOD_BYTES = checkRequestBytes(GOOD);

/** The message without what lies at a path of names. */
function without(path: readonly string[]): object {
  const message: object = structuredClone(GOOD);
  const names = path.slice(0, -1);
  const parent = names.reduce((at, name) => Reflect.get(at, name) as object, message);
  assert.ok(Reflect.deleteProperty(parent, path.at(-1) ?? ''));
  return message;
}

/** What comes of a message in which one attribute is missing. */
const MISSING: readonly (readonly [path: string, reason: string])[] = [
  ['attributes', 'host_ambiguous'],
  ['attributes.source', 'verified'],
  ['attributes.source.address', 'verified'],
  ['attributes.source.address.socket_address', 'verified'],
  ['attributes.request', 'host_ambiguous'],
  ['attributes.request.http', 'host_ambiguous'],
  ['attributes.request.http.id', 'verified'],
  ['attributes.request.http.method', 'verified'],
  ['attributes.request.http.host', 'host_ambiguous'],
  ['attributes.request.http.path', 'request_malformed'],
  ['attributes.request.http.scheme', 'verified'],
  ['attributes.request.http.protocol', 'verified'],
  ['attributes.request.http.headers', 'token_missing'],
  ['attributes.context_extensions', 'verified'],
];

describe('a CheckRequest that no gateway writes', () => {
  const stack = new AsyncDisposableStack();
  let watchword: Running;
  before(async () => {
    const files = { 'watchword.yaml': settings(), 'jwks.json': { keys: [signer.jwk] } };
    const folder: Folder = stack.use(await folderWith(files));
    watchword = stack.use(await run(folder.at('watchword.yaml')));
  });
  after(() => stack.disposeAsync());

  const reason = async (bytes: Buffer): Promise<string> => {
    const response = await watchword.client.checkBytes(bytes);
    assert.ok(isRefusal(response), 'it is refused');
    return reasonOf(response);
  };
  const stillServes = async (): Promise<void> => {
    assert.equal(reasonOf(await watchword.client.checkBytes(GOOD_BYTES)), 'verified');
  };

  test('an empty one has no host, and is refused', async () => {
    assert.equal(await reason(Buffer.alloc(0)), 'host_ambiguous');
  });

  test('every truncation of a good one is request_malformed', async () => {
    for (let length = 1; length < GOOD_BYTES.length; length += 1) {
      const seen = await reason(GOOD_BYTES.subarray(0, length));
      assert.equal(seen, 'request_malformed', `${length} of ${GOOD_BYTES.length} bytes`);
    }
    await stillServes();
  });

  test('bytes behind a good one are request_malformed', async () => {
    for (const tail of [[0x00], [0x0a], [0x0a, 0x05], [0x0b], [0x0c], [0x0f], [0xff, 0xff]]) {
      const bytes = Buffer.concat([GOOD_BYTES, Buffer.from(tail)]);
      assert.equal(await reason(bytes), 'request_malformed', bytes.subarray(-2).toString('hex'));
    }
  });

  test('random bytes are refused, and never end a call or the server', async () => {
    const bytes = fc.uint8Array({ maxLength: 512 });
    await fc.assert(
      fc.asyncProperty(bytes, async (some) => {
        const seen = await reason(Buffer.from(some));
        assert.ok(['request_malformed', 'host_ambiguous'].includes(seen), seen);
      }),
      { numRuns: 500 },
    );
    await stillServes();
  });

  test('a good one with any byte changed is answered', async () => {
    const change = fc.tuple(fc.nat(GOOD_BYTES.length - 1), fc.integer({ min: 1, max: 255 }));
    await fc.assert(
      fc.asyncProperty(change, async ([at, flip]) => {
        const bytes = Buffer.from(GOOD_BYTES);
        bytes.writeUInt8((bytes[at] ?? 0) ^ flip, at);
        const response = await watchword.client.checkBytes(bytes);
        assert.notEqual(reasonOf(response), 'no reason');
        assert.notEqual(reasonOf(response), 'internal');
      }),
      { numRuns: 500 },
    );
    await stillServes();
  });

  for (const [path, expected] of MISSING) {
    test(`without ${path} it is ${expected}`, async () => {
      const response = await watchword.client.check(without(path.split('.')));
      assert.equal(reasonOf(response), expected);
      assert.equal(isRefusal(response), expected !== 'verified');
    });
  }
});
