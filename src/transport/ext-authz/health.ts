import {
  type Server,
  type ServerUnaryCall,
  type ServerWritableStream,
  type sendUnaryData,
  status,
} from '@grpc/grpc-js';
import {
  HEALTH_SERVICE,
  type HealthAnswer,
  type HealthAsked,
  type HealthList,
  type Serving,
} from './health-messages.ts';

type Watcher = ServerWritableStream<HealthAsked, HealthAnswer>;

/**
 * `grpc.health.v1` for services that are all in one state. The implementation in `grpc-health-check` keeps every name that anybody
 * has watched for ever.
 */
export class Health {
  readonly #names: ReadonlySet<string>;
  readonly #watchers = new Set<Watcher>();
  #status: Serving = 'NOT_SERVING';

  constructor(names: readonly string[]) {
    this.#names = new Set(names);
  }

  addTo(server: Server): void {
    server.addService(HEALTH_SERVICE, {
      Check: (
        call: ServerUnaryCall<HealthAsked, HealthAnswer>,
        callback: sendUnaryData<HealthAnswer>,
      ) => this.#check(call, callback),
      Watch: (call: Watcher) => this.#watch(call),
      List: (_: unknown, callback: sendUnaryData<HealthList>) =>
        callback(null, {
          statuses: Object.fromEntries(
            [...this.#names].map((name) => [name, { status: this.#status }]),
          ),
        }),
    });
  }

  /** Watchers are told changes only. */
  setServing(serving: boolean): void {
    const next = serving ? 'SERVING' : 'NOT_SERVING';
    if (next === this.#status) return;
    this.#status = next;
    for (const watcher of this.#watchers) watcher.write({ status: next });
  }

  #check(
    { request }: ServerUnaryCall<HealthAsked, HealthAnswer>,
    callback: sendUnaryData<HealthAnswer>,
  ): void {
    if (this.#names.has(request.service)) callback(null, { status: this.#status });
    else callback({ code: status.NOT_FOUND, details: 'no such service' });
  }

  #watch(call: Watcher): void {
    const isKnown = this.#names.has(call.request.service);
    if (isKnown) {
      this.#watchers.add(call);
      call.on('cancelled', () => this.#watchers.delete(call));
    }
    call.write({ status: isKnown ? this.#status : 'SERVICE_UNKNOWN' });
  }
}
