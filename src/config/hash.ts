import { createHash } from 'node:crypto';
import type { Config } from './shape.ts';

/** Hexadecimal digits that are shown: enough to tell configurations apart, short enough for a label. */
const SHOWN = 16;

/**
 * A digest (SHA-256) of every setting with its default: the same wherever the same version runs the same configuration. What key
 * files contain is not in it.
 */
export function configHash(config: Config): string {
  return createHash('sha256').update(JSON.stringify(config)).digest('hex').slice(0, SHOWN);
}

/** Settings that are a place on one machine. */
const PLACE = /^(?:file|cacheDir|.+File)$/;

/**
 * What all replicas of one configuration share, for the proof of its probes: `issuers` and `probes` without the places of their
 * files, which may differ from machine to machine.
 */
export function probeSecret({ issuers, probes }: Config): string {
  return JSON.stringify([issuers, probes], (key, value: unknown) =>
    PLACE.test(key) ? undefined : value,
  );
}
