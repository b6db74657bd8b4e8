import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, describe, test } from 'node:test';
import { z } from 'zod';
import { type Folder, folderWith } from '../server/folder.ts';
import { ORDERS, PUBLIC, settings } from '../server/settings.ts';
import { makeSigner } from '../server/signer.ts';
import { runProgram } from './program.ts';

/*
 * What scripts read of `explain --json` is written down in docs/operations/explain.schema.json: a name that goes, comes or changes
 * its type turns this red, and is a change for users.
 */

const SCHEMA = new URL('../../docs/operations/explain.schema.json', import.meta.url);
const signer = makeSigner();
const EITHER = {
  ...ORDERS,
  name: 'either',
  match: [{ hosts: ['orders.example.com'], paths: ['/either'] }],
  require: { audiences: ['http://orders'], anyOf: [{ scopes: { all: ['a'] } }, { maxAge: '1h' }] },
  forward: { headers: { 'x-auth-tenant': { claim: ['tenant'], as: 'text' } } },
};

describe('explain --json', () => {
  let folder: Folder;
  let schema: z.ZodType;
  before(async () => {
    const pipelines = [ORDERS, PUBLIC, EITHER];
    folder = await folderWith({
      'watchword.yaml': settings({ pipelines, identityHeaders: ['x-auth-tenant'] }),
      'jwks.json': { keys: [signer.jwk] },
      'good.jwt': signer.token(),
      'few.jwt': signer.token({ scope: '' }),
    });
    schema = z.fromJSONSchema(JSON.parse(await readFile(SCHEMA, 'utf8')));
  });
  after(() => folder[Symbol.asyncDispose]());

  const RUNS: readonly (readonly [what: string, path: string, token: string, via: string])[] = [
    ['a request that passes', '/orders/1', 'good.jwt', 'grpc'],
    ['a refusal', '/orders/1', 'few.jwt', 'grpc'],
    ['a request that no pipeline covers', '/nothing', 'good.jwt', 'grpc'],
    ['alternatives, and a header that is not set', '/either', 'good.jwt', 'grpc'],
    ['a pass over HTTP', '/orders/1', 'good.jwt', 'nginx'],
    ['a refusal over HTTP', '/orders/1', 'few.jwt', 'envoy'],
  ];
  for (const [what, path, token, via] of RUNS) {
    test(`${what} is as the schema says`, async () => {
      const { code, stdout } = await runProgram([
        ...['explain', '--config', folder.at('watchword.yaml'), '--json', '--via', via],
        ...['--url', `https://orders.example.com${path}`, '--token-file', folder.at(token)],
      ]);
      assert.ok(code === 0 || code === 3, String(code));
      const printed = JSON.parse(stdout) as Readonly<Record<string, unknown>>;
      assert.deepEqual(schema.safeParse(printed).error?.issues, undefined);
      for (const name of Object.keys(printed)) {
        const { [name]: _, ...rest } = printed;
        const isOptional = name === 'asked' || name === 'alternatives';
        assert.equal(schema.safeParse(rest).success, isOptional, `without ${name}`);
      }
      assert.ok(!schema.safeParse({ ...printed, more: 1 }).success, 'nothing else may come');
    });
  }
});
