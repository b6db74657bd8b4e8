import type { PathMatch, RouteMatch } from '../route-object.ts';
import { UNCERTAINTIES } from './uncertainty.ts';

const SHOWN: Readonly<Record<PathMatch['type'], string>> = {
  exact: 'the path',
  prefix: 'the prefix',
  'text-prefix': 'the prefix',
  unknown: 'paths',
};

/** What a match covers, and why other objects count beside it or do not. For people. */
export function describeMatch({ host, path, conditions, uncertainty }: RouteMatch): string {
  const covered = path.type === 'unknown' ? '' : ` ${path.path}`;
  const why = [
    ...(conditions === 0 ? [] : ['its conditions are not evaluated']),
    ...(uncertainty === null ? [] : [UNCERTAINTIES[uncertainty].says]),
  ];
  return `${SHOWN[path.type]}${covered} of ${host}: ${why.join('; ') || 'it is served'}`;
}
