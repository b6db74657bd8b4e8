import { answerTo } from '../../src/answer/answer.ts';
import { milliseconds } from '../../src/base/duration.ts';
import { Live } from '../../src/base/live.ts';
import { checkWith } from '../../src/check/check.ts';
import { answersMetadata } from '../../src/check/resource-metadata.ts';
import { Verifier } from '../../src/check/verifier.ts';
import { silentKeyEvents } from '../../src/cli/silent-key-events.ts';
import { readConfig } from '../../src/config/read.ts';
import { compile } from '../../src/live/compile.ts';
import { IssuerPool } from '../../src/live/issuer-pool.ts';
import { protocolOf } from '../../src/request/protocol.ts';
import type { Request } from '../../src/request/request.ts';
import { type Asked, joined, withoutParameters } from './cases.ts';
import { type FixtureName, makeFixture } from './fixtures.ts';
import type { Verdict } from './verdict.ts';

/** Asks the engine alone: no wire format, no server. */
export type Engine = (asked: Asked) => Promise<Verdict>;

/** Opens the engine of a world; the stack closes it. */
export async function openEngine(
  fixture: FixtureName,
  stack: AsyncDisposableStack,
): Promise<Engine> {
  const { path } = stack.use(await makeFixture(fixture));
  const read = await readConfig(path);
  const pool = stack.use(new IssuerPool(() => silentKeyEvents));
  const { policy, issuers } = await compile(read, pool);
  const started = pool.use(issuers);
  if (fixture !== 'hanging') await started;
  const { limits, tokenCache } = read.config;
  const verifier = new Verifier(
    { ...tokenCache, pending: limits.pendingVerifications },
    { lookedUp: () => undefined, verified: () => undefined },
  );
  const live = new Live(policy);
  const decide = checkWith({
    policy: live,
    routes: null,
    verifier,
    tokenBytes: limits.tokenBytes,
    headerBytes: limits.headerBytes,
    now: () => Date.now() / 1000,
  });
  const check = answersMetadata(live)(decide);
  return async (asked) => {
    const request = requestOf(asked);
    const decision = await check(request, milliseconds(limits.decisionTimeout));
    const answer = answerTo(decision, request);
    const { reason, pipeline } = answer.metadata;
    const seen = { reason, pipeline, grpcStatus: null };
    if (!answer.passes) {
      const headers = Object.fromEntries(answer.headers.map(({ name, value }) => [name, value]));
      return {
        ...seen,
        passes: false,
        http: answer.http,
        challenge: headers['www-authenticate'] ?? null,
        backendHeaders: null,
        answered: { headers, body: answer.body },
      };
    }
    const backendHeaders: Record<string, string> = { ...joined(asked.headers) };
    for (const { name, value } of answer.setHeaders) backendHeaders[name] = value;
    for (const name of answer.removeHeaders) delete backendHeaders[name];
    const target = withoutParameters(asked.path, answer.removeQueryParameters);
    return { ...seen, passes: true, http: 200, challenge: null, backendHeaders, target };
  };
}

function requestOf(asked: Asked): Request {
  const headers = joined(asked.headers);
  const preflight = /^options$/i.test(asked.method) && headers['origin'] !== undefined;
  return {
    method: asked.method,
    host: asked.host,
    path: asked.path,
    authorization: headers['authorization'] ?? null,
    headers: new Map(Object.entries(headers)),
    preflightFor: preflight ? (headers['access-control-request-method'] ?? null) : null,
    protocol: protocolOf(
      headers['content-type'] ?? '',
      headers['connect-protocol-version'] !== undefined,
    ),
    context: Object.entries(asked.context).filter(([name]) => name.startsWith('watchword.dev/')),
    route: null,
    // Where the gateways of the tests are asked from.
    source: { address: '127.0.0.1' },
    id: headers['x-request-id'] ?? '',
  };
}
