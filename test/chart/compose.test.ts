import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { parse } from 'yaml';
import { findEnvoy } from '../../deploy/support/find-envoy.ts';

const run = promisify(execFile);
const FOLDER = new URL('../../deploy/compose/', import.meta.url);

interface Service {
  readonly command: readonly string[];
  readonly volumes?: readonly string[];
  readonly ports?: readonly string[];
}

const { services } = parse(read('compose.yaml'), { merge: true }) as {
  services: Readonly<Record<'dev-issuer' | 'watchword' | 'backend' | 'gateway', Service>>;
};

function read(name: string): string {
  return readFileSync(new URL(name, FOLDER), 'utf8');
}

test('Envoy accepts the configuration of the compose demo', async () => {
  const path = fileURLToPath(new URL('envoy.yaml', FOLDER));
  await run(await findEnvoy(), ['--mode', 'validate', '--config-path', path]);
});

test('Watchword accepts the configuration of the compose demo', async () => {
  const program = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
  const config = fileURLToPath(new URL('watchword.yaml', FOLDER));
  await run(process.execPath, [program, 'validate', '--config', config]);
});

test('the services of the compose demo are named as their configurations name them', () => {
  assert.deepEqual(Object.keys(services).sort(), ['backend', 'dev-issuer', 'gateway', 'watchword']);
  const named = [...read('envoy.yaml').matchAll(/address: ([a-z-]+), port_value/g)].map(
    ([, name]) => name,
  );
  assert.deepEqual(named, ['watchword', 'backend']);
  const { issuers } = parse(read('watchword.yaml')) as { issuers: readonly { issuer: string }[] };
  assert.ok(services['dev-issuer'].command.includes(issuers[0]?.issuer ?? ''));
});

test('the files that the compose demo mounts exist, and its ports are of this machine only', () => {
  const all = Object.values(services);
  const mounts = all
    .flatMap(({ volumes = [] }) => volumes)
    .map((volume) => volume.split(':')[0] ?? '');
  assert.equal(mounts.length, 3);
  for (const mount of mounts) assert.ok(existsSync(new URL(mount, FOLDER)), mount);
  const ports = all.flatMap((service) => service.ports ?? []);
  assert.equal(ports.length, 3);
  for (const port of ports) assert.match(port, /^127\.0\.0\.1:/);
});
