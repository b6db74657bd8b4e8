import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startChild } from '../../deploy/support/child.ts';
import { folderWith } from '../server/folder.ts';
import { settings } from '../server/settings.ts';
import { makeSigner } from '../server/signer.ts';
import { PROGRAM } from './program.ts';

const HOOK = new URL('loaded-packages.ts', import.meta.url).href;

/** Each takes megabytes or milliseconds, and a configuration without `when`, `matches` and remote keys needs none of them. */
const NOT_NEEDED = [
  '@grpc/proto-loader',
  '@grpc/reflection',
  '@marcbachmann/cel-js',
  'grpc-health-check',
  'protobufjs',
  're2js',
  'undici',
];

test('serve loads what it needs, and nothing of what it does not', async () => {
  await using folder = await folderWith({
    'watchword.yaml': settings({}),
    'jwks.json': { keys: [makeSigner().jwk] },
  });
  await using child = await startChild({
    name: 'watchword serve',
    command: process.execPath,
    args: ['--import', HOOK, PROGRAM, 'serve', '--config', folder.at('watchword.yaml')],
  });
  await child.line(/"msg":"serving"/);
  process.kill(child.pid, 'SIGTERM');
  const [, list = '[]'] = await child.line(/^loaded (.*)$/);
  const packages = JSON.parse(list) as string[];
  assert.ok(packages.includes('@grpc/grpc-js') && packages.includes('zod'), list);
  assert.deepEqual(
    NOT_NEEDED.filter((name) => packages.includes(name)),
    [],
  );
});
