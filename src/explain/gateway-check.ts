import {
  CONVENTIONS,
  type ConventionName,
  type Source,
} from '../transport/forward-auth/convention.ts';
import type { HttpCheck } from '../transport/forward-auth/decode.ts';

/** What a client sends to a gateway. */
export interface ClientRequest {
  readonly method: string;
  readonly scheme: string;
  readonly host: string;
  /** Path and query. */
  readonly target: string;
  /** In their order; a name may come twice. Names in lower case. */
  readonly headers: readonly (readonly [name: string, value: string])[];
}

/** A check as a gateway sends it. */
export interface GatewayCheck extends HttpCheck {
  readonly convention: ConventionName;
  readonly url: string;
  readonly sources: readonly SourceRead[];
}

/** Where the listener reads a fact of the client's request, and what it finds there. */
export interface SourceRead {
  readonly fact: 'method' | 'host' | 'target';
  readonly from: string;
  readonly value: string;
}

/** Where a convention reads method, host and target, in this order. */
export function sourcesOf(source: Source): readonly [string, string, string] {
  switch (source.from) {
    case 'headers':
      return [source.method, source.host, source.target];
    case 'url-header':
      return [source.method, source.url, source.url];
    case 'request':
      return ["the check's own", 'host', 'what follows in the URL'];
  }
}

/**
 * The check that the gateway of a convention sends for a client's request, wired as its recipe says: its own words stand in
 * place of what the client sent under these names. `segment` is the pipeline in the URL, or `-`.
 */
export function gatewayCheckOf(
  convention: ConventionName,
  segment: string,
  { method, scheme, host, target, headers }: ClientRequest,
): GatewayCheck {
  const { source } = CONVENTIONS[convention];
  const url = `/auth/${convention}/${segment}`;
  const repeated = source.from === 'request';
  const words = new Map<string, string>([['host', host]]);
  switch (source.from) {
    case 'request':
      break;
    case 'headers':
      words.set(source.method, method).set(source.host, host).set(source.target, target);
      break;
    case 'url-header':
      words.set(source.method, method).set(source.url, `${scheme}://${host}${target}`);
  }
  const facts = Object.entries({ method, host, target }) as [SourceRead['fact'], string][];
  const places = sourcesOf(source);
  const passed = headers.filter(([name]) => !words.has(name));
  return {
    convention,
    method: repeated ? method : 'GET',
    url: asRead(repeated ? `${url}${target}` : url),
    rawHeaders: [...passed, ...words].flat().map(asRead),
    sources: facts.map(([fact, value], index) => {
      const from = places[index] ?? '';
      return { fact, from, value: words.get(from) ?? value };
    }),
  };
}

/** UTF-8 bytes as listeners read them: one character a byte. */
export function asRead(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}
