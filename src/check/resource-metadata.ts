import type { Live } from '../base/live.ts';
import { parseHost } from '../policy/host.ts';
import { withoutQuery } from '../policy/path.ts';
import type { Policy } from '../policy/policy.ts';
import { METADATA_PATH } from '../policy/resource.ts';
import type { Request } from '../request/request.ts';
import type { Wrap } from './check.ts';
import type { Answered } from './decision.ts';

/** All else at the place of a document is judged like any other request. */
const METHODS = ['GET', 'HEAD', 'OPTIONS'];

/** The metadata document that a request asks for (RFC 9728 section 3.1), or null. Nothing but host and path decides. */
export function metadataFor(
  { resources }: Policy,
  { method, host, path }: Pick<Request, 'method' | 'host' | 'path'>,
): Answered | null {
  if (resources.size === 0 || !path.startsWith(METADATA_PATH)) return null;
  const pipeline = resources.get(`${parseHost(host) ?? ''}${withoutQuery(path)}`);
  if (pipeline === undefined || pipeline.resource === null || !METHODS.includes(method))
    return null;
  const { document } = pipeline.resource;
  return {
    outcome: 'answer',
    reason: 'resource_metadata',
    pipeline,
    principal: null,
    identity: [],
    document,
  };
}

/**
 * Surrounds a check of a gateway that sends our answer to the client whatever its status is: metadata is answered before a
 * pipeline is selected. Never around a check over HTTP, whose gateways take a 200 for a pass.
 */
export function answersMetadata(policy: Live<Policy>): Wrap {
  return (next) => (request, budget, trace) =>
    (request === null ? null : metadataFor(policy.current, request)) ??
    next(request, budget, trace);
}
