import { lengthTag, WireReader } from '../../wire/reader.ts';

export const HEALTH_PATH = '/grpc.health.v1.Health/Check';

/** `HealthCheckRequest.service`. */
const SERVICE = lengthTag(1);
/** `HealthCheckResponse.status`, field 1: SERVING and NOT_SERVING. */
const ANSWERS = { serving: Buffer.of(0x08, 1), notServing: Buffer.of(0x08, 2) } as const;

/** `grpc.health.v1` for services that are all in one state. */
export class HealthAnswers {
  readonly #names: ReadonlySet<string>;
  #isServing = false;

  constructor(names: readonly string[]) {
    this.#names = new Set(names);
  }

  setServing(serving: boolean): void {
    this.#isServing = serving;
  }

  /** The HealthCheckResponse to a HealthCheckRequest; null where no service has that name, or it does not parse. */
  answer(message: Buffer): Buffer | null {
    const reader = new WireReader(message);
    let name = '';
    while (reader.next()) {
      if (reader.tag === SERVICE) name = message.toString('utf8', reader.start, reader.end);
    }
    if (reader.failed || !this.#names.has(name)) return null;
    return this.#isServing ? ANSWERS.serving : ANSWERS.notServing;
  }
}
