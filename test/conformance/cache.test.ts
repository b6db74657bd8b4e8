import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { Live } from '../../src/base/live.ts';
import { checkWith } from '../../src/check/check.ts';
import { Verifier } from '../../src/check/verifier.ts';
import { silentKeyEvents } from '../../src/cli/silent-key-events.ts';
import { readConfig } from '../../src/config/read.ts';
import { compile } from '../../src/live/compile.ts';
import { IssuerPool } from '../../src/live/issuer-pool.ts';
import { HostTable } from '../../src/policy/host.ts';
import type { Policy } from '../../src/policy/policy.ts';
import { KEY_FILES, makeToken } from './signing.ts';

/*
 * The verified-token cache stores verification, never a verdict: what a key, an issuer's settings or a time no longer allow is
 * refused though the token was seen before. Each test asks twice, with a change between.
 */

const ISSUER = 'https://issuer.example/';
const NO_POLICY: Policy = {
  issuers: new Map(),
  pipelines: new Map(),
  matches: new HostTable(new Map()),
  fallback: null,
  ignoresPathCase: false,
  identityHeaders: [],
  resources: new Map(),
  readHeaders: [],
  readsSource: false,
  consumers: new Map(),
};

/** The keys of the conformance cases with these names. */
function keysOf(...kids: readonly string[]): string {
  const { keys } = JSON.parse(KEY_FILES['jwks.json']) as { keys: { kid: string }[] };
  return JSON.stringify({ keys: keys.filter(({ kid }) => kids.includes(kid)) });
}

/** An engine whose keys, configuration and clock a test changes. */
class Engine implements AsyncDisposable {
  readonly #stack = new AsyncDisposableStack();
  readonly #live = new Live(NO_POLICY);
  readonly #pool: IssuerPool;
  readonly #verifier = new Verifier(
    { entries: 100, bytes: 1024 * 1024, pending: 10 },
    { lookedUp: () => undefined, verified: () => undefined },
  );
  readonly #folder: string;
  readonly #url: string;
  /** Milliseconds since the epoch. */
  now = Date.now();
  /** What the issuer's URL and the key file have in them. */
  jwks = keysOf('rsa-1');

  private constructor(folder: string, server: ReturnType<typeof createServer>) {
    this.#folder = folder;
    this.#url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    server.on('request', (_, response) => response.end(this.jwks));
    this.#stack.defer(() => rm(folder, { recursive: true, force: true }));
    this.#stack.defer(() => void server.close().closeAllConnections());
    this.#pool = this.#stack.use(
      new IssuerPool(
        () => silentKeyEvents,
        () => this.now,
      ),
    );
  }

  static async open(): Promise<Engine> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new Engine(await mkdtemp(join(tmpdir(), 'watchword-test-')), server);
  }

  /** Loads a configuration with one issuer, from a file or from a URL, and one pipeline that requires a token of it. */
  async load(from: 'file' | 'url', issuer: Readonly<Record<string, unknown>> = {}): Promise<void> {
    const keys = from === 'file' ? { file: 'jwks.json' } : { jwks: this.#url, allowHttp: true };
    const config = join(this.#folder, 'watchword.json');
    await writeFile(join(this.#folder, 'jwks.json'), this.jwks);
    await writeFile(
      config,
      JSON.stringify({
        issuers: [{ name: 'main', issuer: ISSUER, audiences: 'any', keys, ...issuer }],
        pipelines: [{ name: 'all', require: {} }],
        default: 'all',
      }),
    );
    const { policy, issuers } = await compile(await readConfig(config), this.#pool);
    await this.#pool.use(issuers);
    this.#live.replace(policy);
  }

  async reasonFor(token: string): Promise<string> {
    const check = checkWith({
      policy: this.#live,
      routes: null,
      verifier: this.#verifier,
      tokenBytes: 8192,
      headerBytes: 8192,
      now: () => this.now / 1000,
    });
    const decision = await check(
      {
        method: 'GET',
        host: 'orders.example.com',
        path: '/',
        authorization: `Bearer ${token}`,
        preflightFor: null,
        protocol: 'http',
        context: [],
        route: null,
        id: '',
      },
      10_000,
    );
    return decision.reason;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack.disposeAsync();
  }
}

describe('a token that was seen before', () => {
  for (const { what, from = 'file', change, reason } of [
    { what: 'passes again', change: () => undefined, reason: 'verified' },
    {
      what: 'passes again after a reload that changes nothing',
      change: (engine) => engine.load('file'),
      reason: 'verified',
    },
    {
      what: 'is refused once its key has left the file',
      change: (engine) => {
        engine.jwks = keysOf('rsa-2');
        return engine.load('file');
      },
      reason: 'key_unknown',
    },
    {
      what: 'is refused once its issuer has another type of token',
      change: (engine) => engine.load('file', { types: ['at+jwt'] }),
      reason: 'type_wrong',
    },
    {
      what: 'is refused once its issuer has another algorithm',
      change: (engine) => engine.load('file', { algorithms: ['PS256'] }),
      reason: 'algorithm_refused',
    },
    {
      what: 'is refused once its issuer is another one',
      change: (engine) => engine.load('file', { issuer: 'https://other.example/' }),
      reason: 'issuer_untrusted',
    },
    {
      what: 'is refused once its issuer has rotated its keys',
      from: 'url',
      change: async (engine) => {
        engine.jwks = keysOf('rsa-2');
        // Past the cool-down after the first fetch: a token with the new key makes the keys be fetched.
        engine.now += 5_000;
        assert.equal(await engine.reasonFor(makeToken({ key: 'rsa2' })), 'verified');
      },
      reason: 'key_unknown',
    },
    {
      what: 'is refused once it has expired',
      change: (engine) => {
        engine.now += 3_700_000;
      },
      reason: 'token_expired',
    },
  ] satisfies readonly {
    what: string;
    from?: 'file' | 'url';
    change: (engine: Engine) => Promise<void> | void;
    reason: string;
  }[]) {
    test(`a token that was seen before ${what}`, async () => {
      await using engine = await Engine.open();
      await engine.load(from);
      const token = makeToken({});
      assert.equal(await engine.reasonFor(token), 'verified');
      await change(engine);
      assert.equal(await engine.reasonFor(token), reason);
    });
  }

  test('lends nothing to a token that only begins like it', async () => {
    await using engine = await Engine.open();
    await engine.load('file');
    const token = makeToken({});
    assert.equal(await engine.reasonFor(token), 'verified');
    const [header, claims] = token.split('.');
    assert.equal(await engine.reasonFor(`${header}.${claims}.c2ln`), 'signature_invalid');
  });
});
