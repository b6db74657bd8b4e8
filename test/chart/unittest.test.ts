import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { goTool } from '../cluster/programs.ts';
import { CHART } from './render.ts';

const run = promisify(execFile);

// Its module replaces one of its own dependencies, so that `go install` refuses it: the module in tools/ repeats the line.
test('the suites of helm-unittest in helm/watchword/tests pass', async () => {
  const tools = fileURLToPath(new URL('./tools', import.meta.url));
  const path = 'github.com/helm-unittest/helm-unittest/cmd/helm-unittest';
  const program = await goTool(tools, 'helm-unittest-v1.1.2', path);
  try {
    await run(program, ['--strict', CHART]);
  } catch (error) {
    throw new Error((error as { stdout: string }).stdout, { cause: error });
  }
});
