import { PIPELINE_NAME } from '../../policy/select.ts';
import type { ContextEntry, Request } from '../../request/request.ts';
import type { Source } from './convention.ts';
import type { QuestionUrl } from './question-url.ts';

/** A check as `node:http` received it. */
export interface Question {
  readonly method: string;
  /** Names as sent and values, in turns: what a repeated header was must still be seen. */
  readonly rawHeaders: readonly string[];
}

export type Decoded =
  | { readonly ok: true; readonly request: Request }
  /** Which source is missing or said twice, for the log: it is the gateway's wiring that is wrong, or an attack on it. */
  | { readonly ok: false; readonly fault: string };

const NO_CONTEXT: readonly ContextEntry[] = [];

/**
 * A check over HTTP to a `Request`. The pipeline in the URL is what a context extension is over gRPC: a name that the
 * gateway's configuration gives, so the same `selectableBy.context` decides whether it may be named.
 */
export function decode(url: QuestionUrl, question: Question): Decoded {
  const { source } = url.convention;
  const headers = new Headers(question.rawHeaders);
  const asked = askedBy(source, url.rest, question.method, headers);
  const fault = headers.fault ?? (typeof asked === 'string' ? asked : null);
  if (typeof asked === 'string' || fault !== null) return { ok: false, fault: fault ?? '' };
  if (asked.method === '') return { ok: false, fault: 'the method is empty' };
  const isPreflight = asked.method === 'OPTIONS' && headers.joined('origin') !== null;
  return {
    ok: true,
    request: {
      ...asked,
      authorization: headers.joined('authorization'),
      preflightFor: isPreflight ? headers.joined('access-control-request-method') : null,
      grpc: headers.joined('content-type')?.startsWith('application/grpc') ?? false,
      context: url.pipeline === null ? NO_CONTEXT : [[PIPELINE_NAME, url.pipeline]],
      id: headers.joined('x-request-id') ?? '',
    },
  };
}

type Asked = Pick<Request, 'method' | 'host' | 'path'>;

function askedBy(source: Source, rest: string, method: string, headers: Headers): Asked | string {
  switch (source.from) {
    case 'request':
      return { method, host: headers.one('host'), path: rest };
    case 'headers':
      return {
        method: headers.one(source.method),
        host: headers.one(source.host),
        path: headers.one(source.target),
      };
    case 'url-header': {
      const parts = ABSOLUTE.exec(headers.one(source.url));
      if (parts === null) return `${source.url} is no http(s) URL`;
      return { method: headers.one(source.method), host: parts[1] ?? '', path: parts[2] ?? '' };
    }
  }
}

/** Split by hand: a URL parser would tidy up the very targets that must be judged as they are. */
const ABSOLUTE = /^https?:\/\/([^/?#\\]*)(\/.*)$/s;

/** Looks into a list of headers without making an object of it: a check has some that are wanted and many that are not. */
class Headers {
  readonly #raw: readonly string[];
  /** The first source that was missing or said twice. */
  fault: string | null = null;

  constructor(raw: readonly string[]) {
    this.#raw = raw;
  }

  /** A header that must be there once. Two values of a source contradict each other, also where they are equal. */
  one(name: string): string {
    const value = this.#find(name, 0);
    const again = value === null ? null : this.#find(name, this.#after);
    if (value === null) this.fault ??= `${name} is missing`;
    else if (again !== null) this.fault ??= `${name} is there twice`;
    return value ?? '';
  }

  /** All values joined with a comma, as Envoy shows them; null where there is none. */
  joined(name: string): string | null {
    let all = this.#find(name, 0);
    for (let more = all; more !== null; ) {
      more = this.#find(name, this.#after);
      if (more !== null) all = `${all},${more}`;
    }
    return all;
  }

  #after = 0;

  #find(name: string, from: number): string | null {
    const raw = this.#raw;
    for (let index = from; index < raw.length; index += 2) {
      const sent = raw[index] ?? '';
      // Most names differ in their length already.
      if (sent.length === name.length && sent.toLowerCase() === name) {
        this.#after = index + 2;
        return raw[index + 1] ?? '';
      }
    }
    return null;
  }
}
