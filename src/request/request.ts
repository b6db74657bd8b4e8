import type { CallerProtocol } from './protocol.ts';

/** A name and value that the gateway's configuration attached to the route, such as an Envoy context extension. */
export type ContextEntry = readonly [name: string, value: string];

/** A route object of a cluster. */
export interface RouteRef {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}

/** Who asks: read when a line is written, since making a text of it costs something. */
export interface Asker {
  /** Undefined over a Unix socket, or where the peer has gone. */
  readonly remoteAddress?: string | undefined;
  /** The `traceparent` of the check itself: the gateway's own span, whatever its client sent. Absent where the gateway does not trace. */
  readonly traceparent?: string | undefined;
}

/** The other end of the connection that the gateway took, as the gateway knows it: no header changes it. */
export interface Source {
  /** Its IP address: that of a load balancer where one is in front. */
  readonly address?: string;
  /** What its verified client certificate says (Envoy's `source.principal`): URI SAN, else DNS SAN, else the subject. */
  readonly principal?: string;
}

/** The request that a gateway asks about, the same whichever protocol it asks in. */
export interface Request {
  /** As the gateway sent it. */
  readonly method: string;
  /** As the client sent it: letter case and port included. */
  readonly host: string;
  /** The target as the gateway forwards it, with the query. */
  readonly path: string;
  /** The `Authorization` header; several are joined with a comma, as Envoy does. Null where there is none. */
  readonly authorization: string | null;
  /**
   * Other headers that some pipeline reads, by their names in lower case; several of one name are joined with a comma. Absent where
   * no pipeline reads others.
   */
  readonly headers?: ReadonlyMap<string, string>;
  /**
   * The method that a CORS preflight announces (Fetch standard, section 4.8): OPTIONS, in any letter case, with
   * `Origin` and `Access-Control-Request-Method`. Null for every other request.
   */
  readonly preflightFor: string | null;
  /** Which errors the caller understands. */
  readonly protocol: CallerProtocol;
  /** What the platform's gateway configuration says of the route; only names under `watchword.dev/`. */
  readonly context: readonly ContextEntry[];
  /** The route object that the gateway used, where it names one (Envoy Gateway's route metadata); else null. */
  readonly route: RouteRef | null;
  /**
   * The port at which the gateway took the connection (Envoy's `attributes.destination`); 0 or absent where it does not say. A proxy's
   * own, which need not be that of the Service before it.
   */
  readonly port?: number;
  /** The other end of the connection; absent where no pipeline reads it, and where the gateway does not say (over HTTP none does). */
  readonly source?: Source;
  /** `x-request-id`, or the gateway's own id; empty where there is neither. For logs only. */
  readonly id: string;
  /** The `traceparent` header as it came; absent where there is none. For logs, exemplars and spans only. */
  readonly traceparent?: string;
  /** The connection that asked. For logs only. */
  readonly asker?: Asker;
}

/** The prefix of every annotation and context extension that is ours. */
export const NAME_PREFIX = 'watchword.dev/';
