import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { service } from 'grpc-health-check';
import { HEALTH_SERVICE } from '../../../src/transport/ext-authz/health-messages.ts';

/* The messages of `grpc.health.v1` beside those that protobufjs makes of its proto file. */

const status = fc.constantFrom('SERVING', 'NOT_SERVING', 'SERVICE_UNKNOWN');
const METHODS = ['Check', 'List', 'Watch'] as const;

function pair(name: (typeof METHODS)[number]) {
  const [ours, theirs] = [HEALTH_SERVICE[name], service[name]];
  assert.ok(ours !== undefined && theirs !== undefined);
  return { ours, theirs };
}

test('the methods have the paths and streams of the proto file', () => {
  assert.deepEqual(Object.keys(HEALTH_SERVICE).toSorted(), Object.keys(service).toSorted());
  for (const name of METHODS) {
    const { ours, theirs } = pair(name);
    const { path, requestStream, responseStream } = theirs;
    assert.deepEqual(
      [ours.path, ours.requestStream, ours.responseStream],
      [path, requestStream, responseStream],
    );
  }
});

test('a question is read as it was written', () => {
  const { ours, theirs } = pair('Check');
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (name) => {
      assert.deepEqual(ours.requestDeserialize(theirs.requestSerialize({ service: name })), {
        service: name,
      });
    }),
  );
});

test('an answer is written so that it is read', () => {
  const { ours, theirs } = pair('Watch');
  fc.assert(
    fc.property(status, (one) => {
      const read = theirs.responseDeserialize(ours.responseSerialize({ status: one })) as object;
      assert.deepEqual({ ...read }, { status: one });
    }),
  );
});

test('a list is written so that it is read', () => {
  const { ours, theirs } = pair('List');
  fc.assert(
    fc.property(
      fc.dictionary(fc.stringMatching(/^[a-z.]{0,40}$/), fc.record({ status })),
      (statuses) => {
        const read = theirs.responseDeserialize(ours.responseSerialize({ statuses }));
        assert.deepEqual(
          JSON.parse(JSON.stringify(read)),
          JSON.parse(JSON.stringify({ statuses })),
        );
      },
    ),
  );
});

test('what is no question ends the call', () => {
  assert.throws(() => pair('Check').ours.requestDeserialize(Buffer.from([0x0a, 0x05, 0x41])));
});
