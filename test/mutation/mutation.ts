/** One check of the decision path, disabled; and the test that must notice. */
export interface Mutation {
  /** What the check does, as a sentence that is no longer true. */
  readonly check: string;
  /** From `src`. */
  readonly file: string;
  /** Occurs once in the file. White space stands for any white space, so that a formatter may break lines. */
  readonly find: string;
  readonly replace: string;
  /** The title of the test that turns red. */
  readonly red: string;
  /** Where it is; the conformance cases through the engine alone unless said. */
  readonly suite?: Suite;
}

/** A row of the conformance cases through the engine alone; `row.bind(null, file)` is one of a file. */
export function row(
  file: string,
  check: string,
  find: string,
  replace: string,
  red: string,
): Mutation {
  return { check, file, find, replace, red };
}

/** Files of tests that may notice, each with tests that must stay green: a program that is broken altogether proves nothing. */
export const SUITES = {
  engine: {
    file: 'test/conformance/engine.test.ts',
    controls: ['a good RS256 token passes', 'one of a group of scopes is enough'],
  },
  /** What the wire format shows and the engine alone cannot see. */
  grpc: {
    file: 'test/conformance/grpc.test.ts',
    controls: ['a wildcard host covers a subdomain', 'one of a group of scopes is enough'],
  },
  /** Cases of readings and hosts that no gateway lets through. */
  edges: {
    file: 'test/conformance/edges.test.ts',
    controls: ['a path with a space that all readings agree about passes'],
  },
  /** The same token asked twice, with a change between. */
  cache: {
    file: 'test/conformance/cache.test.ts',
    controls: ['a token that was seen before passes again'],
  },
  pathTable: {
    file: 'test/policy/path-table.test.ts',
    controls: ['takes the last value of a pattern that is named twice'],
  },
  /** A context with two values of one name, which no case can say. */
  select: {
    file: 'test/policy/select.test.ts',
    controls: ['a match comes before the default in the context'],
  },
  /** What keeps other sites out. */
  console: {
    file: 'test/console/guard.test.ts',
    controls: ['GET / {"host":"localhost:9189"}: served'],
  },
  /** Route objects and the terms of a context; the cases have neither. */
  routes: {
    file: 'test/routes/select.test.ts',
    controls: ['candidates of one mind are one'],
  },
  /** Which objects may have been used where several namespaces have routes on a host. */
  tenants: {
    file: 'test/routes/tenants.test.ts',
    controls: [
      'one that is valid hides a wildcard',
      'hosts that no other listener has are certain',
    ],
  },
  /** Which of them are told apart by the port of the connection. */
  ports: {
    file: 'test/routes/destination-ports.test.ts',
    controls: ['that fall together are both asked'],
  },
  candidates: {
    file: 'test/routes/match/candidates.test.ts',
    controls: ['are all asked, up to a limit'],
  },
  readings: {
    file: 'test/check/route-readings.test.ts',
    controls: ['is judged by the pipeline that the context names, where nothing else is said'],
  },
  tighten: {
    file: 'test/routes/policy/tighten.test.ts',
    controls: ['mode goes from shadow to enforce'],
  },
  requireAll: {
    file: 'test/check/require-all.test.ts',
    controls: ['a and b, refused by none: verified of a'],
  },
  /** A list of audiences that is no list of texts breaks more than it passes, where the check is gone. */
  claims: {
    file: 'test/token/claims.test.ts',
    controls: ['have several audiences'],
  },
  /** A message that no case can ask. */
  check: {
    file: 'test/check/check.test.ts',
    controls: ['without a promise'],
  },
  /** Texts that no case can carry. */
  claimRules: {
    file: 'test/check/claim-rule.test.ts',
    controls: ['a text that matches as a whole satisfies the rule'],
  },
  /** Signatures that no case can carry. */
  signatures: {
    file: 'test/check/signature.test.ts',
    controls: ['EdDSA, a signature: verifies', 'RS256, nothing: does not verify'],
  },
  answer: {
    file: 'test/answer/removals.test.ts',
    controls: ['what is always removed comes first'],
  },
  /** What gateways over HTTP are told of an answer that they never get. */
  httpEncoder: {
    file: 'test/transport/forward-auth/document.test.ts',
    controls: ['a request for what is no document is no check either'],
  },
  reader: {
    file: 'test/wire/reader.test.ts',
    controls: ['is entered and left, and what follows it is read'],
  },
} as const;

export type Suite = keyof typeof SUITES;

/** The text of a mutation in its file, or why it cannot be found. */
export function placeOf({ find }: Pick<Mutation, 'find'>, source: string): Place | string {
  const pattern = find
    .trim()
    .split(/\s+/)
    .map((word) => word.replace(/[$()*+./?[\\\]^{|}]/g, '\\$&'))
    .join('\\s+');
  const found = [...source.matchAll(new RegExp(pattern, 'g'))];
  const [first] = found;
  if (first === undefined) return 'does not occur';
  return found.length > 1
    ? `occurs ${found.length} times`
    : { start: first.index, end: first.index + first[0].length };
}

export interface Place {
  readonly start: number;
  readonly end: number;
}

/** The source with the check disabled. Throws where the text is not there, or there twice. */
export function mutated(mutation: Mutation, source: string): string {
  const place = placeOf(mutation, source);
  if (typeof place === 'string') throw new Error(`'${mutation.find}' ${place} in ${mutation.file}`);
  return source.slice(0, place.start) + mutation.replace + source.slice(place.end);
}
