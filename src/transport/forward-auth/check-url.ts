import { CONVENTIONS, type Convention, type ConventionName } from './convention.ts';

/** What the operator wrote into the gateway's configuration: `/auth/<convention>/<pipeline or ->`. */
export interface CheckUrl {
  readonly convention: Convention;
  readonly name: ConventionName;
  /** Null for `-`: the configuration's `match` decides. */
  readonly pipeline: string | null;
  /** What follows: empty, or the client's target where the gateway appends it. */
  readonly rest: string;
}

const PREFIX = '/auth/';
/** In place of a pipeline's name: the configuration's `match` decides. */
export const NO_NAME = '-';
/** As pipelines are called; nothing is decoded, so there is one way to write each. */
const PIPELINE = /^[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?$/;

/**
 * Reads the URL of a check. Null where it is none of ours, or has something behind the pipeline that does not belong there.
 * A query is never looked at: some gateways add the client's.
 */
export function readCheckUrl(url: string): CheckUrl | null {
  if (!url.startsWith(PREFIX)) return null;
  const slash = url.indexOf('/', PREFIX.length);
  if (slash === -1) return null;
  const name = url.slice(PREFIX.length, slash);
  if (!isConvention(name)) return null;
  const convention = CONVENTIONS[name];
  const end = endOfSegment(url, slash + 1);
  const segment = url.slice(slash + 1, end);
  if (segment !== NO_NAME && !PIPELINE.test(segment)) return null;
  const rest = url.slice(end);
  if (convention.source.from !== 'request' && rest !== '' && !rest.startsWith('?')) return null;
  return { convention, name, pipeline: segment === NO_NAME ? null : segment, rest };
}

function isConvention(name: string): name is ConventionName {
  return Object.hasOwn(CONVENTIONS, name);
}

function endOfSegment(url: string, from: number): number {
  for (let index = from; index < url.length; index += 1) {
    const character = url.charCodeAt(index);
    if (character === 0x2f || character === 0x3f) return index;
  }
  return url.length;
}
