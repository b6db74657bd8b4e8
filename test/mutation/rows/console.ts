// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the text of a source file
import type { Mutation } from '../mutation.ts';

/** What keeps other sites out of the console: `console/guard.ts`. It decides about no request of a gateway, and who comes past it reads all. */
export const CONSOLE: readonly Mutation[] = [
  {
    check: 'another host is refused',
    file: 'console/guard.ts',
    find: "if (!isLoopback(host.replace(PORT, '')))",
    replace: 'if (false)',
    red: 'GET / {"host":"rebound.example:9189"}: 421',
    suite: 'console',
  },
  {
    check: 'another origin is refused',
    file: 'console/guard.ts',
    find: 'if (origin !== undefined && origin !== `http://${host}`)',
    replace: 'if (false)',
    red: 'GET /api/refusals {"host":"localhost:9189","origin":"https://evil.example"}: 403',
    suite: 'console',
  },
  {
    check: 'what another site asks for is refused',
    file: 'console/guard.ts',
    find: "if (isFromElsewhere(headers) && path.startsWith('/api/'))",
    replace: 'if (false)',
    red: 'GET /api/refusals {"host":"localhost","sec-fetch-site":"cross-site"}: 403',
    suite: 'console',
  },
  {
    check: 'a question needs its header',
    file: 'console/guard.ts',
    find: "if (headers[CONSOLE_HEADER] !== 'explain')",
    replace: 'if (false)',
    red: 'POST /api/explain {"host":"localhost","content-type":"application/json"}: 403',
    suite: 'console',
  },
  {
    check: 'a question is JSON, which no form can send',
    file: 'console/guard.ts',
    find: "return type.trim().toLowerCase() === 'application/json'",
    replace: 'return true',
    red: 'POST /api/explain {"host":"localhost","x-watchword-console":"explain","content-type":"text/plain"}: 415',
    suite: 'console',
  },
];
