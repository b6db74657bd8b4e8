import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { readProtos } from './declarations.ts';
import { SERVICE_FILE, SUBSET, testSubset } from './subset.ts';

/**
 * What our subset has and the files in `@grpc/grpc-js-xds` have not, each by full name with the Envoy version that brought
 * it, such as `1.40`. `envoy.test.ts` compares with Envoy itself, without exception.
 */
const NEWER: Readonly<Record<string, string>> = {};

const PACKAGE = fileURLToPath(new URL('.', import.meta.resolve('@grpc/grpc-js-xds/package.json')));
const OFFICIAL = readProtos(
  SERVICE_FILE,
  ['envoy-api', 'googleapis', 'xds', 'protoc-gen-validate'].map((part) => `${PACKAGE}deps/${part}`),
);

testSubset(OFFICIAL, 'the official files', new Set(Object.keys(NEWER)));

test('what is listed as newer than the official files is ours and is not in them', () => {
  for (const [name, version] of Object.entries(NEWER)) {
    const dot = name.lastIndexOf('.');
    const [owner, member] = [name.slice(0, dot), name.slice(dot + 1)];
    assert.match(version, /^1\.\d+$/, `${name}: the Envoy version that brought it`);
    assert.ok(SUBSET.get(owner)?.has(member), `${name} is not in proto/: take it off the list`);
    assert.ok(!OFFICIAL.get(owner)?.has(member), `${name} is official now: take it off the list`);
  }
});
