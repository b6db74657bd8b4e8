import { hostPatternFault } from '../policy/host-pattern-fault.ts';

/** Hosts that an endpoint of Express Gateway serves, as the package vhost reads them: a `*` is some characters of one label. */
export interface ExpressHost {
  readonly written: string;
  /** The host of `match` at which its endpoints stand; every host that it serves is there, or at a more specific one. */
  readonly place: string;
  readonly kind: 'every' | 'one' | 'one-label' | 'other';
  /** Null where that cannot be told. */
  readonly serves: (host: string) => boolean | null;
}

const EVERY: ExpressHost = { written: '*', place: '*', kind: 'every', serves: () => true };

/** `host` of an endpoint. */
export function expressHost(written: string): ExpressHost {
  if (written === '' || written === '*') return EVERY;
  const host = written.toLowerCase();
  const expression = vhostExpression(
    host.replace(/[.*+?^=!:${}()|[\]/\\]/g, '\\$&').replaceAll('\\*', '([^.]+)'),
  );
  const serves = (sent: string) => expression?.test(sent) ?? null;
  const isSaid = hostPatternFault(host) === null;
  if (isSaid && !host.includes('*')) return { written, place: host, kind: 'one', serves };
  if (isSaid) return { written, place: host, kind: 'one-label', serves };
  return { written, place: placeOf(host), kind: 'other', serves };
}

/** `hostRegex` of an endpoint: vhost puts an anchor to both ends. */
export function hostExpression(source: string): ExpressHost {
  if (source === '*') return EVERY;
  const expression = vhostExpression(source);
  return {
    written: source,
    place: '*',
    kind: 'other',
    serves: (sent) => expression?.test(sent) ?? null,
  };
}

function vhostExpression(source: string): RegExp | null {
  const begun = source.startsWith('^') ? source : `^${source}`;
  const isEnded = /(?:^|[^\\])(?:\\{2})*\$$/.test(begun);
  try {
    return new RegExp(isEnded ? begun : `${begun}$`, 'i');
  } catch {
    return null;
  }
}

/** `api-*.example.com` stands at `*.example.com`: all that it serves ends so. */
function placeOf(host: string): string {
  const end = host.slice(host.lastIndexOf('*') + 1);
  const wildcard = `*${end.slice(end.indexOf('.'))}`;
  return end.includes('.') && host.includes('*') && hostPatternFault(wildcard) === null
    ? wildcard
    : '*';
}

/** How many of the hosts that `match` finds at a pattern a host of Express Gateway serves. `some` where that cannot be told. */
export type Served = 'all' | 'some' | 'none';

/**
 * `depth` is for a wildcard, which has hosts of any number of labels in `match` and of one in vhost: whether those of one
 * label are asked about, or the deeper ones.
 */
export function servedAt(
  { kind, place, serves }: ExpressHost,
  at: string,
  depth: 'one label' | 'deeper',
): Served {
  if (kind === 'every') return 'all';
  if (!at.startsWith('*')) return servedHost(serves(at));
  if (kind === 'one') return 'none';
  if (kind === 'one-label') return place === at && depth === 'one label' ? 'all' : 'none';
  // The pattern of its place is more specific than a wider one.
  return place === '*' || at === place || at.endsWith(place.slice(1)) ? 'some' : 'none';
}

function servedHost(isServed: boolean | null): Served {
  if (isServed === null) return 'some';
  return isServed ? 'all' : 'none';
}
