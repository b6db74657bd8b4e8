import type { ServiceDefinition } from '@grpc/grpc-js';
import { lengthTag, WireReader } from '../../wire/reader.ts';
import { WireWriter } from '../../wire/writer.ts';

/** `grpc.health.v1.HealthCheckResponse.ServingStatus`. */
const SERVING_STATUS = { SERVING: 1, NOT_SERVING: 2, SERVICE_UNKNOWN: 3 } as const;
export type Serving = keyof typeof SERVING_STATUS;

/** `HealthCheckRequest`; an empty name stands for the whole server. */
export interface HealthAsked {
  readonly service: string;
}

/** `HealthCheckResponse`. */
export interface HealthAnswer {
  readonly status: Serving;
}

/** `HealthListResponse`. */
export interface HealthList {
  readonly statuses: Readonly<Record<string, HealthAnswer>>;
}

// HealthCheckRequest, HealthCheckResponse, HealthListResponse and its map entry
const SERVICE = 1;
const STATUS = 1;
const STATUSES = 1;
const ENTRY_KEY = 1;
const ENTRY_VALUE = 2;

const writer = new WireWriter(1024);

/** Throws where it is no message, which ends the call. */
function readAsked(bytes: Buffer): HealthAsked {
  const reader = new WireReader(bytes);
  let service = '';
  while (reader.next()) {
    if (reader.tag === lengthTag(SERVICE))
      service = bytes.toString('utf8', reader.start, reader.end);
  }
  if (reader.failed) throw new Error('not a HealthCheckRequest');
  return { service };
}

function writeAnswer({ status }: HealthAnswer): Buffer {
  writer.reset();
  writer.varint(STATUS, SERVING_STATUS[status]);
  return writer.take();
}

function writeList({ statuses }: HealthList): Buffer {
  writer.reset();
  for (const [name, { status }] of Object.entries(statuses).reverse()) {
    const end = writer.mark;
    writer.varint(STATUS, SERVING_STATUS[status]);
    writer.message(ENTRY_VALUE, end);
    writer.string(ENTRY_KEY, name);
    writer.message(STATUSES, end);
  }
  return writer.take();
}

/** A method of `grpc.health.v1.Health` for a server: what a client would write and read is not there. */
function methodOf<Answer>(
  name: string,
  responseStream: boolean,
  responseSerialize: (answer: Answer) => Buffer,
): ServiceDefinition[string] {
  const never = (): never => {
    throw new Error('this is no client');
  };
  return {
    path: `/grpc.health.v1.Health/${name}`,
    ...{ requestStream: false, responseStream, requestSerialize: never },
    ...{ requestDeserialize: readAsked, responseSerialize, responseDeserialize: never },
  };
}

/** `grpc.health.v1.Health` (its proto file is in the tests' dependency `grpc-health-check`), without a Protocol Buffers library. */
export const HEALTH_SERVICE: ServiceDefinition = {
  Check: methodOf('Check', false, writeAnswer),
  List: methodOf('List', false, writeList),
  Watch: methodOf('Watch', true, writeAnswer),
};
