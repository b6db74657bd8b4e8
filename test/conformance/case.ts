import type { Reason } from '../../src/decision/reason.ts';

/** A token, made when the case runs. Times are seconds from now. */
export interface TokenSpec {
  /** The key that signs; `none` leaves the signature empty. Default: `rsa`. */
  readonly key?: KeyName | 'none';
  /** `alg` of the header, where it is not the key's own. */
  readonly alg?: string;
  /** Header parameters laid over `{ alg, kid, typ: 'JWT' }`; undefined takes one away. */
  readonly header?: Readonly<Record<string, unknown>>;
  /** Claims laid over those of a good token; undefined takes one away. */
  readonly claims?: Readonly<Record<string, unknown>>;
  /** The JSON text of header or claims in place of the above, for what no JSON library would write. */
  readonly headerText?: string;
  readonly claimsText?: string;
  /** `exp`, `nbf`, `iat` in seconds from now. */
  readonly in?: Readonly<Partial<Record<'exp' | 'nbf' | 'iat', number>>>;
  /** Changes the finished token. */
  readonly spoil?: (token: string) => string;
}

export type KeyName =
  | 'rsa'
  | 'rsa2'
  | 'pss'
  | 'ec'
  | 'ec521'
  | 'ed'
  | 'stranger'
  | 'secret'
  | 'pem'
  | 'cert'
  | 'dev'
  | 'publicAsSecret'
  | 'remote';

/** One question and what must come of it, whichever way it is asked. */
export interface Case {
  /** A sentence. */
  readonly title: string;
  /** The clause, advisory or document that asks for it. */
  readonly clause?: string;
  /** Which configuration is asked; see `fixtures.ts`. */
  readonly fixture?: 'default' | 'overloaded' | 'unreachable' | 'hanging' | 'any-host';
  readonly method?: string;
  readonly host?: string;
  readonly path?: string;
  /** In order; a name may come twice. */
  readonly headers?: readonly (readonly [string, string])[];
  readonly token?: TokenSpec;
  readonly context?: Readonly<Record<string, string>>;
  readonly expect: Expectation;
  /** Why a gateway never sends this, and so the case is not run through one. */
  readonly notThroughEnvoy?: string;
  /** Why a check over HTTP is not answered so. */
  readonly notOverHttp?: string;
  /** Why gateways that ask over HTTP, wired as their recipes say, do not do what the answer says. */
  readonly notThroughHttpGateways?: string;
}

export interface Expectation {
  readonly reason: Reason;
  /** Default: none for refusals of selection, else `billings`. */
  readonly pipeline?: string;
  /** The status that the client gets, where it is not that of the reason. */
  readonly http?: number;
  /** Headers of the response, of which a gateway sends on what its configuration lists; null for one that is not there. */
  readonly answers?: Readonly<Record<string, string | null>>;
  /** What the body of the response has in it, and what it must not have. */
  readonly says?: string;
  readonly saysNot?: string;
  /** Passes although it is refused (shadow mode). */
  readonly passes?: true;
  /** Headers that the backend gets with exactly these values. */
  readonly sets?: Readonly<Record<string, string>>;
  /** Headers that the client sent and the backend must not get. */
  readonly removes?: readonly string[];
  /** Headers that the client sent and the backend must get. */
  readonly keeps?: readonly string[];
  /** The path and query that the backend gets, where the gateway can be told to change it. */
  readonly target?: string;
  /** What the challenge must contain; null for no challenge. */
  readonly challenge?: string | null;
  /** The plain text of a gRPC caller. */
  readonly grpcStatus?: number;
}
