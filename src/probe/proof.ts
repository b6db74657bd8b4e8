import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { parseHost } from '../policy/host.ts';
import type { Request } from '../request/request.ts';

/**
 * How a probe knows that a Watchword was asked about this very request, and not a backend or another gate that answers
 * as it does. The probe's URL carries a random number with a code over it (RFC 2104) in its query:
 *
 *     ?watchword-probe=NUMBER.CODE
 *
 * A Watchword that finds a right one in a request without a token answers with its 401 as always, and writes a code of its own
 * into the challenge: `Bearer realm="watchword", probe="CODE"` (RFC 6750 section 3 allows more parameters). Both are over the
 * host and path that were asked about, so an answer cannot be borrowed from another route.
 *
 * - Any replica may be the one that is asked. The key is therefore no secret of one process: it is derived from `issuers`
 *   and `probes`, which are the same on all replicas, and change seldom enough for a roll-out of a pipeline to disturb nothing.
 * - Not `x-request-id`, which gateways at the edge replace, and no header of ours, which many do not send on: the query of the
 *   target reaches every check over gRPC and HTTP. Not the body or a header of the answer: nginx sends on the challenge alone.
 * - The key protects no decision. Without it nobody gets another answer than before, and with it the same 401. Whoever knows
 *   `issuers` and `probes` as configured could make an open route look guarded to the probe.
 */
export class ProbeProof {
  readonly #key: Buffer;

  /** `shared` is what all replicas have in common, as text. */
  constructor(shared: string) {
    this.#key = createHmac('sha256', 'watchword probe').update(shared).digest();
  }

  /** The URL to ask in place of `url`, its number, and the challenge parameter that the answer must have. */
  marked(url: URL): { readonly url: URL; readonly id: string; readonly expected: string } {
    const id = randomBytes(16).toString('base64url');
    const target = targetOf(url.host, url.pathname);
    const marked = new URL(url);
    const mark = `${PARAMETER}=${id}.${this.#code('asked', id, target)}`;
    marked.search = marked.search === '' ? mark : `${marked.search}&${mark}`;
    return { url: marked, id, expected: this.#code('answered', id, target) };
  }

  /** What a Watchword adds to its challenge: null for every request that no probe of the same configuration has made. */
  readonly answer = ({ host, path }: Pick<Request, 'host' | 'path'>): string | null => {
    const mark = MARK.exec(path);
    if (mark === null) return null;
    const [, id = '', code = ''] = mark;
    const target = targetOf(host, path.slice(0, path.indexOf('?')));
    const isOurs = timingSafeEqual(
      Buffer.from(code, 'latin1'),
      Buffer.from(this.#code('asked', id, target), 'latin1'),
    );
    return isOurs ? this.#code('answered', id, target) : null;
  };

  #code(role: 'asked' | 'answered', id: string, target: string): string {
    return createHmac('sha256', this.#key).update(`${role}\n${id}\n${target}`).digest('base64url');
  }
}

/** What a Watchword adds to the challenge for a request without a token, or null. */
export type Prove = ProbeProof['answer'];

/** Proves nothing to anybody. */
export const NO_PROOF: Prove = () => null;

const PARAMETER = 'watchword-probe';
/** 16 and 32 bytes in base64url. At the end, where `marked` puts it: a search that starts anywhere else ends at once. */
const MARK = /[?&]watchword-probe=([A-Za-z0-9_-]{22})\.([A-Za-z0-9_-]{43})$/;

function targetOf(host: string, path: string): string {
  return `${parseHost(host) ?? ''}${path}`;
}
