import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import { runProgram } from './program.ts';

type Schema = Readonly<Record<string, unknown>>;

const isSchema = (value: unknown): value is Schema => typeof value === 'object' && value !== null;

/** Every schema within a schema, itself first, with the path that leads to it. */
function withTimeout(schema: Schema, path = '#'): readonly (readonly [string, Schema])[] {
  const inner = Object.entries(schema).flatMap(([key, value]) =>
    isSchema(value) ? withTimeout(value, `${path}/${key}`) : [],
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
  const objects = withTimeout(await printed()).filter(([, { type }]) => type === 'object');
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

/** A configuration with every kind of setting. */
const EXAMPLE = {
  listen: { grpc: 'unix:/run/watchword/authz.sock', admin: '127.0.0.1:9190' },
  identityHeaders: ['x-auth-subject', 'x-auth-tenant'],
  issuers: [
    {
      name: 'auth0',
      issuer: 'https://tenant.eu.auth0.com/',
      audiences: ['http://orders'],
      algorithms: ['RS256'],
      keys: { file: './key/pubKey.pem' },
    },
    { name: 'far', issuer: 'https://far.example/', audiences: 'any', keys: { discovery: true } },
  ],
  pipelines: [
    {
      name: 'billings',
      selectableBy: { context: true },
      match: [{ hosts: ['orders.example.com'], paths: ['/orders/**'], methods: ['GET', 'POST'] }],
      require: {
        issuers: ['auth0'],
        audiences: ['http://orders'],
        scopes: { all: ['read:orders'] },
        claims: [{ path: ['https://example.com/tenant'], in: ['acme'] }],
        optional: false,
      },
      preflight: 'pass',
      forward: {
        headers: {
          'x-auth-subject': 'sub',
          'x-auth-tenant': { claim: ['https://example.com/tenant'], as: 'json' },
        },
        token: 'keep',
        overrideHeaders: 'strip',
      },
      mode: 'enforce',
    },
    { name: 'public', require: 'none' },
  ],
  default: 'deny',
};

/** The example with a setting that nobody knows in each of its objects, one at a time. */
function spoiled(
  value: unknown,
  spoil: (whole: unknown) => unknown = (v) => v,
): readonly unknown[] {
  if (typeof value !== 'object' || value === null) return [];
  const here = Array.isArray(value) ? [] : [spoil({ ...value, banana: [] })];
  const inner = Object.entries(value).flatMap(([key, member]) =>
    spoiled(member, (next) => {
      const copy: unknown = structuredClone(value);
      Reflect.set(copy as object, key, next);
      return spoil(copy);
    }),
  );
  return [...here, ...inner];
}

test('the schema accepts the configuration of the documents and refuses an unknown setting anywhere', async () => {
  // zod reads JSON Schema too: a reader of the printed text, not of what it was made from.
  const schema = z.fromJSONSchema((await printed()) as Parameters<typeof z.fromJSONSchema>[0]);
  assert.equal(schema.safeParse(EXAMPLE).error, undefined);
  const wrong = spoiled(EXAMPLE);
  assert.ok(wrong.length > 15, `${wrong.length} objects`);
  for (const one of wrong) assert.ok(!schema.safeParse(one).success, JSON.stringify(one));
  const pipelines = [{ name: 'bound', require: { proof: 'required' } }];
  assert.ok(!schema.safeParse({ ...EXAMPLE, pipelines }).success, 'not supported yet');
});
