import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { pino } from 'pino';
import { answerTo } from '../../src/answer/answer.ts';
import { Live } from '../../src/base/live.ts';
import { type Check, checkWith } from '../../src/check/check.ts';
import { failClosed } from '../../src/check/fail-closed.ts';
import { Verifier } from '../../src/check/verifier.ts';
import { explainRequest } from '../../src/explain/explain.ts';
import type { Request } from '../../src/request/request.ts';
import { verifierEvents } from '../../src/server/observe.ts';
import { decisionCounters } from '../../src/telemetry/counted.ts';
import { logged } from '../../src/telemetry/logged.ts';
import { Metrics } from '../../src/telemetry/metrics.ts';
import { encode } from '../../src/transport/ext-authz/encode.ts';
import {
  sampleClaimRule,
  sampleIssuer,
  samplePipeline,
  samplePolicy,
  sampleRequest,
  sampleRequirement,
  sampleToken,
} from '../policy/samples.ts';
import { decisionLog } from '../telemetry/decision-log.ts';
import { nearlyText, text } from './arbitraries.ts';

/*
 * Whoever has the token is its holder. What we write (answers, log lines, metrics, explanations) is read by others, so the
 * token and its signature are in none of it, wherever the caller put them.
 */

const forward = [
  { from: 'claim', name: 'x-user', path: ['sub'], as: 'text' },
  { from: 'claim', name: 'x-tenant', path: ['tenant'], as: 'json' },
] as const;
const require = sampleRequirement({
  scopes: { all: ['a'], any: [], strategy: 'exact' },
  claims: [sampleClaimRule(['tenant'])],
});
const policy = samplePolicy({
  issuers: [sampleIssuer({ claimNames: new Set(['sub', 'tenant']) })],
  matches: {
    '*': {
      '/**': samplePipeline('all', { require, forward }),
      '/shadow/**': samplePipeline('shadow', { require, forward, mode: 'shadow' }),
      '/open/**': samplePipeline('open', { require: null }),
    },
  },
});

/** Everything that the program writes about requests, as one text. */
class Writings {
  readonly #lines: string[] = [];
  readonly #metrics = new Metrics();
  readonly #check = this.#checkOf();

  async of(request: Request): Promise<string> {
    this.#lines.length = 0;
    const decision = await this.#check(request, 60_000);
    const answers = (['http', 'grpc', 'grpc-web', 'connect'] as const).map((protocol) =>
      encode(answerTo(decision, { ...request, protocol })),
    );
    // `explain` shows all of it but the decision, of which it shows reason and pipeline.
    const ground = {
      policy,
      tokenBytes: 8192,
      headerBytes: 8192,
      now: Date.now() / 1000,
      routes: null,
    };
    const { decision: _, ...explanation } = await explainRequest(ground, request);
    return [
      ...this.#lines,
      ...answers.map((bytes) => bytes.toString('latin1')),
      await this.#metrics.registry.metrics(),
      JSON.stringify(explanation),
    ].join('\n');
  }

  #checkOf(): ReturnType<typeof checkWith> {
    const log = pino({ level: 'debug' }, { write: (line: string) => this.#lines.push(line) });
    const verifier = new Verifier(
      { entries: 100, bytes: 1024 * 1024, pending: 10 },
      verifierEvents(this.#metrics),
    );
    const now = () => Date.now() / 1000;
    const decide = checkWith({
      policy: new Live(policy),
      routes: null,
      verifier,
      tokenBytes: 8192,
      headerBytes: 8192,
      now,
    });
    const { counted } = decisionCounters(this.#metrics);
    const closed = failClosed((error) => log.error({ err: error }));
    const forms = ['plain', 'ecs', 'ocsf'] as const;
    const written = forms.reduce<Check>(
      (next, format) => logged(log, decisionLog({ format, fields: [['sub'], ['tenant']] }))(next),
      counted(closed(decide)),
    );
    return closed(written);
  }
}

/** Tokens that verify, that nearly do, and that never could. */
const claims = fc.record(
  {
    sub: text,
    tenant: fc.jsonValue({ maxDepth: 1 }),
    scope: fc.constantFrom('a', 'b'),
    aud: text,
    exp: fc.constantFrom(0, 4_102_444_800, 'never'),
    iss: fc.constantFrom('https://sample.example/', 'https://attacker.example/', 7),
  },
  { requiredKeys: [] },
);
const whole = claims.map((some) => sampleToken(some));
const spaced = whole.map((token) => {
  // A header may be written with white space, so that it does not begin as others do.
  const [, payload, signature] = token.split('.');
  const header = Buffer.from('{ "alg" : "HS256" }').toString('base64url');
  return `${header}.${payload}.${signature}`;
});
const token = fc
  .oneof(whole, spaced, nearlyText(whole))
  // What no longer begins like a JSON object is no token, and its signature is of nothing.
  .filter((some) => /^e[wy][\w-]{10,}\.[\w.-]*[\w-]{20,}$/.test(some));

const PLACES: Readonly<Record<string, (token: string) => Partial<Request>>> = {
  'in Authorization': (t) => ({ authorization: `Bearer ${t}` }),
  'in Authorization of a shadowed request': (t) => ({
    authorization: `bearer ${t}`,
    path: '/shadow/x',
  }),
  'twice in Authorization': (t) => ({ authorization: `Bearer ${t},Bearer ${t}` }),
  'in Authorization with another word': (t) => ({ authorization: `Bearer ${t} ${t}` }),
  'in Authorization without a scheme': (t) => ({ authorization: t }),
  'under another scheme': (t) => ({ authorization: `DPoP ${t}` }),
  'in the path': (t) => ({ path: `/x/${t}` }),
  'in an open path': (t) => ({ path: `/open/${t}/x` }),
  'in a path with several readings': (t) => ({ path: `/x/../${t};a` }),
  'in the query': (t) => ({ path: `/x?access_token=${t}` }),
  'in the host': (t) => ({ host: t }),
  'in the method': (t) => ({ method: t }),
  'in the request id': (t) => ({ id: t }),
};

describe('no output has the token or its signature in it', () => {
  for (const [place, put] of Object.entries(PLACES)) {
    test(`where it came ${place}`, async () => {
      const writings = new Writings();
      const seen = new Set<string>();
      await fc.assert(
        fc.asyncProperty(token, async (secret) => {
          const written = await writings.of(sampleRequest(put(secret)));
          for (const [, reason] of written.matchAll(/"reason":"([a-z_]+)"/g))
            seen.add(reason ?? '');
          const signature = secret.split('.').at(-1) ?? '';
          for (const part of [secret, signature]) {
            const at = written.indexOf(part);
            assert.equal(at, -1, `…${written.slice(Math.max(0, at - 60), at + 20)}…`);
          }
        }),
        { numRuns: 200 },
      );
      assert.ok(seen.size > 0, 'something was written');
    });
  }
});
