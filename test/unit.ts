import { spawn } from 'node:child_process';
import { globSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/*
 * `npm run test:unit`: the tests that need no program, no listener and no timer, in one process, in a
 * few seconds. `--watch` (`npm run test:watch`) runs the files again that a change concerns. Other
 * arguments go to the test runner of Node: `npm run test:unit -- --test-name-pattern='one host'`.
 */

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** Folders and files whose tests only compute. */
const UNIT = [
  'test/{answer,architecture,base,check,issuers,keys,policy,routes,telemetry,token,wire}/**/*.test.ts',
  'test/config/{paths,wrong}.test.ts',
  'test/live/warnings.test.ts',
  'test/conformance/{cache,edges,engine}.test.ts',
  'test/console/{guard,history,masked-settings,recent-refusals}.test.ts',
  'test/docs.test.ts',
];
/** Below these folders, and with listeners of their own. */
const SLOWER = ['test/keys/remote/**'];

const options = process.argv.slice(2);
const watched = options.includes('--watch');
const files = globSync(UNIT, { cwd: ROOT, exclude: SLOWER });
// In one process each file is loaded once, which is most of the time; a watch needs one for each.
const isolation = watched ? [] : ['--test-isolation=none'];
const args = ['--test', '--test-reporter=dot', ...isolation, ...options, ...files.toSorted()];
const child = spawn(process.execPath, args, { cwd: ROOT, stdio: 'inherit' });
child.on('exit', (code) => {
  process.exitCode = code ?? 1;
});
