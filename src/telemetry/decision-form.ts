/** What a line says beside its record. */
export interface LineHead {
  /** Milliseconds since the epoch. */
  readonly time: number;
  readonly level: 'debug' | 'info';
  readonly message: string;
  /** Of the program. */
  readonly version: string;
}

/** Fields without those that have no value. */
export function given(fields: Readonly<Record<string, unknown>>): object {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

/** A host without its port, where it is a host name: a client writes into it what it likes. */
export function hostnameOf(host: string | undefined): string | undefined {
  return /^([\w.-]{1,253})(?::\d{1,5})?$/.exec(host ?? '')?.[1];
}
