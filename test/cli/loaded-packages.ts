import { writeSync } from 'node:fs';
import { registerHooks } from 'node:module';

/** Loaded before the program: prints the packages whose files it has loaded, when it ends. */

const PACKAGE = /\/node_modules\/((?:@[^/]+\/)?[^/]+)/g;
const packages = new Set<string>();
registerHooks({
  load(url, context, nextLoad) {
    const name = [...url.matchAll(PACKAGE)].at(-1)?.[1];
    if (name !== undefined) packages.add(name);
    return nextLoad(url, context);
  },
});
// To standard error: the program has closed its log on standard output by then.
process.on('exit', () => writeSync(2, `loaded ${JSON.stringify([...packages])}\n`));
