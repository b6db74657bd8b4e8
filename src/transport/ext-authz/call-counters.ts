import type { Metrics } from '../../telemetry/metrics.ts';
import { GRPC_STATUS } from './grpc-status.ts';
import { CHECK_PATH } from './names.ts';

/** What is refused over gRPC before a decision is made: a call, or the connection it would have come by. */
export const GRPC_REFUSAL_CAUSES = [
  'calls',
  'calls_of_method',
  'compressed',
  'connections',
  'headers_too_large',
  'not_http',
  'timeout',
  'tls',
  'too_many_messages',
  'unknown_method',
  'waiting',
] as const;
export type GrpcRefusalCause = (typeof GRPC_REFUSAL_CAUSES)[number];

/** `grpc_type` of each method that is served. */
const TYPES: Readonly<Record<string, 'unary' | 'server_stream' | 'bidi_stream'>> = {
  [CHECK_PATH]: 'unary',
  '/grpc.health.v1.Health/Check': 'unary',
  '/grpc.health.v1.Health/List': 'unary',
  '/grpc.health.v1.Health/Watch': 'server_stream',
  '/grpc.reflection.v1.ServerReflection/ServerReflectionInfo': 'bidi_stream',
  '/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo': 'bidi_stream',
};

/** `grpc_code`, by number, as the libraries for Go and Java write it. */
const CODE_NAMES = [
  ...['OK', 'Canceled', 'Unknown', 'InvalidArgument', 'DeadlineExceeded', 'NotFound'],
  ...['AlreadyExists', 'PermissionDenied', 'ResourceExhausted', 'FailedPrecondition', 'Aborted'],
  ...['OutOfRange', 'Unimplemented', 'Internal', 'Unavailable', 'DataLoss', 'Unauthenticated'],
] as const;

/** The calls of one method. Plain numbers, read when a scrape comes: every check counts here twice. */
export class MethodCalls {
  readonly labels: Readonly<Record<'grpc_type' | 'grpc_service' | 'grpc_method', string>>;
  started = 0;
  /** By code. */
  readonly handled: number[] = CODE_NAMES.map(() => 0);

  constructor(path: string, type: string) {
    const [, service = '', method = ''] = path.split('/');
    this.labels = { grpc_type: type, grpc_service: service, grpc_method: method };
  }

  /** A call was ended with this code. */
  end(code: number): void {
    this.handled[code] = (this.handled[code] ?? 0) + 1;
  }
}

/** The calls of a server: `grpc_server_started_total`, `grpc_server_handled_total`, `watchword_grpc_refused_total`. */
export class CallCounters {
  readonly #methods: ReadonlyMap<string, MethodCalls>;
  /** Hears of a call or a connection that is refused without a decision. */
  readonly refused: (cause: GrpcRefusalCause) => void;

  constructor(metrics: Metrics) {
    this.#methods = new Map(
      Object.entries(TYPES).map(([path, type]) => [path, new MethodCalls(path, type)]),
    );
    metrics.counter('grpc_server_started_total', (counter) => {
      for (const { labels, started } of this.#methods.values())
        if (started > 0) counter.inc(labels, started);
    });
    metrics.counter('grpc_server_handled_total', (counter) => {
      for (const { labels, handled } of this.#methods.values()) {
        for (const [code, count] of handled.entries())
          if (count > 0)
            counter.inc({ ...labels, grpc_code: CODE_NAMES[code] ?? 'Unknown' }, count);
      }
    });
    const refused = metrics.counter('watchword_grpc_refused_total');
    for (const cause of GRPC_REFUSAL_CAUSES) refused.inc({ cause }, 0);
    this.refused = (cause) => refused.inc({ cause });
  }

  /** The calls of a method, or null for one that is not served: a client's text is no label. */
  of(path: string): MethodCalls | null {
    return this.#methods.get(path) ?? null;
  }

  get checks(): MethodCalls {
    return this.#methods.get(CHECK_PATH) ?? new MethodCalls(CHECK_PATH, 'unary');
  }

  /** A call was refused before it was begun. */
  refuseCall(path: string, code: number, cause: GrpcRefusalCause): void {
    const calls = this.of(path);
    if (calls !== null) {
      calls.started += 1;
      calls.end(code);
    }
    this.refused(cause);
  }
}

/** Why a call that waited for its caller was ended, as a cause. */
export const CAUSE_OF_WAIT = {
  [GRPC_STATUS.deadlineExceeded]: 'timeout',
  [GRPC_STATUS.resourceExhausted]: 'waiting',
} as const satisfies Partial<Record<number, GrpcRefusalCause>>;
