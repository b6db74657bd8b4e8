import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type SourceFile, sourceFiles } from './source-files.ts';

/** The architecture: a folder imports only from itself and from folders above it in this list. */
const LAYERS = [
  'base',
  'http2',
  'decision',
  'request',
  'wire',
  'outgoing',
  'keys',
  'kube',
  'policy',
  'token',
  'routes',
  'check',
  'answer',
  'probe',
  'candidate',
  'config',
  'telemetry',
  'live',
  'transport',
  'explain',
  'console',
  'policy-test',
  'top',
  'migrate',
  'server',
  'dev-issuer',
  'cli',
  'main.ts',
];

/** Which layers may import a package: what it does is known there and nowhere else. */
const OWNERS: Readonly<Record<string, readonly string[]>> = {
  jose: ['keys', 'dev-issuer'],
  undici: ['outgoing', 'keys', 'kube'],
  'lru-cache': ['check', 'routes'],
  re2js: ['policy'],
  '@marcbachmann/cel-js': ['policy'],
  zod: ['config'],
  yaml: ['config', 'migrate', 'cli'],
  'prom-client': ['telemetry', 'transport', 'server'],
  pino: ['telemetry', 'server', 'cli'],
  '@grpc/grpc-js': ['transport'],
  '@grpc/proto-loader': ['transport'],
  '@grpc/reflection': ['transport'],
};

/** Modules of Node by which a file may wait, read or listen: the layers without them are pure. */
const EFFECTS = ['node:fs', 'node:http', 'node:https', 'node:http2', 'node:net', 'node:tls'];
const PURE = [
  'base',
  'decision',
  'request',
  'wire',
  'policy',
  'token',
  'routes',
  'check',
  'answer',
];
/** What decides nothing about the world outside: `isIPv6` is a pattern, `BlockList` a list of addresses. */
const PURE_EFFECTS: Readonly<Record<string, string>> = {
  'policy/host.ts': 'node:net',
  'base/peers.ts': 'node:net',
};

/** `process` belongs to the program, not to its parts; elsewhere only these uses, which read and decide nothing. */
const PROCESS_LAYERS = ['cli', 'main.ts'];
const PROCESS_USES: Readonly<Record<string, readonly string[]>> = {
  // A name that no other process uses, and whether the folder is our own.
  'keys/jwks-disk-cache.ts': ['pid', 'getuid'],
  // What the metrics cost, however busy the machine is.
  'transport/rendered.ts': ['threadCpuUsage'],
  // Where Kubernetes says that a pod runs in a cluster, handed on as an argument.
  'server/watchword.ts': ['env'],
  // The label of a metric.
  'server/observe.ts': ['version'],
  // What the console says of itself.
  'server/console.ts': ['version'],
};

const STRING = /'(?:[^'\\\n]|\\.)*'/g;

const files = sourceFiles();
const known = new Set(files.map(({ path }) => path));

test('the whole source is looked at', () => {
  assert.ok(files.length >= 100, `${files.length} files`);
  const seen = files.reduce(
    (sum, { files: ours, packages }) => sum + ours.length + packages.length,
    0,
  );
  assert.ok(seen >= 300, `${seen} imports`);
  for (const layer of LAYERS)
    assert.ok(
      files.some((file) => file.layer === layer),
      `${layer} has no file`,
    );
});

describe('a file imports only from its own layer and those before it', () => {
  for (const file of files) test(file.path, () => assert.deepEqual(wrongImports(file), []));
});

function wrongImports({ path, layer, files: imported }: SourceFile): readonly string[] {
  const order = LAYERS.indexOf(layer);
  assert.notEqual(order, -1, `${layer} is in no place of the order`);
  return imported.flatMap((name) => {
    assert.ok(known.has(name), `${path} imports ${name}, which is no file`);
    const other = LAYERS.indexOf(name.split('/')[0] ?? name);
    return other <= order ? [] : [`${path} imports ${name}`];
  });
}

/** `jose` of `jose/key/import`, `@grpc/grpc-js` as it is. */
function packageOf(name: string): string {
  return name.split('/', name.startsWith('@') ? 2 : 1).join('/');
}

describe('a package is imported only where it belongs', () => {
  for (const [name, owners] of Object.entries(OWNERS)) {
    test(`${name}: ${owners.join(', ')}`, () => {
      const using = files.filter(({ packages }) => packages.some((one) => packageOf(one) === name));
      assert.ok(using.length > 0, `${name} is imported nowhere: take it off the list`);
      assert.deepEqual(
        using.filter(({ layer }) => !owners.includes(layer)).map(({ path }) => path),
        [],
      );
    });
  }

  test('and every package has such a place', () => {
    const others = files.flatMap(({ path, packages }) =>
      packages
        .filter((name) => !name.startsWith('node:') && !Object.hasOwn(OWNERS, packageOf(name)))
        .map((name) => `${path} imports ${name}`),
    );
    assert.deepEqual(others, []);
  });
});

test('the layers that decide have no files and no sockets', () => {
  const effects = files
    .filter(({ layer }) => PURE.includes(layer))
    .flatMap(({ path, packages }) =>
      packages
        .filter((name) => EFFECTS.some((one) => name === one || name.startsWith(`${one}/`)))
        .filter((name) => PURE_EFFECTS[path] !== name)
        .map((name) => `${path} imports ${name}`),
    );
  assert.deepEqual(effects, []);
});

/** The clock itself. */
const CLOCK = 'base/clock.ts';

test('the layers that decide have no clock of their own: time is given to them', () => {
  const clocks = files
    .filter(({ layer, path }) => PURE.includes(layer) && path !== CLOCK)
    .filter(({ code }) => /\bDate\b|\bperformance\b|Math\.random/.test(code))
    .map(({ path }) => path);
  assert.deepEqual(clocks, []);
});

test('process is touched by the program only', () => {
  const uses = files
    .filter(({ layer }) => !PROCESS_LAYERS.includes(layer))
    .flatMap(({ path, code }) =>
      [...code.replace(STRING, "''").matchAll(/\bprocess\b(?:\.(\w+))?/g)]
        .map(([, member = 'itself']) => member)
        .filter((member) => !PROCESS_USES[path]?.includes(member))
        .map((member) => `${path} uses process.${member}`),
    );
  assert.deepEqual(uses, []);
});

test('nothing is exported by default, so that a thing has one name', () => {
  assert.deepEqual(
    files
      .filter(({ code }) => /\bexport\s+default\b|\bas default\b/.test(code))
      .map(({ path }) => path),
    [],
  );
});

describe('a file tells one thing', () => {
  test('in at most 300 lines', () => {
    const long = files
      .map(({ path, text }) => ({ path, lines: text.split('\n').length - 1 }))
      .filter(({ lines }) => lines > 300);
    assert.deepEqual(long, []);
  });
});
