import type { Header } from '../check/decision.ts';
import type { Pipeline } from '../policy/pipeline.ts';
import { WEBSOCKET_PROTOCOL } from '../policy/token-place.ts';
import { withoutCookie, withoutProtocol } from '../request/parts.ts';
import type { Request } from '../request/request.ts';

/** What takes the token out of a request where it is a part of something else. */
export interface Stripped {
  readonly setHeaders: readonly Header[];
  readonly removeHeaders: readonly string[];
  readonly removeQueryParameters: readonly string[];
}

const NOTHING: Stripped = { setHeaders: [], removeHeaders: [], removeQueryParameters: [] };

/**
 * Takes one cookie out of several, one subprotocol out of a list, and names query parameters for the gateway. What is left is set
 * also where nothing was taken: a gateway over HTTP that copies a header of the answer takes one that is not there for removed.
 */
export function stripped({ stripsFrom }: Pipeline, request: Request | null): Stripped {
  if (stripsFrom.length === 0 || request === null) return NOTHING;
  const before = new Map(request.headers);
  const after = new Map<string, string>();
  const parameters: string[] = [];
  const cut = (header: string, without: (value: string) => string): void => {
    const value = after.get(header) ?? before.get(header);
    if (value !== undefined) after.set(header, without(value));
  };
  for (const { in: place, name } of stripsFrom) {
    switch (place) {
      case 'cookie':
        cut('cookie', (value) => withoutCookie(value, name));
        break;
      case 'websocketProtocol':
        cut(WEBSOCKET_PROTOCOL, (value) => withoutProtocol(value, name));
        break;
      case 'query':
        parameters.push(name);
        break;
      case 'header':
        // Removed whole, like every header: see `removals.ts` of the configuration.
        break;
    }
  }
  const told = [...after].filter(([name, value]) => value !== before.get(name) || isText(value));
  return {
    setHeaders: told.flatMap(([name, value]) =>
      value === '' ? [] : [{ name, value: textOf(value) }],
    ),
    removeHeaders: told.flatMap(([name, value]) => (value === '' ? [name] : [])),
    removeQueryParameters: parameters,
  };
}

/** Whether a value is the same when it was read as UTF-8 and written again. */
function isText(bytes: string): boolean {
  return Buffer.from(textOf(bytes), 'utf8').toString('latin1') === bytes;
}

/** Header values come as bytes, one character each, and are sent as UTF-8: what is left of one must arrive as it was. */
function textOf(bytes: string): string {
  return Buffer.from(bytes, 'latin1').toString('utf8');
}
