import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { PORTS } from '../../deploy/demo/ports.ts';
import { type BootstrapOptions, bootstrap } from '../../deploy/envoy/bootstrap.ts';
import { findEnvoy } from '../../deploy/support/find-envoy.ts';
import { temporaryFolder } from '../../deploy/support/temporary-folder.ts';

const EXAMPLE = fileURLToPath(new URL('../../deploy/envoy/envoy.yaml', import.meta.url));

const DOCUMENTED: BootstrapOptions = {
  port: PORTS.gateway.port,
  adminPort: PORTS.envoyAdmin.port,
  authz: `127.0.0.1:${PORTS.watchword.port}`,
  healthCheck: true,
  pipelines: [
    {
      name: 'billings',
      address: `127.0.0.1:${PORTS.billings.port}`,
      prefix: '/orders',
    },
    { name: 'invoices', address: `127.0.0.1:${PORTS.invoices.port}`, prefix: '/invoices' },
  ],
};

const EVERY_OPTION: BootstrapOptions = {
  port: 0,
  adminPort: 0,
  authz: 'unix:/run/watchword/authz.sock',
  timeout: '0.25s',
  normalizePaths: false,
  encodeRawHeaders: true,
  failOpen: true,
  accessLog: '/dev/null',
  pipelines: [
    { name: 'all', address: '127.0.0.1:1' },
    { name: 'named', address: '127.0.0.1:1', hosts: ['orders.example.com', '*.example.org'] },
  ],
};

test('envoy.yaml says what the generator says with the documented ports', async () => {
  assert.deepEqual(parse(await readFile(EXAMPLE, 'utf8')), bootstrap(DOCUMENTED));
});

test('Envoy accepts envoy.yaml', async () => {
  assert.deepEqual(await validate(EXAMPLE), { accepted: true, complaint: '' });
});

test('Envoy accepts every option of the generator', async () => {
  assert.deepEqual(await validateSettings(bootstrap(EVERY_OPTION)), {
    accepted: true,
    complaint: '',
  });
});

test('Envoy refuses a setting that it does not know', async () => {
  const { accepted, complaint } = await validateSettings({
    ...bootstrap(DOCUMENTED),
    no_such_setting: 1,
  });
  assert.equal(accepted, false);
  assert.match(complaint, /no_such_setting/);
});

async function validateSettings(settings: object): Promise<Verdict> {
  await using folder = await temporaryFolder('watchword-test-');
  const file = join(folder.path, 'bootstrap.json');
  await writeFile(file, JSON.stringify(settings));
  return await validate(file);
}

interface Verdict {
  readonly accepted: boolean;
  readonly complaint: string;
}

async function validate(file: string): Promise<Verdict> {
  const envoy = await findEnvoy();
  const args = ['--mode', 'validate', '--log-level', 'warning', '--config-path', file];
  return new Promise((resolve) => {
    execFile(envoy, args, (error, _out, complaint) =>
      resolve({ accepted: error === null, complaint }),
    );
  });
}
