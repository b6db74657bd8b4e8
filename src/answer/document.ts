import type { Header } from '../check/decision.ts';
import type { Request } from '../request/request.ts';

/** The answer to who asks for a document: `status` and headers of the response. */
interface DocumentAnswer {
  readonly http: 200 | 204;
  readonly headers: readonly Header[];
  readonly body: string;
}

/** Pages of any origin read it (RFC 9728 section 3.1: it is public). */
const ANY_ORIGIN: Header = { name: 'access-control-allow-origin', value: '*' };

const DOCUMENT: readonly Header[] = [
  { name: 'content-type', value: 'application/json' },
  { name: 'cache-control', value: 'max-age=300' },
  ANY_ORIGIN,
];

/** For preflights (Fetch standard, section 3.2): MCP clients send `MCP-Protocol-Version`. */
const PREFLIGHT: readonly Header[] = [
  ANY_ORIGIN,
  { name: 'access-control-allow-methods', value: 'GET, HEAD, OPTIONS' },
  { name: 'access-control-allow-headers', value: '*' },
  { name: 'access-control-max-age', value: '3600' },
];

/** The document, or what OPTIONS asks for. Who asks with HEAD is sent the headers by the server. */
export function documentAnswer(document: string, request: Request | null): DocumentAnswer {
  return request?.method === 'OPTIONS'
    ? { http: 204, headers: PREFLIGHT, body: '' }
    : { http: 200, headers: DOCUMENT, body: document };
}
