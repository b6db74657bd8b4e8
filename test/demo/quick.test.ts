import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { until } from '../../deploy/support/until.ts';

const QUICK = fileURLToPath(new URL('../../deploy/demo/quick.ts', import.meta.url));
const ROOT = fileURLToPath(new URL('../../', import.meta.url));

test('without a gateway, the lines that it prints give 401, 200 and 401, and say why', async () => {
  const quick = spawn(process.execPath, [QUICK], { env: { ...process.env, PATH: '/nowhere' } });
  let printed = '';
  for (const stream of [quick.stdout, quick.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      printed += text;
    });
  const ended = new Promise((resolve) => quick.once('close', resolve));
  try {
    await until('the quick demo', () => {
      if (quick.exitCode !== null) throw new Error(printed);
      return printed.includes('Ctrl-C stops everything.') || undefined;
    });
    const lines = printed.match(/^ {2}(?:curl|[A-Z]+=|echo) ?.*/gm) ?? [];
    const out = await new Promise<string>((resolve) => {
      execFile('bash', ['-c', lines.join('\n')], { cwd: ROOT }, (_error, stdout) =>
        resolve(stdout),
      );
    });
    const statuses = [...out.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status);
    assert.deepEqual(statuses, ['401', '200', '401'], out);
    assert.match(out, /^x-auth-subject: demo@clients\r?$/m);
    assert.match(out, /^decision deny token_expired/m);
  } finally {
    quick.kill('SIGTERM');
    await ended;
  }
  assert.equal(quick.exitCode, 0, printed);
});
