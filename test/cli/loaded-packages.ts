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
process.on('exit', () => process.stdout.write(`loaded ${JSON.stringify([...packages])}\n`));
