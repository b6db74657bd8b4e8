import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runProgram } from './program.ts';

type Schema = Readonly<Record<string, unknown>>;

const isSchema = (value: unknown): value is Schema => typeof value === 'object' && value !== null;

/** Every schema within a schema, itself first, with the path that leads to it. */
function within(schema: Schema, path = '#'): readonly (readonly [string, Schema])[] {
  const inner = Object.entries(schema).flatMap(([key, value]) =>
    isSchema(value) ? within(value, `${path}/${key}`) : [],
  );
  return [[path, schema], ...inner];
}

async function printed(): Promise<Schema> {
  const { code, stdout, stderr } = await runProgram(['schema']);
  assert.deepEqual([code, stderr], [0, '']);
  return JSON.parse(stdout) as Schema;
}

test('schema prints a JSON Schema of draft 2020-12', async () => {
  const schema = await printed();
  assert.equal(schema['$schema'], 'https://json-schema.org/draft/2020-12/schema');
  assert.equal(schema['type'], 'object');
  assert.equal(schema['title'], 'Watchword configuration');
});

test('no object of it takes settings that it does not name', async () => {
  const objects = within(await printed()).filter(([, { type }]) => type === 'object');
  assert.ok(objects.length > 15, `${objects.length} objects`);
  for (const [path, { additionalProperties, propertyNames, properties }] of objects) {
    // forward.headers: the names are the user's, and what they may be is said.
    if (properties === undefined) assert.ok(isSchema(propertyNames), `${path} has open names`);
    else assert.equal(additionalProperties, false, path);
  }
});

test('what a user may leave out is not required', async () => {
  const schema = await printed();
  assert.equal(schema['required'], undefined);
  const { pipelines, issuers } = schema['properties'] as Record<string, { items: Schema }>;
  assert.deepEqual(pipelines?.items['required'], ['name', 'require']);
  assert.deepEqual(issuers?.items['required'], ['name', 'issuer', 'keys']);
});
