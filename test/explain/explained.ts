import { silentKeyEvents } from '../../src/cli/silent-key-events.ts';
import { readConfig } from '../../src/config/read.ts';
import { type Explanation, explainRequest } from '../../src/explain/explain.ts';
import { compile } from '../../src/live/compile.ts';
import { IssuerPool } from '../../src/live/issuer-pool.ts';
import type { Request } from '../../src/request/request.ts';
import { sampleRequest } from '../policy/samples.ts';
import { folderWith } from '../server/folder.ts';
import { ISS, makeSigner } from '../server/signer.ts';

export const signer = makeSigner();

/** What a test is about: parts of the one pipeline and of the one issuer. */
export interface Parts {
  readonly require?: object | 'none';
  readonly issuer?: object;
  readonly pipeline?: object;
  readonly more?: object;
}

/** Whom `consumers: { file: consumers.yaml }` knows. */
const CONSUMERS = [
  { id: 'bob', active: false, attributes: { plan: 'free' } },
  { id: 'carol', pipelines: ['orders'] },
];

/** The settings of one issuer and one pipeline that judges everything. */
export function configOf({ require = {}, issuer = {}, pipeline = {}, more = {} }: Parts): object {
  const all = require === 'none' ? require : { audiences: ['http://orders'], ...require };
  return {
    issuers: [{ name: 'main', issuer: ISS, keys: { file: 'jwks.json' }, ...issuer }],
    pipelines: [{ name: 'orders', match: [{ paths: ['/**'] }], require: all, ...pipeline }],
    ...more,
  };
}

/** Decides about a request under a configuration, and explains it. */
export async function explained(config: object, request: Partial<Request>): Promise<Explanation> {
  await using folder = await folderWith({
    'watchword.yaml': config,
    'jwks.json': { keys: [signer.jwk] },
    'consumers.yaml': CONSUMERS,
  });
  await using pool = new IssuerPool(() => silentKeyEvents);
  const read = await readConfig(folder.at('watchword.yaml'));
  const { policy } = await compile(read, pool);
  const { tokenBytes, headerBytes } = read.config.limits;
  const context = { policy, tokenBytes, headerBytes, now: Date.now() / 1000, routes: null };
  return explainRequest(context, sampleRequest(request));
}

/** The header that brings a token with these claims. */
export function bearer(claims: object = {}, header: object = {}): Partial<Request> {
  return { authorization: `Bearer ${signer.token(claims, header)}` };
}

/** The step that refused, as text; `passed` where none did. */
export function refusedStep({ steps }: Explanation): string {
  const step = steps.find(({ result }) => result === 'refused');
  return step === undefined ? 'passed' : `${step.step}: ${step.detail}`;
}
